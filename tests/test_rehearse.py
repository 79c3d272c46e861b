"""`migrate rehearse` on a tree that nobody prepared."""

from __future__ import annotations

import hashlib
import json
import re
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


@pytest.mark.parametrize("options", [(), ("--exclude", "tests/**")])
def test_files_that_are_no_configs_do_not_stop_the_others(
    root: Path, options: tuple[str, ...]
) -> None:
    ran = migrate(root, "rehearse", *options)
    assert (ran.code, "1 preset compared; the gate is open" in ran.out) == (0, True)


def test_of_a_shallow_tree_there_is_nothing_to_rehearse(tmp_path: Path) -> None:
    trees.write(tmp_path, {"a.yaml": b"k: 1\n", "b.yaml": b"extends: a.yaml\n"})
    ran = migrate(tmp_path, "rehearse")
    assert (ran.code, ran.out) == (0, "nothing to rehearse: the tree is shallow already\n")


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


PRESET = "configs/train/p.yaml"


def _applied(root: Path) -> Path:
    for verb in (["init", "--exclude", "tests/**"], ["apply", "--all"]):
        assert migrate(root, *verb).code == 0
    return root / PRESET


def _result(root: Path) -> tuple[int, str]:
    ran = migrate(root, "--output", "json", "rehearse")
    (row,) = json.loads(ran.out)["presets"]
    return ran.code, row["result"]


def test_a_preset_that_was_tuned_since_is_made_again_as_it_was_applied(root: Path) -> None:
    target = _applied(root)
    assert _result(root) == (0, "same")
    target.write_text(target.read_text().replace("b: 1", "b: 7"))
    assert _result(root) == (0, "edited")


def test_a_preset_that_comes_out_otherwise_than_it_was_applied_differs(root: Path) -> None:
    target = _applied(root)
    plan = root / "plans/train.yaml"
    plan.write_text(plan.read_text().rstrip() + "\n    headers: drop\n")
    legacy = root / "configs/legacy/components/b.yaml"
    legacy.write_text("# a word\nb: 1\n")
    manifest = root / "configs/legacy/MANIFEST.sha256"
    digest = hashlib.sha256(legacy.read_bytes()).hexdigest()
    text = re.sub(r"\w{64}(  .*components/b.yaml)", rf"{digest}\1", manifest.read_text())
    manifest.write_text(text)
    code, result = _result(root)
    assert (code, result) == (1, "differs"), target.read_text()
