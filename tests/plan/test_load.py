"""Plan files become plans, or a list of everything that is wrong with them, each with its place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.errors import InputError, MigrateError, MissingFile
from migrate.locations import Index, Place
from migrate.plan import (
    Ignore,
    Plans,
    Profile,
    load_plans,
    load_profile,
    plan_files,
    schema,
    schema_text,
    select,
)
from migrate.trees.tree import MemoryTree

ROOT = Path(__file__).parents[2]

SFT = """\
# yaml-language-server: $schema=../docs/schema/plan.json
version: 1
order: [model, training]
gates: ["python check.py {config}"]
rules: {max_files: 5, base_keys: [model.torch_dtype]}
references:
  configs/train/sft/dense_base.yaml: configs/train/sft/dense_1024.yaml
  configs/components/a.yaml: drop
keep: {configs/components/b.yaml: the notebook reads it}
presets:
  sft_dense_2048:
    from: train/sft/dense_2048.yaml
    to: configs/train/sft/dense_2048.yaml
    extends: [configs/train/sft/dense_1024.yaml]
  sft_dense_1024:
    from: train/sft/dense_1024.yaml
    to: configs/train/sft/dense_1024.yaml
    extends: [configs/base.yaml]
    headers: drop
    order: [training]
    inline:
      components/tuner/dora_full.yaml: ["*"]
      components/data/rollout.yaml: "*"
      train/sft/dense_base.yaml: [custom.val_sample_limit, custom.grpo]
    override:
      training.learning_rate: {value: 1.0e-4, reason: "the old one was a typo: 1e-4, a text"}
"""
GRPO = """\
version: 1
headers: drop
references:
  configs/components/c.yaml: {ignore: a changelog names it}
rules: {max_overlays: 2, max_files: 5}
presets:
  grpo_dense:
    from: train/grpo/dense_2048.yaml
    to: configs/train/grpo/dense_2048.yaml
"""
PARITY = """\
version: 1
allow:
  - path: training.save_steps
    reason: the schedule changes nothing that is learnt
  - path: custom.augmentation
    reason: not used
    when: {custom.augmentation.enabled: false}
forbid:
  - model
  - {path: rlhf, reason: rewards}
