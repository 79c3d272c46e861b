"""The judge loads every new text itself: in memory before the landing, from disk after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrate.disk import Disk
from migrate.flatten import preset
from migrate.loading import trainer as plain
from migrate.yaml_text import load
from tests.live.tree import START, P, Q, ok
from tests.support import trees
from tests.support.cli import migrate

CHILD = "configs/train/c.yaml"


class Loads:
    """Which texts were loaded, by whom, and whether the new file stood on disk then."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.by_judge: list[tuple[str, bool]] = []
        self.by_writer: list[str] = []
        self.values: list[Any] = []

    def judge(self, original: Any) -> Any:
        def load(text: str, path: str, *more: Any) -> Any:
            there = (self.root / path).exists() and (self.root / path).read_text() == text
            self.by_judge.append((path, there))
            value = original(text, path, *more)
            self.values.append(value)
            return value

        return load

    def writer(self, original: Any) -> Any:
        def load(text: str, path: str, *more: Any) -> Any:
            self.by_writer.append(path)
            value = original(text, path, *more)
            assert not any(value is known for known in self.values)
            return value

        return load


@pytest.fixture
def root(tmp_path: Path) -> Path:
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    return tmp_path


def test_before_and_after_each_landing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = Loads(root)
    monkeypatch.setattr(plain, "load", loads.judge(load))
    monkeypatch.setattr(preset, "load", loads.writer(load))
    ok(migrate(root, "apply", "--all"))
    for target in (P, Q):
        assert [there for path, there in loads.by_judge if path == target] == [False, True]


def test_a_parent_that_changes_under_the_landing_takes_it_back(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = trees.read(root)
    place = Disk.place

    def tampered(self: Disk, *arguments: Any) -> Any:
        (root / "configs/base.yaml").write_bytes(b"x: 2\n")
        return place(self, *arguments)

    monkeypatch.setattr(Disk, "place", tampered)
    ran = migrate(root, "apply", "--preset", "p")
    assert ran.code == 3
    assert f"{P}: differs on disk: x: 1 -> 2" in ran.err
    assert trees.read(root) == {**before, "configs/base.yaml": b"x: 2\n"}


def test_a_dependent_is_judged_from_disk_too(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trees.write(root, {CHILD: b"extends: [p.yaml, ../more.yaml]\n", "configs/more.yaml": b"m: 1\n"})
    before = trees.read(root)
    place = Disk.place

    def tampered(self: Disk, *arguments: Any) -> Any:
        (root / "configs/more.yaml").write_bytes(b"m: 2\n")
        return place(self, *arguments)

    monkeypatch.setattr(Disk, "place", tampered)
    ran = migrate(root, "apply", "--preset", "p")
    assert ran.code == 3
    assert f"{CHILD}: differs on disk: m: 1 -> 2" in ran.err
    assert trees.read(root) == {**before, "configs/more.yaml": b"m: 2\n"}
