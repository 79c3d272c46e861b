"""`refs` of a file that is nowhere is an error; of one that is gone and still named it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.live.tree import START, ok
from tests.support import trees
from tests.support.cli import migrate

JSON = ("--output", "json")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return trees.write(tmp_path, {**START, "run.sh": b"t.py --config configs/train/gone.yaml\n"})


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("configs/train/pp.yaml", "did you mean configs/train/p.yaml"),
        ("configs/bsae.yaml", "did you mean configs/base.yaml?"),
        ("zzzzzzz.yaml", "name a config, or a folder of configs"),
    ],
)
def test_a_path_that_is_nowhere_is_told_with_the_nearest(root: Path, path: str, hint: str) -> None:
    for output in ("text", "json"):
        ran = migrate(root, "--output", output, "refs", "configs/base.yaml", path)
        assert ran.code == 3
        assert f"error: {path}: is not there, and nothing names it\nhint: {hint}" in ran.err


def test_what_is_gone_and_still_named_is_found(root: Path) -> None:
    assert "run.sh:1:15" in ok(migrate(root, "refs", "configs/train/gone.yaml")).out


def test_what_a_rollout_removed_may_be_asked_for(root: Path) -> None:
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--all"))
    assert not (root / "configs/components/o.yaml").exists()
    ok(migrate(root, "refs", "configs/components/o.yaml"))


def test_the_whole_tree_is_a_folder_and_so_are_the_frozen_copies(root: Path) -> None:
    ok(migrate(root, "init"))
    every = [json.loads(ok(migrate(root, *JSON, "refs", *of)).out) for of in ([], ["."])]
    assert every[0] == every[1]
    asked = ok(migrate(root, *JSON, "refs", "configs/legacy/train")).out
    assert json.loads(asked)["targets"] == [
        "configs/legacy/train/p.yaml",
        "configs/legacy/train/q.yaml",
    ]
