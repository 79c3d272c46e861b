"""Of the 14 ways to break a preset that teams met, 13 are rejected where they are said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from migrate.errors import MissingFile
from migrate.trees.tree import MemoryTree
from src.validation import Config, validate
from tests.training.trees import PRESET, STYLES, Payload, contents, line_at, rewritten


@dataclass(frozen=True)
class Mutation:
    """A change, its section, what is said about it, and a text on the line it points at."""

    change: Callable[[Payload], object]
    section: str
    what: str
    on_line: str
    hint: str = ""


def put(*path: Any, value: Any) -> Callable[[Payload], object]:
    def change(payload: Payload) -> None:
        target: Any = payload
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = value

    return change


def delete(section: str, key: str) -> Callable[[Payload], object]:
    return lambda payload: payload[section].pop(key)


MUTATIONS = {
    "unknown key in training": Mutation(
        put("training", "learning_rat", value=1.0e-4),
        "training",
        "training.learning_rat is no argument of ms-swift 3.12.1",
        "learning_rat:",
        "did you mean learning_rate",
    ),
    "unknown top-level section": Mutation(
        put("trainng", value={"a": 1}),
        "trainng",
        "trainng is not known",
        "trainng:",
        "did you mean training",
    ),
    "unknown custom key": Mutation(
        put("custom", "val_sample_limt", value=3),
        "custom",
        "custom.val_sample_limt is not known",
        "val_sample_limt: 3",
        "did you mean val_sample_limit",
    ),
    "string batch size": Mutation(
        put("training", "per_device_train_batch_size", value="4"),
        "training",
        "training.per_device_train_batch_size is '4', but must be an integer",
        "per_device_train_batch_size: '4'",
        "write 4 without quotes",
    ),
    "deepspeed config that does not exist": Mutation(
        put("deepspeed", "config", value="configs/deepspeed/zero9.json"),
        "deepspeed",
        "deepspeed.config names configs/deepspeed/zero9.json, which does not exist",
        "config: configs/deepspeed/zero9.json",
        "did you mean configs/deepspeed/zero2.json",
    ),
    "lora_rank deleted": Mutation(
        delete("tuner", "lora_rank"), "tuner", "tuner.lora_rank is missing", "tuner:"
    ),
    "reward_weights deleted": Mutation(
        delete("rlhf", "reward_weights"), "rlhf", "rlhf.reward_weights is missing", "rlhf:"
    ),
    "unknown augmentation op": Mutation(
        put("custom", "augmentation", "ops", 3, "name", value="perspektive"),
        "custom",
        "custom.augmentation.ops[3] is 'perspektive', which is no operation",
        "name: perspektive",
        "did you mean perspective",
    ),
    "unknown template": Mutation(
        put("template", "template", value="qwen3_vll"),
        "template",
        "template.template is 'qwen3_vll', but must be one of",
        "template: qwen3_vll",
        "did you mean qwen3_vl",
    ),
    "fewer weights than functions": Mutation(
        lambda payload: payload["rlhf"]["reward_weights"].pop(),
        "rlhf",
        "rlhf.reward_weights holds 4 weights for 5 functions",
        "reward_weights:",
    ),
    "missing fusion config": Mutation(
        put("custom", "fusion_config", value="configs/fusion/dens.yaml"),
        "custom",
        "custom.fusion_config names configs/fusion/dens.yaml, which does not exist",
        "fusion_config: configs/fusion/dens.yaml",
        "did you mean configs/fusion/dense.yaml",
    ),
    "null vit_lr": Mutation(
        put("training", "vit_lr", value=None), "training", "training.vit_lr is null", "vit_lr: null"
    ),
    # Beyond the list: the classic mistake of YAML 1.1, and a section that would be ignored.
    "a rate that YAML 1.1 reads as text": Mutation(
        put("training", "learning_rate", value="1e-4"),
        "training",
        "training.learning_rate is '1e-4', but must be a number or null",
        "learning_rate: ",
        "YAML 1.1 reads 1e-4 as text; write 1.0e-4",
    ),
    "a flag where an integer belongs": Mutation(
        put("tuner", "lora_rank", value=True),
        "tuner",
        "tuner.lora_rank is true, but must be an integer",
        "lora_rank: true",
    ),
    "a second length limit": Mutation(
        put("template", "max_length", value=1024),
        "template",
        "template.max_length is a second length limit",
        "max_length: 1024",
    ),
    "an operation after the last": Mutation(
        lambda payload: payload["custom"]["augmentation"]["ops"].append(
            {"name": "hflip", "params": {"prob": 0.5}}
        ),
        "custom",
        "pad_to_multiple is followed by other operations",
        "name: pad_to_multiple",
    ),
    "a parameter that its operation has not": Mutation(
        put("custom", "augmentation", "ops", 0, "params", "probability", value=0.5),
        "custom",
        "custom.augmentation.ops[0].params.probability is not known",
        "probability: 0.5",
        "did you mean prob",
    ),
    "a phase out of order": Mutation(
        put("custom", "augmentation_curriculum", "phases", 1, "until_percent", value=4),
        "custom",
        "custom.augmentation_curriculum.phases[1].until_percent is 4, after 5",
        "until_percent: 4",
    ),
    "sections that contradict one another": Mutation(
        put("data", "truncation_strategy", value="left"),
        "template",
        "template.truncation_strategy",
        "truncation_strategy: ",
    ),
    "boxes in another format than the template's": Mutation(
        put("custom", "bbox_format", value="none"),
        "custom",
        "custom.bbox_format contradicts template.norm_bbox",
        "bbox_format: none",
    ),
    "a prompt key that nobody reads": Mutation(
        put("prompts", "sistem", value="x"),
        "prompts",
        "prompts.sistem is not known",
        "sistem: x",
        "system",
    ),
    "a prompt that is missing": Mutation(
        delete("prompts", "user"), "prompts", "prompts.user is missing", "prompts:"
    ),
    "an image that the template puts in": Mutation(
        put("prompts", "user", value="<image>?"), "prompts", "prompts.user holds <image>", "<image>"
    ),
    "a profile without the text it fills in": Mutation(
        put("prompts", "profile", value="stage_b"),
        "prompts",
        "prompts.user has no place for {summaries}",
        "user: ",
    ),
    "a pattern that is none": Mutation(
        put("tuner", "target_regex", value="(q_proj"),
        "tuner",
        "tuner.target_regex is no pattern: missing )",
        "target_regex: (q_proj",
    ),
    "a vLLM server that nobody names": Mutation(
        put("rlhf", "vllm_mode", value="server"),
        "rlhf",
        "rlhf.vllm_mode is server, but no server is named",
        "vllm_mode: server",
    ),
    "a vLLM without its mode": Mutation(
        delete("rlhf", "vllm_mode"), "rlhf", "rlhf.vllm_mode is missing", "rlhf:"
    ),
    "no reward at all": Mutation(
        lambda payload: payload["rlhf"].update(reward_funcs=[], reward_weights=[]),
        "rlhf",
        "rlhf.reward_funcs is empty",
        "reward_funcs: []",
    ),
    "accumulation set by hand": Mutation(
        put("training", "gradient_accumulation_steps", value=4),
        "training",
        "training.gradient_accumulation_steps is set",
        "gradient_accumulation_steps: 4",
    ),
    "an operation without a parameter it needs": Mutation(
        lambda payload: payload["custom"]["augmentation"]["ops"][2]["params"].pop("max_deg"),
        "custom",
        "rotate lacks its parameter max_deg",
        "params:",
    ),
    "a curriculum that names an operation not listed": Mutation(
        lambda payload: payload["custom"]["augmentation"]["ops"].pop(3),
        "custom",
        "custom.augmentation_curriculum.phases[3].ops.perspective is not among the operations",
        "perspective:",
    ),
    "a curriculum that ends early": Mutation(
        lambda payload: payload["custom"]["augmentation_curriculum"]["phases"].pop(),
        "custom",
        "the last phase ends before 100 percent",
        "until_percent: 92",
    ),
    "a section that is not a mapping": Mutation(
        put("quantization", value=None),
        "quantization",
        "quantization is null, not a mapping",
        "quantization: null",
    ),
    "a length in words": Mutation(
        put("global_max_length", value="2048"),
        "global_max_length",
        "global_max_length is '2048', but must be an integer above 0",
        "global_max_length: '2048'",
        "write 2048 without quotes",
    ),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_preset_is_rejected_where_it_is_broken(name: str, style: str) -> None:
    mutation = MUTATIONS[name]
    tree = rewritten(style, mutation.change)
    findings = validate(Config.load(tree, PRESET))
    assert any(mutation.what in finding.what for finding in findings), findings
    # The two sections that contradict one another may be said in either order.
    for finding in findings if name != "sections that contradict one another" else ():
        part = f"configs/components/parts/{mutation.section}.yaml"
        assert finding.place.path == (PRESET if style == "flat" else part)
        assert mutation.on_line in line_at(tree, finding.place.path, finding.place.line)
        assert mutation.what in finding.what
        assert mutation.hint in finding.hint
        assert (f"{PRESET} takes it from here" in finding.hint) is (style == "components")


@pytest.mark.parametrize("style", STYLES)
def test_ten_times_the_rate_is_left_to_parity(style: str) -> None:
    def change(payload: Payload) -> None:
        payload["training"]["learning_rate"] *= 10

    assert validate(Config.load(rewritten(style, change), PRESET)) == []


@pytest.mark.parametrize("style", STYLES)
def test_an_unchanged_preset_has_no_finding_in_either_style(style: str) -> None:
    assert validate(Config.load(rewritten(style, lambda payload: None), PRESET)) == []


def test_extending_a_removed_file_is_unreadable() -> None:
    removed = b"extends: ../../components/gone.yaml\n"
    tree = MemoryTree({**contents(), PRESET: removed})
    with pytest.raises(MissingFile, match="which does not exist") as caught:
        Config.load(tree, PRESET)
    assert str(caught.value.place) == f"{PRESET}:1:10"


def test_rlhf_without_its_type_would_be_ignored() -> None:
    tree = rewritten("flat", delete("rlhf", "rlhf_type"))
    (finding,) = validate(Config.load(tree, PRESET))
    assert finding.what == "rlhf has no rlhf_type"
    assert line_at(tree, PRESET, finding.place.line) == "rlhf:"


def test_a_null_type_is_one_finding() -> None:
    tree = rewritten("flat", put("rlhf", "rlhf_type", value=None))
    (finding,) = validate(Config.load(tree, PRESET))
    assert finding.what == "rlhf has no rlhf_type"
    assert line_at(tree, PRESET, finding.place.line).strip() == "rlhf_type: null"


def test_an_override_names_what_it_beats() -> None:
    overlay = "configs/train/grpo/mine.yaml"
    text = b"extends: dense_2048.yaml\ntraining:\n  learning_rate: fast\n"
    (finding,) = validate(Config.load(MemoryTree({**contents(), overlay: text}), overlay))
    assert str(finding.place) == f"{overlay}:3:3"
    assert finding.hint.startswith(f"it overrides {PRESET}:")


def test_a_base_config_is_laid_below() -> None:
    small = "configs/train/grpo/small.yaml"
    tree = MemoryTree({**contents(), small: b"training:\n  vit_lr: null\n"})
    (finding,) = validate(Config.load(tree, small, base=PRESET))
    assert (finding.what, str(finding.place)) == ("training.vit_lr is null", f"{small}:2:3")
    assert len(validate(Config.load(tree, small))) > 5


def test_a_plugin_may_bring_a_template_of_its_own() -> None:
    def change(payload: Payload) -> None:
        payload["template"]["template"] = "ours"
        payload["data"]["custom_register_path"] = ["plugins/ours.py"]

    assert validate(Config.load(rewritten("flat", change), PRESET)) == []


@pytest.mark.parametrize("strategy", ["right", "split"])
def test_grpo_refuses_to_cut_from_the_right(strategy: str) -> None:
    def change(payload: Payload) -> None:
        payload["template"]["truncation_strategy"] = strategy
        payload["data"]["truncation_strategy"] = strategy

    found = [finding.what for finding in validate(Config.load(rewritten("flat", change), PRESET))]
    assert found == [
        f"template.truncation_strategy is {strategy!r}, which GRPO refuses",
        f"data.truncation_strategy is {strategy!r}, which GRPO refuses",
    ]


@pytest.mark.parametrize("text", [b"[1]", b"{", b"\xff\xfe"])
def test_a_deepspeed_file_that_is_no_mapping_is_a_finding(text: bytes) -> None:
    tree = MemoryTree({**contents(), "configs/deepspeed/zero2.json": text})
    (finding,) = validate(Config.load(tree, PRESET))
    assert finding.what.endswith("configs/deepspeed/zero2.json, which is no JSON mapping")