"""


def load(**files: str) -> Plans:
    """Load plans from texts; `a__yml` is the file `a.yml`."""
    named = {name.replace("__yml", ".yml"): text.encode() for name, text in files.items()}
    contents = {f"plans/{n if '.' in n else n + '.yaml'}": text for n, text in named.items()}
    return load_plans(MemoryTree(contents))


def letters(**files: str) -> list[str]:
    with pytest.raises(MigrateError) as caught:
        load(**files)
    return [str(fault) for fault in caught.value.faults()]


def preset(name: str, to: str, *extends: str, source: str = "a.yaml") -> str:
    return f"  {name}: {{from: {source}, to: {to}, extends: [{', '.join(extends)}]}}\n"


def plan(*presets: str) -> str:
    return "version: 1\npresets:\n" + "".join(presets)


# What a plan says.


def test_presets_of_all_files_are_one_mapping_in_file_order() -> None:
    plans = load(sft=SFT, grpo=GRPO)
    assert list(plans.presets) == ["grpo_dense", "sft_dense_2048", "sft_dense_1024"]
    planned = plans.presets["sft_dense_1024"]
    assert planned.preset.from_ == "train/sft/dense_1024.yaml"
    assert planned.preset.extends == ("configs/base.yaml",)
    assert planned.file == "plans/sft.yaml"
    assert planned.place == Place("plans/sft.yaml", 15, 3)


def test_every_part_of_a_preset_has_its_place() -> None:
    planned = load(sft=SFT).presets["sft_dense_1024"]
    base = "train/sft/dense_base.yaml"
    assert planned.place_of("to") == Place("plans/sft.yaml", 17, 5)
    assert planned.place_of("inline", base, Index(1)) == Place("plans/sft.yaml", 24, 60)
    assert planned.place_of("inline", "missing.yaml") == planned.place_of("inline")


def test_an_override_keeps_the_text_its_author_wrote() -> None:
    planned = load(sft=SFT).presets["sft_dense_1024"]
    key = "training.learning_rate"
    node = planned.source.node(("presets", planned.name, "override", key, "value"))
    assert node is not None
    assert planned.source.document.text[node.start : node.end] == "1.0e-4"
    assert planned.preset.override[key].value == 1.0e-4


def test_a_star_and_a_list_of_one_star_are_the_same() -> None:
    planned = load(sft=SFT).presets["sft_dense_1024"].preset
    assert planned.inlined("components/tuner/dora_full.yaml") == ("*",)
    assert planned.inlined("components/data/rollout.yaml") == ("*",)
    assert planned.inlined("train/sft/dense_base.yaml") == (
        "custom.val_sample_limit",
        "custom.grpo",
    )
    assert planned.inlined("elsewhere.yaml") == ()


def test_order_headers_and_gates_hold_for_the_presets_of_their_own_file() -> None:
    plans = load(sft=SFT, grpo=GRPO)
    one, two, grpo = (
        plans.presets[name] for name in ("sft_dense_1024", "sft_dense_2048", "grpo_dense")
    )
    assert (two.order, two.headers) == (("model", "training"), "keep")
    assert (one.order, one.headers) == (("training",), "drop")
    assert (grpo.order, grpo.headers) == ((), "drop")
    assert plans.gates_of("sft_dense_2048") == ("python check.py {config}",)
    assert plans.gates_of("grpo_dense") == ()


def test_what_holds_for_the_tree_is_put_together_from_all_files() -> None:
    plans = load(sft=SFT, grpo=GRPO)
    assert (plans.rules.max_files, plans.rules.max_overlays, plans.rules.max_open) == (5, 2, 2)
    assert plans.references == {
        "configs/components/c.yaml": Ignore(ignore="a changelog names it"),
        "configs/train/sft/dense_base.yaml": "configs/train/sft/dense_1024.yaml",
        "configs/components/a.yaml": "drop",
    }
    assert plans.keep == {"configs/components/b.yaml": "the notebook reads it"}
    assert (plans.dialect.name, plans.config_root, plans.base) == (
        "extends",
        "configs",
        "configs/base.yaml",
    )


def test_the_profile_knows_where_each_allowance_stands() -> None:
    profile = load(sft=SFT, parity=PARITY).profile
    assert [(a.path, a.place) for a in profile.allow] == [
        ("training.save_steps", Place("plans/parity.yaml", 3, 5)),
        ("custom.augmentation", Place("plans/parity.yaml", 5, 5)),
    ]
    assert profile.allow[1].conditions == ((("custom", "augmentation", "enabled"), False),)
    assert [(f.path, f.reason) for f in profile.forbid] == [("model", ""), ("rlhf", "rewards")]


def test_without_a_parity_file_nothing_is_allowed() -> None:
    assert load(sft=SFT).profile == Profile()


def test_a_profile_can_be_read_alone() -> None:
    tree = MemoryTree({"other.yaml": PARITY.encode(), "bad.yaml": b"version: 1\nallow: 3\n"})
    assert len(load_profile(tree, "other.yaml").allow) == 2
    with pytest.raises(InputError, match=r"bad.yaml:2:1: `allow` is 3"):
        load_profile(tree, "bad.yaml")


def test_legacy_paths_mirror_the_config_root() -> None:
    plans = load(a="version: 1\nconfig_root: recipes\n")
    assert plans.legacy_path("train/a.yaml") == "configs/legacy/train/a.yaml"
    assert plans.live_path("train/a.yaml") == "recipes/train/a.yaml"
    assert plans.base == "recipes/base.yaml"
    everywhere = load(a="version: 1\nconfig_root: .\n")
    assert everywhere.live_path("train/a.yaml") == "train/a.yaml"
    assert everywhere.base == "base.yaml"


def test_only_yaml_directly_in_the_folder_is_a_plan() -> None:
    names = ["plans/b.yml", "plans/a.yaml", "plans/parity.yaml", "plans/.a.yaml", "plans/x.json"]
    names += ["plans/evidence/a.yaml", "a.yaml", "other/plans/a.yaml"]
    assert list(plan_files(MemoryTree(dict.fromkeys(names, b"")))) == [
        "plans/a.yaml",
        "plans/b.yml",
    ]


def test_a_folder_without_plans_says_how_to_get_one() -> None:
    with pytest.raises(MissingFile) as caught:
        load_plans(MemoryTree({"a.yaml": b""}), "plans/")
    assert caught.value.render() == (
        "error: plans/: holds no plan\nhint: `migrate init` writes plans"
    )


# Order.


def test_parents_come_first_and_else_the_order_of_the_files_is_kept() -> None:
    one = plan(
        preset("c", "configs/c.yaml", "configs/a.yaml"), preset("b", "configs/b.yaml", "x.yaml")
    )
    two = plan(preset("z", "configs/z.yaml"), preset("a", "configs/a.yaml", "configs/z.yaml"))
    plans = load(one=one, two=two)
    assert [planned.name for planned in plans.in_order()] == ["b", "z", "a", "c"]
    assert [planned.name for planned in select(plans, ["c", "z"])] == ["z", "c"]
    assert select(plans) == plans.in_order()


def test_a_preset_waits_for_all_its_parents() -> None:
    both = preset("child", "configs/c.yaml", "configs/a.yaml", "configs/b.yaml")
    late = preset("b", "configs/b.yaml", "configs/z.yaml")
    plans = load(a=plan(both, preset("a", "configs/a.yaml"), late, preset("z", "configs/z.yaml")))
    assert [planned.name for planned in plans.in_order()] == ["a", "z", "b", "child"]


def test_an_extends_that_names_nothing_known_is_not_checked_here() -> None:
    assert load(a=plan(preset("a", "configs/a.yaml", "configs/nowhere.yaml"))).in_order()


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_cycle_is_told_with_its_place(length: int) -> None:
    presets = [
        preset(f"p{n}", f"configs/{n}.yaml", f"configs/{(n + 1) % length}.yaml")
        for n in range(length)
    ]
    (letter,) = letters(a=plan(preset("free", "configs/free.yaml"), *presets))
    assert letter == "plans/a.yaml:4:42: the preset `p0` extends itself"


def test_a_long_row_of_presets_is_no_problem() -> None:
    rows = [preset(f"p{n}", f"configs/{n}.yaml", f"configs/{n + 1}.yaml") for n in range(2000)]
    assert load(a=plan(*rows)).in_order()[0].name == "p1999"


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(InputError) as caught:
        select(load(sft=SFT, grpo=GRPO), ["grpo_dens"])
    assert caught.value.render() == (
        "error: no preset is called `grpo_dens`\nhint: did you mean grpo_dense?"
    )


def test_every_unknown_name_is_told() -> None:
    with pytest.raises(MigrateError) as caught:
        select(load(grpo=GRPO), ["xx", "grpo_dense", "yy"])
    assert [fault.what for fault in caught.value.faults()] == [
        "no preset is called `xx`",
        "no preset is called `yy`",
    ]
    assert "plans/ plans grpo_dense" in caught.value.render()


# The schema.


@pytest.mark.parametrize("kind", ["plan", "parity", "accepted"])
def test_the_committed_schema_is_current(kind: str) -> None:
    committed = (ROOT / "docs" / "schema" / f"{kind}.json").read_text(encoding="utf-8")
    assert committed == schema_text(kind)


def test_the_schema_is_the_same_wherever_msgspec_puts_null(monkeypatch: pytest.MonkeyPatch) -> None:
    made = msgspec.json.schema

    def turned_round(part: Any) -> Any:
        if isinstance(part, list):
            return [turned_round(one) for one in part]
        if not isinstance(part, dict):
            return part
        said = {name: turned_round(one) for name, one in part.items()}
        nullable = len(said.get("anyOf", [])) == 2 and {"type": "null"} in said["anyOf"]
        return {**said, "anyOf": said["anyOf"][::-1]} if nullable else said

    expected = schema("plan")
    monkeypatch.setattr("msgspec.json.schema", lambda struct: turned_round(made(struct)))
    other = schema.__wrapped__("plan")
    assert json.dumps(other) == json.dumps(expected)


@pytest.mark.parametrize("kind", ["plan", "parity", "accepted"])
def test_every_field_is_described_for_editors(kind: str) -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema(kind))
    for name, struct in schema(kind)["$defs"].items():
        for field, spec in struct["properties"].items():
            assert "description" in spec or "$ref" in spec, f"{name}.{field}"


def test_an_unknown_kind_of_schema_gets_a_hint() -> None:
    with pytest.raises(InputError, match="no such kind of file: plans"):
        schema("plans")


# What importing costs, and what must never happen.


def test_importing_plans_loads_nothing_slow() -> None:
    code = """
import sys
from migrate.plan import load_plans
from migrate.trees.tree import MemoryTree
load_plans(MemoryTree({"plans/a.yaml": b"version: 1"}))
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    slow = {"jsonschema", "deepdiff", "libcst", "rich", "click", "ruamel.yaml"}
    assert not slow & set(done.stdout.split())


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(list(schema("plan")["$defs"]["PlanFile"]["properties"]))
PRESET_FIELDS = st.sampled_from(list(schema("plan")["$defs"]["Preset"]["properties"]))
PRESETS = st.dictionaries(st.text(max_size=3), st.dictionaries(PRESET_FIELDS, JUNK, max_size=4))


@given(st.dictionaries(FIELDS, JUNK | PRESETS, max_size=4))
def test_no_plan_gets_through_half_checked(raw: dict[str, object]) -> None:
    """Whatever stands in a plan: it is a plan, or letters with places; never a traceback."""
    text = json.dumps({"version": 1, **raw})
    try:
        load(a=text)
    except MigrateError as error:
        for fault in error.faults():
            assert fault.exit_code == 3
            assert fault.place is not None
            assert fault.place.line >= 1
