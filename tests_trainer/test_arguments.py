"""The arguments that ms-swift builds are the same for the old chain and the migrated preset."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from src.arguments import ArgumentSet, argument_set
from tests_trainer.conftest import Material
from tests_trainer.neutral import without_gpu
from tests_trainer.pairs import Pair, pairs

pytestmark = pytest.mark.trainer
PAIRS = pairs()
COUNT = {False: 333, True: 460}


def built(arguments: ArgumentSet) -> dict[str, Any]:
    """Every field of the real dataclass, after ms-swift has filled in its defaults."""
    from swift.llm.argument import RLHFArguments, TrainArguments  # type: ignore[import-not-found]

    made = (RLHFArguments if arguments.rlhf else TrainArguments)(**arguments.swift)
    return {field.name: getattr(made, field.name) for field in dataclasses.fields(made)}


def differences(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        left, right = old.get(name), new.get(name)
        if type(left) is not type(right) or repr(left) != repr(right):
            yield f"{name}: {left!r} -> {right!r}"


def test_there_are_presets_of_both_kinds() -> None:
    kinds = {bool((pair.old.get("rlhf") or {}).get("rlhf_type")) for pair in PAIRS}
    assert kinds == {True, False}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_every_argument_of_the_migrated_preset_is_the_old_one(
    pair: Pair, material: Material, output: str
) -> None:
    old, new = (argument_set(config, world_size=2) for config in (pair.old, pair.new))
    assert old.text() == new.text()
    sides = [
        built(without_gpu(side, material.vision_model, material.dataset, output))
        for side in (old, new)
    ]
    assert [len(side) for side in sides] == [COUNT[old.rlhf]] * 2
    assert list(differences(*sides)) == []


@pytest.mark.parametrize("rlhf", [False, True])
def test_a_changed_rate_is_seen_in_the_arguments(
    rlhf: bool, material: Material, output: str
) -> None:
    pair = next(pair for pair in PAIRS if argument_set(pair.old).rlhf is rlhf)
    rate = pair.old["training"]["learning_rate"]
    changed = {**pair.old, "training": {**pair.old["training"], "learning_rate": rate * 10}}
    sides = [
        built(without_gpu(argument_set(config), material.vision_model, material.dataset, output))
        for config in (pair.old, changed)
    ]
    assert [line.partition(":")[0] for line in differences(*sides)] == ["learning_rate"]
