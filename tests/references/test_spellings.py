"""Hundreds of spellings, each with the grade that another reader of the file agrees with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.references.readers import READERS, there
from tests.references.spellings import (
    COMPONENT,
    COMPONENTS,
    FOLDER,
    PRESET,
    TREE,
    Spelling,
    grade,
    is_at,
    references,
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


@pytest.mark.parametrize(("name", "row"), READ, ids=[row.place for _, row in READ])
def test_another_reader_agrees(name: str, row: Spelling, tmp_path: Path) -> None:
    if not there(name):
        pytest.skip(f"{READERS[name][0]} is not installed")
    for path, content in {**TREE, row.path: row.text.encode()}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    read = READERS[name][1](row, tmp_path) & {PRESET, COMPONENT, COMPONENTS}
    if row.grade == "certain":
        assert read
        assert {one.target for one in references(row)} <= read
    elif row.grade == "nothing" or (row.grade == "prose" and name != "lists"):
        assert not read


def test_there_are_hundreds_of_every_grade() -> None:
    assert len(ALL) > 300
    assert len(READ) > 200
    for name in ("certain", "likely", "note", "prose", "nothing"):
        assert sum(row.grade == name for row in ALL) > 20
