"""`make case` writes down what happened, as the case folders have it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support import trees
from tools import case as tool

TREE = {
    "configs/base.yaml": b"x: 1\n",
    "configs/components/b.yaml": b"# rate\nlr: 2.0e-4  # slow\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/b.yaml]\n",
    "configs/train/q.yaml": b"extends: [../base.yaml, ../components/b.yaml]\nm: 1\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the cases go, in place of this repository's."""
    cases = tmp_path / "tests/cases"
    cases.mkdir(parents=True)
    monkeypatch.setattr(tool, "FOLDER", cases)
    trees.write(tmp_path / "small", TREE)
    return cases


def make(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["case", *arguments])
    return tool.main()


def test_an_outcome_is_kept_and_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(monkeypatch, "yaml-new", "--from", str(folder.parent.parent / "small")) == 0
    assert trees.read(folder / "yaml-new/before") == dict(sorted(TREE.items()))
    after = trees.read(folder / "yaml-new/after")
    assert after["configs/train/p.yaml"] == b"extends: ../base.yaml\n\n# rate\nlr: 2.0e-4  # slow\n"
    assert "configs/components/b.yaml" not in after
    shown = capsys.readouterr().out
    assert "+lr: 2.0e-4  # slow" in shown
    assert "tests/cases/yaml-new/README.md" in shown


def test_a_refusal_is_kept_and_played_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = str(folder.parent.parent / "small")
    line = ["--command", "explain configs/train/p.yaml nothing"]
    assert make(monkeypatch, "look-new", "--from", small, *line) == 0
    refusal = (folder / "look-new/refusal.txt").read_text()
    assert "nothing" in refusal
    assert not (folder / "look-new/after").exists()
    (folder / "look-new/command.txt").write_text("init\napply --all\n")
    assert make(monkeypatch, "look-new") == 0
    assert not (folder / "look-new/refusal.txt").exists()
    assert (folder / "look-new/after").exists()


def test_what_is_there_is_not_written_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "yaml-new").mkdir()
    assert make(monkeypatch, "yaml-new", "--from", str(folder.parent.parent / "small")) == 2
    assert make(monkeypatch, "yaml-nothing") == 2
    assert trees.read(folder) == {"yaml-new/": b""}
