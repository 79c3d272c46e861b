"""What `make test-trainer` compares, without the trainer: each preset and its legacy config."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrate.locations import parse_dotted
from migrate.parity import find
from migrate.plan import load_plans
from migrate.trees.tree import DiskTree
from src.arguments import argument_set
from tests.training.trees import ROOT
from tests_trainer.pairs import Pair, pairs

PAIRS = pairs()


def test_every_planned_preset_has_a_pair() -> None:
    plans = load_plans(DiskTree(ROOT), "plans")
    assert [pair.name for pair in PAIRS] == sorted(plans.presets)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_argument_set_of_a_migrated_preset_is_the_old_one(pair: Pair) -> None:
    assert argument_set(pair.old, 2).text() == argument_set(pair.new, 2).text()


def test_an_override_of_the_plan_is_in_both_sides() -> None:
    pair = next(pair for pair in PAIRS if pair.name == "smoke_debug")
    name = parse_dotted("training.run_name")
    assert find(pair.old, name) == find(pair.new, name) == "smoke_debug"


def test_without_the_legacy_tree_the_evidence_has_the_same_old_sides(tmp_path: Path) -> None:
    shutil.copytree(Path(ROOT, "plans"), tmp_path / "plans")
    ignored = shutil.ignore_patterns("legacy")
    shutil.copytree(Path(ROOT, "configs"), tmp_path / "configs", ignore=ignored)
    assert pairs(str(tmp_path)) == PAIRS
