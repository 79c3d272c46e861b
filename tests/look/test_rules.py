"""Each layer rule: one tree that keeps it, one that breaks it, and the place it names."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.plan import Plans, Rules
from migrate.plan.structs import TreeWide
from migrate.resolve import Resolver
from migrate.rules import check_rules, check_style
from migrate.trees.tree import MemoryTree
from tests.look.trees import BASE, PRESET

SANE = {"configs/base.yaml": BASE, "configs/train/sft.yaml": PRESET}


def findings(files: dict[str, str], **rules: Any) -> list[Finding]:
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return list(check_rules(Plans({}, TreeWide(rules=Rules(**rules))), Resolver(tree)))


def styles(files: dict[str, str]) -> list[Finding]:
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    return list(check_style(Plans({}), Resolver(tree)))


def told(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.rule, str(one.place)) for one in found]


def overlay(text: str = "training: { run_name: o }\n", parent: str = "sft.yaml") -> str:
    return f"extends: {parent}\n{text}"


def test_a_sane_tree_has_no_findings() -> None:
    files = {**SANE, "configs/train/o.yaml": overlay()}
    assert findings(files, base_keys=("model.torch_dtype",)) == []


def test_what_no_glob_names_is_not_looked_at() -> None:
    files = {"configs/runtime/a.yaml": "a: 1\n", "configs/legacy/train/a.yaml": "a: 1\n"}
    assert findings(files) == []


BROKEN: list[tuple[str, dict[str, str], dict[str, Any], str]] = [
    ("max-files", {"configs/train/o.yaml": overlay()}, {"max_files": 2}, "o.yaml:1:10"),
    ("max-open", {"configs/train/o.yaml": overlay()}, {"max_open": 1}, "o.yaml:1:10"),
    (
        "overlay-keys",
        {"configs/train/o.yaml": overlay("a: 1\nb: {c: 2, d: 3}\n")},
        {"overlay_keys": 2},
        "o.yaml:1:10",
    ),
    (
        "max-overlays",
        {f"configs/train/o{n}.yaml": overlay() for n in (1, 2)},
        {"max_overlays": 1},
        "sft.yaml:1:10",
    ),
    (
        "one-preset",
        {"configs/train/b.yaml": PRESET, "configs/train/o.yaml": "extends: [sft.yaml, b.yaml]\n"},
        {"max_open": 3},
        "o.yaml:1:11",
    ),
    (
        "required",
        {"configs/train/o.yaml": overlay("training:\n  vit_lr: null # so\n")},
        {},
        "o.yaml:3:3",
    ),
    (
        "length-knob",
        {"configs/train/o.yaml": overlay("template:\n  max_length: 9\n")},
        {},
        "o.yaml:3:3",
    ),
    (
        "fusion-config",
        {"configs/train/o.yaml": overlay("custom:\n  fusion_config: no.yaml\n")},
        {},
        "o.yaml:3:3",
    ),
    (
        "fusion-config",
        {"configs/train/o.yaml": overlay("custom:\n  fusion_config: [a]\n")},
        {},
        "o.yaml:3:3",
    ),
    (
        "base-keys",
        {"configs/base.yaml": "model: {}\ndata:\n  seed: 1\n"},
        {"base_keys": ("model",)},
        "base.yaml:3:3",
    ),
    ("resolves", {"configs/train/o.yaml": overlay(parent="gone.yaml")}, {}, "o.yaml:1:10"),
]


@pytest.mark.parametrize(("rule", "added", "rules", "place"), BROKEN)
def test_a_broken_rule_is_an_error_with_its_place(
    rule: str, added: dict[str, str], rules: dict[str, Any], place: str
) -> None:
    found = findings({**SANE, **added}, **rules)
    assert [one.rule for one in found] == [rule]
    assert str(found[0].place).endswith("/" + place)
    assert (found[0].level, bool(found[0].hint)) == (ERROR, True)


def test_a_setting_that_no_file_of_the_chain_makes_is_missing() -> None:
    found = findings({**SANE, "configs/train/sft.yaml": PRESET.replace("  vit_lr: 1.0e-5\n", "")})
    assert [one.what for one in found] == ["`training.vit_lr` is not set"]
    assert found[0].hint == "write `vit_lr:` under `training`"


def test_a_null_that_hides_an_inherited_value_is_a_warning_unless_a_comment_says_why() -> None:
    silent = overlay("global_max_length: null\n")
    found = findings({**SANE, "configs/train/o.yaml": silent})
    assert [(one.rule, one.level) for one in found] == [("hiding-null", WARNING)]
    assert "configs/train/sft.yaml:12:1" in found[0].hint
    for said in ("global_max_length: null  # no limit\n", "# no limit\nglobal_max_length:\n"):
        assert findings({**SANE, "configs/train/o.yaml": overlay(said)}) == []


def test_a_null_over_nothing_or_over_null_hides_nothing() -> None:
    base = {"configs/base.yaml": BASE + "data: { a: null }\n"}
    assert findings({**SANE, **base, "configs/train/o.yaml": overlay("data: {a: ~, b: ~}\n")}) == []


def test_thresholds_of_null_switch_a_rule_off() -> None:
    text = "template: { max_length: 9 }\ncustom: { fusion_config: no.yaml }\n"
    files = {**SANE, "configs/train/o.yaml": overlay(text)}
    assert findings(files, length_knob=None, fusion_key=None, required=()) == []


def test_a_fusion_config_among_the_presets_is_none() -> None:
    fusion = {
        "configs/train/o.yaml": overlay("custom: { fusion_config: ./configs/train/f.yaml }\n"),
        "configs/train/f.yaml": "targets: []\n",
    }
    assert findings({**SANE, **fusion}) == []


def test_a_fusion_config_outside_the_root_is_a_note() -> None:
    text = overlay("custom: { fusion_config: /data/f.yaml }\n")
    assert [one.level for one in findings({**SANE, "configs/train/o.yaml": text})] == [NOTE]


def test_one_preset_can_be_asked_for_and_still_counts_the_others() -> None:
    files = {**SANE, **{f"configs/train/o{n}.yaml": overlay() for n in (1, 2)}}
    tree = MemoryTree({path: text.encode() for path, text in files.items()})
    plans = Plans({}, TreeWide(rules=Rules(max_overlays=1, max_open=1)))
    found = list(check_rules(plans, Resolver(tree), ["configs/train/sft.yaml"]))
    assert told(found) == [("max-overlays", "configs/train/sft.yaml:1:10")]


READ_APART = ["1e-5", "no", "010", "1_000", "0b11", "1:30", "2026-01-12", "on", "0o17", "+.5"]


@pytest.mark.parametrize("spelled", READ_APART)
def test_a_value_that_yaml_versions_read_apart_is_a_warning(spelled: str) -> None:
    files = {**SANE, "configs/train/o.yaml": overlay(f"custom:\n  a: {spelled}\n")}
    assert told(styles(files)) == [("yaml-versions", "configs/train/o.yaml:3:6")]


READ_ALIKE = ["1.0e-5", '"no"', "10", "0x1F", "true", "~", ".inf", "text", "-1", "'010'"]


@pytest.mark.parametrize("spelled", READ_ALIKE)
def test_a_value_that_both_read_alike_is_left_alone(spelled: str) -> None:
    assert styles({**SANE, "configs/train/o.yaml": overlay(f"custom:\n  a: {spelled}\n")}) == []


def test_a_key_given_twice_is_a_warning_at_the_one_that_counts() -> None:
    found = styles({**SANE, "configs/train/o.yaml": overlay("a: 1\nb: 1\na: 2\n")})
    assert told(found) == [("duplicate-key", "configs/train/o.yaml:4:1")]


def test_a_restated_value_is_a_note_type_by_type() -> None:
    text = "global_max_length: 2048\ntraining: { num_train_epochs: 2 }\n"
    found = styles({**SANE, "configs/train/o.yaml": overlay(text)})
    assert told(found) == [("restated", "configs/train/o.yaml:2:1")]
    assert found[0].level == NOTE


def test_keys_spelled_apart_are_warned_of_at_the_rarer_one() -> None:
    others = {f"configs/train/{n}.yaml": PRESET + "data: { warmup_steps: 1 }\n" for n in "ab"}
    odd = {"configs/train/c.yaml": PRESET + "data:\n  warmupSteps: 1\n"}
    found = styles({**SANE, **others, **odd})
    assert told(found) == [("spelling", "configs/train/c.yaml:14:3")]
    assert "`warmup_steps` in 2 other presets" in found[0].what


def test_keys_that_one_preset_has_both_of_are_two_keys() -> None:
    both = PRESET + "data: { eval_steps: 1, evil_steps: 1 }\n"
    assert styles({**SANE, "configs/train/a.yaml": both}) == []
