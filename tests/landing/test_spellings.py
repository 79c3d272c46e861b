"""Names that differ in case or accents alone are told, however the names came into the folder."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from migrate.changes import Change, ChangeSet
from migrate.disk import Disk
from migrate.errors import Refused
from migrate.journal import land, locked


def made(path: str) -> ChangeSet:
    return ChangeSet.of([Change(path, None, b"x: 1\n", "")])


def later(folder: Path) -> None:
    """The clock of the file system goes on."""
    os.utime(folder, ns=(1, folder.stat().st_mtime_ns + 10_000_000))


def test_a_row_of_landings_sees_its_own_new_names(tmp_path: Path) -> None:
    disk = Disk(str(tmp_path))
    with locked(disk):
        land(made("c/one.yaml"), disk, "one")
        land(made("c/two.yaml"), disk, "two")
        with pytest.raises(Refused, match=r"differs from c/one\.yaml only in case or accents"):
            land(made("c/ONE.yaml"), disk, "three")
        with pytest.raises(Refused, match=r"differs from c/two\.yaml only in case or accents"):
            land(made("c/TWO.yaml"), disk, "three")
        land(ChangeSet.of([Change("c/one.yaml", b"x: 1\n", None, "")]), disk, "gone")
        land(made("c/ONE.yaml"), disk, "three")
    assert sorted(os.listdir(tmp_path / "c")) == ["ONE.yaml", "two.yaml"]


def test_a_name_that_another_program_made_meanwhile_is_seen(tmp_path: Path) -> None:
    disk = Disk(str(tmp_path))
    with locked(disk):
        land(made("c/one.yaml"), disk, "one")
        (tmp_path / "c" / unicodedata.normalize("NFD", "é.yaml")).write_text("")
        later(tmp_path / "c")
        with pytest.raises(Refused, match="only in case or accents"):
            land(made(f"c/{unicodedata.normalize('NFC', 'É.yaml')}"), disk, "two")


def test_a_folder_is_listed_once_for_a_row_of_landings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[list[str]] = []
    ours = os.listdir

    def listing(folder: int) -> list[str]:
        listed.append(ours(folder))
        return listed[-1]

    disk = Disk(str(tmp_path))
    with locked(disk):
        land(made("c/n.yaml"), disk, "n")
        monkeypatch.setattr(os, "listdir", listing)
        for number in range(5):
            land(made(f"c/n{number}.yaml"), disk, str(number))
    assert sum("n.yaml" in names for names in listed) == 1
