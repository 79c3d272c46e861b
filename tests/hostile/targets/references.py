"""Files that may name a config: what is scanned and rewritten in each kind of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from itertools import pairwise

from migrate.changes import Change
from migrate.references import (
    DROP,
    IgnoredReference,
    Reference,
    Renames,
    is_rewritten,
    rewrite,
    scan,
)
from migrate.references.found import EditFailure
from migrate.references.python import parses
from migrate.references.python_edit import edited
from migrate.references.source import SourceText
from migrate.trees.tree import MemoryTree
from tests.hostile.odd_files import FILES, A, P, notebook
from tests.hostile.targets.target import Target, letters_only, of_cases

RENAMES = Renames(
    {
        P: "configs/launch/p.yaml",
        A: DROP,
        "configs/components/b.yaml": None,
        "configs/old.yaml": IgnoredReference("it is kept on purpose"),
        "configs/debug.yaml": "configs/smoke/debug.yaml",
        "configs/components/o.yaml": "configs/parts/o.yaml",
        "configs/train/grpo/dense_base.yaml": "configs/train/grpo/dense_2048.yaml",
        "configs/模型/基础.yaml": "configs/模型/基.yaml",
        "configs/train/q.yaml": "configs/训练/q.yaml",
        "configs/train/r.yaml": "configs/a b/r.yaml",
    }
)
NEW = [new for new in RENAMES.moves.values() if isinstance(new, str)]
BEFORE = dict.fromkeys((*RENAMES.targets, "configs/base.yaml"), b"a: 1\n")
AFTER = dict.fromkeys((*NEW, "configs/old.yaml", "configs/base.yaml"), b"a: 1\n")

WHOLE = ("utf-8", "utf-16-le", "utf-16-be", "ascii", "iso-8859-1")
"""Encodings in which the bytes of a text are those of its parts."""

Edit = tuple[int, int, str | None]
"""From and to which character of a text, and what stands there then."""

KINDS: dict[str, tuple[str, ...]] = {
    "python": ("x.py", "src/stub.pyi"),
    "shell": ("run.sh", "Makefile", "tool"),
    "ci": ("ci/jobs.yaml", "Dockerfile"),
    "settings": ("x.toml", "x.ini", "x.json"),
    "notebook": ("n.ipynb",),
    "markdown": ("README.md", "docs/a.rst", "a.html"),
    "text": ("a.txt", "train.log", "notes"),
    "yaml": ("configs/extra/x.yaml",),
    "pathlist": ("MANIFEST.in", ".dockerignore", "CODEOWNERS"),
}
"""The paths at which the bytes stand, by the kind of file."""


def run(paths: tuple[str, ...], content: bytes) -> None:
    """Scan the file, rewrite it, and scan it again."""
    for path in paths:
        tree = MemoryTree({**BEFORE, path: content})
        found = scan(tree, RENAMES)
        assert all(one.place.path in tree.contents for one in found)
        for likely in (False, True):
            _rewritten(tree, path, found, likely)


def _rewritten(tree: MemoryTree, path: str, found: list[Reference], likely: bool) -> None:
    changes: list[Change] = []
    with letters_only():
        changes = rewrite(tree, found, likely)
    for change in (one for one in changes if one.path == path):
        edited = [one for one in found if one.path == path and is_rewritten(one, likely)]
        _only_edits(tree.contents[path], change, edited)
        _names_the_new(change, edited, likely)


def _only_edits(before: bytes, change: Change, edited: list[Reference]) -> None:
    """Between the edits every byte is as it was."""
    source = SourceText.of(change.path, before)
    assert change.after is not None
    assert not source.unread
    edits = sorted({(*one.span, one.edit) for one in edited})
    size = len(source.text)
    ends = [(0, 0, "-"), *edits, (size, size, "-")]
    gaps = [_gap(source, a, b) for a, b in pairwise(ends)]
    whole = source.encoding in WHOLE
    pieces = [source.encode(gap) if whole else gap for gap in gaps]
    after = change.after if whole else change.after.decode(source.encoding, "surrogateescape")
    assert after.startswith(pieces[0])  # type: ignore[arg-type]
    assert after.endswith(pieces[-1])  # type: ignore[arg-type]
    position = len(pieces[0])
    for piece in pieces[1:-1]:
        position = after.find(piece, position)  # type: ignore[arg-type]
        assert position >= 0, f"{piece!r} is gone"
        position += len(piece)
    assert position <= len(after) - len(pieces[-1])


_BEHIND = re.compile(r"[\s,\\]*(?:#[^\n]*)?\s*")


def _gap(source: SourceText, before: Edit, after: Edit) -> str:
    """What stands between two edits; with an entry of a Python list goes what belongs to it."""
    gap = source.text[before[1] : after[0]]
    if source.path.endswith((".py", ".pyi")):
        gap = gap if before[2] else gap[_BEHIND.match(gap).end() :]  # type: ignore[union-attr]
        gap = gap if after[2] else gap.rstrip(" \t\f\n\r,\\")
    return gap


def _names_the_new(change: Change, edited: list[Reference], likely: bool) -> None:
    """What was edited names the successors now, and nothing is left to be edited."""
    assert change.after is not None
    tree = MemoryTree({**AFTER, change.path: change.after})
    wanted = {new for one in edited if isinstance(new := RENAMES.moves[one.target], str)}
    named: set[str] = set()
    for one in scan(tree, Renames.looking_for(NEW)):
        named |= {one.target, *one.also}
    assert wanted <= named, f"{sorted(wanted - named)} is not found again"
    left = [one for one in scan(tree, RENAMES) if is_rewritten(one, likely)]
    assert not left, f"is still to be edited: {left}"


def edit(content: bytes) -> None:
    """The editor of Python files: code without an edit comes back as it was."""
    code = content.decode("utf-8", "surrogateescape")
    if parses(code):
        with suppress(EditFailure):
            assert edited(code, []) == code


def _samples(kind: str) -> Iterable[bytes]:
    patterns = {
        "python": ("*.py", "*.pyi"),
        "shell": ("*.sh", "Makefile", "*.mk"),
        "ci": ("*.yml", "*Dockerfile*", ".github/**/*.yaml", "ci/*.yaml"),
        "settings": ("*.toml", "*.ini", "*.json", "*.cfg"),
        "notebook": ("*.ipynb",),
        "markdown": ("*.md", "*.rst", "*.html"),
        "text": ("*.txt", "*.log", "*.csv"),
        "yaml": ("*.yaml",),
        "pathlist": (".dockerignore", "MANIFEST.in", "CODEOWNERS"),
    }[kind]
    yield from of_cases("cases_references", *patterns)
    names = " ".join(f"'{path}'" for path in RENAMES.targets)
    yield {"notebook": notebook(f"x = [{names}]"), "yaml": f"a: [{names}]\n"}.get(
        kind, names
    ).encode()
    suffixes = {path.rpartition(".")[2] for path in KINDS[kind]}
    for path, content in FILES.values():
        if path.rpartition(".")[2] in suffixes:
            yield content.encode() if isinstance(content, str) else content


TARGETS = [
    Target(f"references-{kind}", partial(run, paths), partial(_samples, kind))
    for kind, paths in KINDS.items()
] + [Target("python-edit", edit, partial(_samples, "python"))]
