"""A corpus of spellings: one line or a few of some file, what of it names a config, and how surely.

A row begins with `## FILE: GRADE`; what is named stands between « and ». `prose` is certain and
prose; a `!` and a reason say that the reader of the corpus cannot know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from migrate.references import CERTAIN, Reference, Renames, is_rewritten, rewrite, scan
from migrate.trees.tree import MemoryTree

FOLDER = Path(__file__).parent / "spellings"
PRESET, COMPONENT, COMPONENTS = (
    "configs/train/p.yaml", "configs/components/o.yaml", "configs/components",
)  # fmt: skip
TREE = {
    PRESET: b"p: 1\n",
    COMPONENT: b"o: 1\n",
    "configs/train/q.yaml": b"q: 1\n",
    "configs/base.yaml": b"x: 1\n",
    "configs/smoke/s.yaml": b"s: 1\n",
    "t.py": b"",
}

_HEAD = re.compile(r"^## (\S+): (certain|likely|note|prose|nothing)(?: ! (.+))?\n", re.MULTILINE)


@dataclass(frozen=True)
class Spelling:
    """One row: the file and its text, the grade, and the stretches that name something."""

    place: str
    path: str
    grade: str
    beyond: str
    text: str
    marks: tuple[tuple[int, str], ...]


def spellings(name: str) -> list[Spelling]:
    """The rows of one corpus, in order."""
    whole = (FOLDER / f"{name}.txt").read_text("utf-8")
    heads = list(_HEAD.finditer(whole))
    ends = [*(head.start() for head in heads[1:]), len(whole)]
    rows = []
    for head, end in zip(heads, ends, strict=True):
        line = whole.count("\n", 0, head.start()) + 1
        text, marks = _unmarked(whole[head.end() : end])
        rows.append(
            Spelling(f"{name}.txt:{line}", head[1], head[2], head[3] or "", text, tuple(marks))
        )
    return rows


def _unmarked(text: str) -> tuple[str, list[tuple[int, str]]]:
    """A text without its marks, and where they stood."""
    plain, marks = "", []
    for number, part in enumerate(re.split(r"«([^»]*)»", text)):
        if number % 2:
            marks.append((len(plain), part))
        plain += part
    return plain, marks


def references(row: Spelling) -> list[Reference]:
    """What the scan finds in the file of a row."""
    tree = MemoryTree({**TREE, row.path: row.text.encode()})
    return [one for one in scan(tree, [PRESET, COMPONENT, COMPONENTS]) if one.path == row.path]


MOVED = {PRESET: "configs/other/new_name.yaml", COMPONENT: "configs/parts/new_name.yaml"}


def rewritten(row: Spelling, likely: bool) -> tuple[Spelling, list[Reference]]:
    """The row after its presets moved, and what was rewritten in it."""
    tree = MemoryTree({**TREE, row.path: row.text.encode()})
    found = [one for one in scan(tree, Renames(MOVED)) if one.path == row.path]
    changes = {change.path: change.after for change in rewrite(tree, found, likely)}
    text = (changes.get(row.path) or row.text.encode()).decode()
    return replace(row, text=text), [one for one in found if is_rewritten(one, likely)]


def grade(reference: Reference) -> str:
    """How the corpus calls it."""
    return "prose" if reference.prose and reference.certainty == CERTAIN else reference.certainty


def is_at(row: Spelling, reference: Reference, mark: tuple[int, str]) -> bool:
    """Whether a reference is what stands between two marks; one of several parts begins there."""
    lines = row.text.split("\n")
    start = sum(len(line) + 1 for line in lines[: reference.line - 1]) + reference.column - 1
    plain = row.text.startswith(reference.written, start)
    return start == mark[0] and (not plain or reference.written == mark[1])
