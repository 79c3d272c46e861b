"""A glance at values lets no preset pass of which a layer rule has something to say."""

from __future__ import annotations

import random

import pytest

from migrate.discovery.thresholds import _measures
from migrate.findings import Finding
from migrate.loading.trainer import PlainLoader
from migrate.plan import Plans, Rules
from migrate.plan.structs import TreeWide
from migrate.resolve import Resolver
from migrate.rules import Layers, check_rules
from migrate.rules.glance import Glances, passed
from migrate.trees.tree import MemoryTree
from tests.look.trees import BASE, PRESET

_LINES = (
    "training: { vit_lr: null }\n",
    "training:\n  aligner_lr: null  # the model has none\n",
    "template: { max_length: 4096 }\n",
    "custom: { fusion_config: configs/fusion/a.yaml }\n",
    "custom: { fusion_config: configs/fusion/gone.yaml }\n",
    "custom: { fusion_config: ../elsewhere.yaml }\n",
    "custom: { fusion_config: 7 }\n",
    "inherit: base.yaml\n",
    "note: null\n",
    "model: { torch_dtype: null }\n",
    "shared: &s { a: 1 }\ncopy: *s\n",
    "itself: &i { again: *i }\n",
    "tagged: !!str 1\n",
    "tuner: { lora_rank: 8, dropout: 0.1 }\n",
)


def _tree(seed: int) -> MemoryTree:
    """Presets that extend one another and keep the rules, or do not, by the throw of dice."""
    dice = random.Random(seed)
    files = {"configs/base.yaml": BASE, "configs/fusion/a.yaml": "targets: []\n"}
    for number, name in enumerate("abcdefg"):
        above = "../base.yaml" if number < 2 else _above("abcdefg"[:number], dice)
        body = PRESET.partition("\n")[2] if number < 2 or dice.random() < 0.4 else ""
        lines = dice.sample(_LINES, dice.choice((0, 0, 0, 1, 2)))
        used: dict[str, str] = {line.partition(":")[0]: line for line in lines}
        text = f"extends: {above}\n{body}" + "".join(
            line for key, line in used.items() if f"\n{key}:" not in f"\n{body}"
        )
        files[f"configs/train/{name}.yaml"] = text
    return MemoryTree({path: text.encode() for path, text in files.items()})


def _above(earlier: str, dice: random.Random) -> str:
    """What a preset extends: the base, one earlier preset, two, or one that is not there."""
    first, second = (f"{name}.yaml" for name in dice.sample(earlier, 2))
    several = ("../base.yaml", first, first, f"[../base.yaml, {first}]", f"[{first}, {second}]")
    return dice.choice((*several, "z.yaml"))


def _both(seed: int) -> tuple[list[Finding], list[Finding], int]:
    """What the rules say of all presets, what they say after a glance, and how many it let pass."""
    wide = Rules(max_files=9, max_open=9) if seed % 2 else Rules()
    tree, plans = _tree(seed), Plans({}, TreeWide(rules=wide))
    glances = Glances(plans.rules, plans.base, PlainLoader(tree))
    seen = passed(Layers(plans, Resolver(tree)), glances, {})
    every = list(check_rules(plans, Resolver(tree)))
    return every, list(check_rules(plans, Resolver(tree), seen=seen)), len(seen)


@pytest.mark.parametrize("seed", range(150))
def test_what_a_glance_lets_pass_the_rules_let_pass_too(seed: int) -> None:
    every, after, _ = _both(seed)
    assert after == every


def test_the_trees_hold_presets_of_both_kinds() -> None:
    runs = [_both(seed) for seed in range(150)]
    assert sum(quiet for _, _, quiet in runs) > 150
    rules = {finding.rule for every, _, _ in runs for finding in every}
    assert rules >= {
        "required",
        "hiding-null",
        "length-knob",
        "fusion-config",
        "one-preset",
        "max-overlays",
        "resolves",
    }


@pytest.mark.parametrize("seed", range(40))
def test_thresholds_measured_by_values_are_those_measured_with_positions(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree, plans = _tree(seed), Plans({}, TreeWide())
    by_values = _measures(Layers(plans, Resolver(tree)))
    monkeypatch.setattr(PlainLoader, "plainly_resolvable", lambda *_: False)
    assert by_values == _measures(Layers(plans, Resolver(tree)))
    assert by_values
