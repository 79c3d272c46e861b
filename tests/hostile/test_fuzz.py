"""What the fuzzer asks of each target, on its seeds; `make fuzz` takes its time."""

from __future__ import annotations

import signal
import tempfile
from pathlib import Path

import pytest

from migrate.errors import InputError
from tests.hostile.targets import TARGETS
from tests.hostile.targets.target import Target, letters_only
from tools import fuzz, fuzz_child
from tools.fuzz_trees import fuzz as fuzz_trees

KEPT = [(name, kept) for name, target in TARGETS.items() for kept in target.kept()]


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_answered(name: str) -> None:
    target = TARGETS[name]
    assert target.seeds()
    for seed in target.seeds():
        target.run(seed)


@pytest.mark.parametrize(("name", "kept"), KEPT)
def test_what_once_broke_a_promise_keeps_it(name: str, kept: str) -> None:
    target = TARGETS[name]
    target.run(target.kept()[kept])


def test_a_search_ends_and_finds_nothing() -> None:
    searched = fuzz.search("manifest", seconds=2, seed=7)
    assert searched.inputs > 100
    assert searched.found == []


def test_a_process_that_dies_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    child = tmp_path / "child.py"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    child.write_text("import os, time\ntime.sleep(2)\nos.abort()\n")
    monkeypatch.setattr(fuzz, "CHILD", child)
    monkeypatch.setattr("sys.argv", ["fuzz", "--target", "manifest", "--seconds", "2"])
    assert fuzz.main() == 1
    assert "exit code -6" in capsys.readouterr().out


def test_a_process_that_hangs_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    child = tmp_path / "child.py"
    child.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(fuzz, "CHILD", child)
    monkeypatch.setattr(fuzz, "STILL", 1.5)
    searched = fuzz.search("manifest", seconds=2, seed=7)
    assert "no answer in" in searched.found[0]


def _raises(content: bytes) -> None:
    with letters_only():
        raise InputError("is no number", "a.yaml") if content == b"letter" else KeyError(content)


def _waits(_: bytes) -> None:
    while True:
        pass


def _tried(run: object, folder: Path, content: bytes) -> list[str]:
    tried = fuzz_child.Tried(Target("t", run, list), folder)  # type: ignore[arg-type]
    tried(content)
    assert tried.progress.read()[0] == 1
    return sorted(path.name for path in folder.glob("*.why"))


def test_a_letter_is_an_answer_and_all_else_is_a_finding(tmp_path: Path) -> None:
    assert _tried(_raises, tmp_path, b"letter") == []
    (tmp_path / "progress").unlink()
    found = _tried(_raises, tmp_path, b"other")
    assert len(found) == 1
    assert found[0].startswith("KeyError-test_fuzz-")


def test_an_input_that_takes_too_long_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz_child, "MOST_SECONDS", 0.05)
    before = signal.signal(signal.SIGPROF, fuzz_child.too_long)
    try:
        found = _tried(_waits, tmp_path, b"x")
    finally:
        signal.signal(signal.SIGPROF, before)
    assert found[0].startswith("TooLong-")


def test_letters_hold_nothing_that_a_terminal_obeys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InputError, "render", lambda _: "error: \x1b[31m")
    with pytest.raises(AssertionError, match="x1b"), letters_only():
        raise InputError("is red")


def test_spoiled_files_are_answered_by_a_letter() -> None:
    done = fuzz_trees(seconds=2, seed=7)
    assert done.inputs > 0
    assert done.failed == []
