"""A command that is killed leaves nothing that the next one, of any kind, does not clear away."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrate.cli.main import run
from migrate.disk import Posix
from tests.hostile.roots import PRESET, small

KILLED = 99
CHANGING = ("open", "write", "fsync", "fchmod", "rename", "unlink", "mkdir", "rmdir")
KEPT = {".migrate", ".migrate/.gitignore", ".migrate/lock"}
READING = (["status"], ["inspect", PRESET], ["lint"], ["refs"], ["plan"])


def _in_a_child(root: Path, arguments: list[str], steps: int | None = None) -> int:
    """Run a command in a child, killed before the system call of that number that changes."""
    child = os.fork()
    if child == 0:
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            if steps is not None:
                _die_after(steps)
            os._exit(run(["--root", str(root), *arguments]))
        finally:
            os._exit(70)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _die_after(steps: int) -> None:
    left = [steps]

    def counted(call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def counting(self: Posix, *arguments: Any) -> Any:
            if name != "open" or arguments[1] & os.O_CREAT:
                if left[0] == 0:
                    os._exit(KILLED)
                left[0] -= 1
            return call(self, *arguments)

        return counting

    for name in CHANGING:
        setattr(Posix, name, counted(getattr(Posix, name), name))


def _everything(root: Path) -> dict[str, bytes | None]:
    """Files with their bytes, folders with None; of `.migrate/` what is not meant to stay."""
    found = {
        str(p.relative_to(root)): p.read_bytes() if p.is_file() else None for p in root.rglob("*")
    }
    cache = ".migrate/cache"
    return {p: content for p, content in found.items() if p not in KEPT and not p.startswith(cache)}


@pytest.fixture(scope="module")
def rolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished rollout."""
    root = small(tmp_path_factory.mktemp("rolled") / "tree")
    for command in (["init"], ["apply", "--all"]):
        assert _in_a_child(root, command) == 0
    return root


def test_a_kill_at_any_step_leaves_one_of_the_whole_trees_and_no_litter(
    rolled: Path, tmp_path: Path
) -> None:
    verb = ["finalize"]  # which removes folders, and is the last command that writes
    done = Path(shutil.copytree(rolled, tmp_path / "done"))
    assert _in_a_child(done, verb) == 0
    whole = [_everything(rolled), _everything(done)]
    assert whole[0] != whole[1]
    step, code = 0, KILLED
    while code == KILLED:
        root = Path(shutil.copytree(rolled, tmp_path / "tree"))
        code = _in_a_child(root, verb, step)
        assert _in_a_child(root, READING[step % len(READING)]) in (0, 1)
        assert _everything(root) in whole, step
        shutil.rmtree(root)
        step += 1
    assert step > 40


def test_litter_that_cannot_be_cleared_away_stops_nobody(rolled: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(rolled, tmp_path / "tree"))
    (root / ".migrate/landing").write_text("no folder")
    assert _in_a_child(root, ["inspect", PRESET]) == 0
