"""Four times as much is about four times the work: the lines of ours that run are counted."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from string import ascii_lowercase
from types import FrameType
from typing import Any

import pytest

from migrate.cli.main import run
from migrate.commands import init
from tests.hostile.roots import FILES, PRESET, small, write
from tests.support.trees import read

FEW = 60
TIMES = 4
OURS = f"{os.sep}migrate{os.sep}"
GROWTH = 1.5 * TIMES
"""What is quadratic comes to nearly sixteen."""


def _each(count: int, line: Callable[[int], str]) -> str:
    return "".join(map(line, range(count)))


def _letters(number: int) -> str:
    """A key without digits, hardly like any other."""
    return "".join(random.Random(number).choices(ascii_lowercase, k=8))


COMPONENTS: dict[str, Callable[[int], str]] = {
    "keys": lambda count: _each(count, lambda n: f"k{n}: {n}\n"),
    "keys of one section": lambda count: "s:\n" + _each(count, lambda n: f"  k{n}: {n}\n"),
    "comments that go": lambda count: _each(count, lambda n: f"# about {n}\nz{n}: {n}\n"),
    "keys given again": lambda count: _each(count, lambda n: f"# about {n}\nk: {n}\n"),
    "comments in the air": lambda count: _each(count, lambda n: f"# {n}\n\n") + "b: 2\n",
    "anchors": lambda count: _each(count, lambda n: f"k{n}: &a{n} [{n}]\nl{n}: *a{n}\n"),
    "keys of letters": lambda count: _each(count, lambda n: f"{_letters(n)}: {n}\n"),
    "keys above extends": lambda count: _each(count, lambda n: f"k{n}: 1\n") + "extends: []\n",
    "a header that goes": lambda count: "b: 2\nc: 3\n" + _each(count, lambda n: f"# {n}\n"),
}
OVER = {
    "comments that go": lambda count: _each(count, lambda n: f"z{n}: 0\n"),
}


def _work(root: Path, arguments: list[str]) -> int:
    """How many lines of ours a command runs, comprehensions turn by turn."""
    count = 0

    def line(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return line

    def call(frame: FrameType, event: str, argument: Any) -> Any:
        return line if OURS in frame.f_code.co_filename else None

    sys.settrace(call)
    try:
        code = run(["--root", str(root), "-q", *arguments])
    finally:
        sys.settrace(None)
    assert code in (0, 1)
    return count


def _tree(root: Path, name: str, count: int) -> Path:
    for path, text in FILES.items():
        write(root, path, text)
    write(root, "configs/components/b.yaml", COMPONENTS[name](count))
    if name in OVER:
        write(root, PRESET, FILES[PRESET] + OVER[name](count))
    return root


@pytest.mark.parametrize("name", COMPONENTS)
def test_work_grows_with_what_there_is(name: str, tmp_path: Path) -> None:
    roots = [_tree(tmp_path / str(count), name, count) for count in (FEW, FEW * TIMES)]
    for verb in (["lint"], ["init"], ["plan"], ["apply", "--all"], ["verify", "--fresh"]):
        few, many = (_work(root, verb) for root in roots)
        assert many < few * GROWTH, f"{verb}: {few:,} lines, then {many:,}"


def test_what_is_read_again_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    roots = [small(tmp_path / name) for name in ("kept", "read-again")]
    for root, limit in zip(roots, (init.LARGE, 0), strict=True):
        monkeypatch.setattr(init, "LARGE", limit)
        assert run(["--root", str(root), "-q", "init"]) == 0
    assert read(roots[0]) == read(roots[1])
