"""The way back, seen from the command line."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.landing.rollout import NAMES, Moments
from tests.support import trees
from tests.support.cli import migrate as run

At = Callable[[int], Path]


def undo_all(root: Path) -> None:
    """Take every step back, the last one first."""
    for name in reversed(NAMES):
        ran = run(root, "undo", "--preset", name)
        assert ran.code == 0, ran.err


def test_undo_passes_the_same_trees_backwards(at: At, moments: Moments) -> None:
    root = at(-1)
    for number in range(len(NAMES) - 1, -1, -1):
        ran = run(root, "undo", "--preset", NAMES[number])
        assert ran.code == 0, ran.err
        assert trees.read(root) == moments.states[number]


def test_undo_of_everything_leaves_only_what_init_wrote(at: At, moments: Moments) -> None:
    root = at(-1)
    undo_all(root)
    assert trees.theirs(trees.read(root)) == moments.before


def test_undo_works_on_a_fresh_clone(at: At, moments: Moments, tmp_path: Path) -> None:
    root, clone = at(-1), tmp_path / "clone"
    (root / "train.sh").chmod(0o755)
    _git(root, "init", "-q", "-b", "main")
    _git(root, "add", ".")
    _git(root, "commit", "-q", "-m", "migrated")
    _git(root, "clone", "-q", str(root), str(clone))
    assert not (clone / ".migrate").exists()
    undo_all(clone)
    left = {path: body for path, body in trees.read(clone).items() if not path.startswith(".git/")}
    assert trees.theirs(left) == moments.before
    assert (clone / "train.sh").stat().st_mode & 0o111


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.autocrlf=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, timeout=60)


def test_undo_says_what_is_missing(at: At, moments: Moments) -> None:
    root = at(-1)
    shutil.rmtree(root / "configs/legacy")
    before = trees.read(root)
    ran = run(root, "undo", "--preset", "r")
    assert ran.code == 3
    assert "configs/legacy/components/b.yaml is missing, which holds what it was" in ran.err
    assert "configs/legacy/train/r.yaml is missing, which holds what it was" in ran.err
    assert "hint: restore the legacy tree from version control" in ran.err
    assert trees.read(root) == before


def test_a_legacy_file_that_was_changed_is_not_brought_back(at: At) -> None:
    root = at(-1)
    (root / "configs/legacy/train/r.yaml").write_bytes(b"forged: true\n")
    before = trees.read(root)
    ran = run(root, "undo", "--preset", "r")
    assert ran.code == 3
    assert "cannot be brought back: the record does not match" in ran.err
    assert trees.read(root) == before


def test_what_was_edited_since_is_listed(at: At) -> None:
    root = at(-1)
    (root / "configs/train/r.yaml").write_bytes(b"edited: 1\n")
    (root / "configs/components").mkdir()
    (root / "configs/components/b.yaml").write_bytes(b"back: 1\n")
    before = trees.read(root)
    ran = run(root, "undo", "--preset", "r")
    assert ran.code == 4
    for path in ("configs/train/r.yaml", "configs/components/b.yaml"):
        assert f"error: {path}: was edited since" in ran.err
    assert trees.read(root) == before


def test_what_later_steps_build_on_is_not_undone(at: At) -> None:
    root = at(2)
    before = trees.read(root)
    ran = run(root, "undo", "--preset", "p")
    assert ran.code == 3
    assert "q builds on p" in ran.err
    assert "hint: undo first: migrate undo --preset q" in ran.err
    assert trees.read(root) == before


@pytest.mark.parametrize("mode", [0o755, 0o600])
def test_a_file_that_changes_keeps_its_mode_both_ways(at: At, mode: int) -> None:
    root = at(0)
    (root / "configs/train/p.yaml").chmod(mode)
    assert run(root, "apply", "--all").code == 0
    assert trees.modes(root)["configs/train/p.yaml"] == mode
    undo_all(root)
    assert trees.modes(root)["configs/train/p.yaml"] == mode
