"""Hundreds of spellings, each with the grade that another reader of the file agrees with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.references.readers import READERS, there
from tests.references.spellings import (
    COMPONENT,
    COMPONENTS,
    FOLDER,
    MOVED,
    PRESET,
    TREE,
    Spelling,
    grade,
    is_at,
    references,
    rewritten,
    spellings,
)

NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))
ALL = [row for name in NAMES for row in spellings(name)]
READ = [(name, row) for name in READERS for row in spellings(name) if not row.beyond]


def place(row: Spelling) -> str:
    return row.place


@pytest.mark.parametrize("row", ALL, ids=place)
def test_each_spelling_has_its_grade(row: Spelling) -> None:
    found = references(row)
    assert {grade(one) for one in found} == ({row.grade} - {"nothing"})
    if row.marks:
        assert len(found) == len(row.marks)
        assert all(is_at(row, one, mark) for one, mark in zip(found, row.marks, strict=True))


def read_by(name: str, row: Spelling, files: dict[str, bytes], root: Path) -> set[str]:
    """What the reader of a corpus finds in a row that stands among these files."""
    for path, content in {**files, row.path: row.text.encode()}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return READERS[name][1](row, root)


@pytest.mark.parametrize(("name", "row"), READ, ids=[row.place for _, row in READ])
def test_another_reader_agrees(name: str, row: Spelling, tmp_path: Path) -> None:
    if not there(name):
        pytest.skip(f"{READERS[name][0]} is not installed")
    read = read_by(name, row, TREE, tmp_path) & {PRESET, COMPONENT, COMPONENTS}
    if row.grade == "certain":
        assert read
        assert {one.target for one in references(row)} <= read
    elif row.grade == "nothing" or (row.grade == "prose" and name != "lists"):
        assert not read


@pytest.mark.parametrize(
    ("name", "row"),
    [(name, row) for name, row in READ if row.grade in ("certain", "likely")],
    ids=[row.place for _, row in READ if row.grade in ("certain", "likely")],
)
def test_another_reader_finds_the_new_name(name: str, row: Spelling, tmp_path: Path) -> None:
    if not there(name):
        pytest.skip(f"{READERS[name][0]} is not installed")
    new, edited = rewritten(row, likely=row.grade == "likely")
    # What lies behind a folder that only a run knows, no reader finds before or after.
    named = {one.target for one in edited} & read_by(name, row, TREE, tmp_path / "before")
    files = {MOVED.get(path, path): content for path, content in TREE.items()}
    read = read_by(name, new, {**files, "configs/train/x": b""}, tmp_path / "after")
    assert {MOVED[target] for target in named} <= read
    assert not named & read


def test_there_are_hundreds_of_every_grade() -> None:
    assert len(ALL) > 300
    assert len(READ) > 200
    for name in ("certain", "likely", "note", "prose", "nothing"):
        assert sum(row.grade == name for row in ALL) > 20
