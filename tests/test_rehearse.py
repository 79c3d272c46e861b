"""`migrate rehearse` on a tree that nobody prepared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import trees
from tests.support.cli import migrate

TREE = {
    "configs/base.yaml": b"a: 1\n",
    "configs/components/b.yaml": b"b: 1\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/b.yaml]\n",
    "tests/data/broken.yaml": b"extends: gone.yaml\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    trees.write(tmp_path, TREE)
    return tmp_path


def test_files_that_are_no_configs_can_be_left_out(root: Path) -> None:
    refused = migrate(root, "rehearse")
    assert (refused.code, "--exclude 'tests/**'" in refused.err) == (3, True)
    ran = migrate(root, "rehearse", "--exclude", "tests/**")
    assert (ran.code, "1 preset compared; the gate is open" in ran.out) == (0, True)


def test_the_tree_is_not_touched(root: Path) -> None:
    migrate(root, "rehearse", "--exclude", "tests/**")
    assert trees.read(root) == TREE


def test_plans_say_what_is_what_where_there_are_some(root: Path) -> None:
    assert migrate(root, "init", "--exclude", "tests/**").code == 0
    assert migrate(root, "rehearse").code == 0
    ran = migrate(root, "rehearse", "--presets", "configs/train/p.yaml")
    assert (ran.code, ran.err.splitlines()[0]) == (
        3,
        "error: plans: has plans, which say what is what",
    )
