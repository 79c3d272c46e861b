"""Every runnable preset of this repository is accepted, and gives arguments that ms-swift has."""

from __future__ import annotations

import pytest

from migrate.resolve import Resolver
from migrate.trees.tree import MemoryTree
from src.arguments import argument_set
from src.augmentation import OPERATIONS
from src.swift_table import recorded
from src.validation import Config, validate
from tests.training.trees import contents, payload, runnable


def test_there_are_presets() -> None:
    assert len(runnable()) >= 15


@pytest.mark.parametrize("path", runnable())
def test_in_tree_preset_is_accepted(path: str) -> None:
    assert validate(Config.load(MemoryTree(contents()), path)) == []


@pytest.mark.parametrize("path", runnable())
def test_in_tree_preset_becomes_arguments_of_the_right_kind(path: str) -> None:
    arguments = argument_set(Resolver(MemoryTree(contents())).resolve(path).python, world_size=8)
    for name, value in arguments.swift.items():
        kind = recorded().kind(name, arguments.rlhf)
        assert kind is not None, name
        assert kind.accepts(value), (name, value)


def test_every_operation_that_a_preset_uses_is_registered() -> None:
    used = {
        op["name"] for path in runnable() for op in payload(path)["custom"]["augmentation"]["ops"]
    }
    assert used <= set(OPERATIONS)
    assert len(used) > 10


def test_recorded_table_has_all_arguments() -> None:
    # 333 and 460 fields, of which `_n_gpu` cannot be given.
    assert (len(recorded().sft), len(recorded().rlhf)) == (332, 459)
    assert set(recorded().sft) <= set(recorded().rlhf)
    for name in recorded().rlhf:
        assert recorded().kind(name, rlhf=True) is not None
