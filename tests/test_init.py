"""`migrate init`: what it drafts holds, on the tree as it is and as it is spelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.legacy import live_path, read_manifest
from migrate.tree import DiskTree
from tests.support import trees
from tests.support.cli import Ran, migrate

REPOSITORY = Path(__file__).parents[1]

SMALL = {
    "configs/base.yaml": b"x: 1\n",
    "configs/components/o.yaml": b"t: {lr: 1}\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/o.yaml]\n",
}


def ok(root: Path, *arguments: str) -> Ran:
    ran = migrate(root, *arguments)
    assert ran.code == 0, ran.out + ran.err
    return ran


# The parity profile.


def before_the_rollout(root: Path) -> Path:
    """A copy of this repository as it was before its presets were migrated, without plans."""
    tree = DiskTree(str(REPOSITORY))
    for frozen in read_manifest(tree):
        live = live_path(frozen, "configs")
        trees.write(root, {live: tree.read(frozen)})
    fusion = trees.read(REPOSITORY / "configs" / "fusion")
    return trees.write(root / "configs" / "fusion", fusion).parents[1]


def test_a_fresh_rollout_passes_the_strict_gate(tmp_path: Path) -> None:
    trees.write(tmp_path, {**SMALL, "configs/train/q.yaml": SMALL["configs/train/p.yaml"]})
    ok(tmp_path, "init")
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify", "--strict")


def test_a_fresh_rollout_of_this_repository_passes_the_strict_gate(tmp_path: Path) -> None:
    root = before_the_rollout(tmp_path)
    ok(root, "init")
    ok(root, "apply", "--all")
    ran = ok(root, "verify", "--strict")
    assert "16 presets compared; the gate is open" in ran.out
