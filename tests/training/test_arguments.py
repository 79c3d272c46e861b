"""A config becomes one flat argument set: lengths, accumulation, deepspeed, and what stays ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrate.errors import InputError
from src.arguments import argument_set

SFT: dict[str, Any] = {
    "model": {"model": "m"},
    "data": {"dataset": ["d"], "truncation_strategy": "left"},
    "template": {"truncation_strategy": "delete"},
    "training": {"per_device_train_batch_size": 3, "save_last_epoch": True},
}
GRPO = {**SFT, "rlhf": {"rlhf_type": "grpo", "llm_kd_weight": 0.5}}


def test_later_sections_win() -> None:
    assert argument_set(SFT).swift["truncation_strategy"] == "delete"


@pytest.mark.parametrize(
    ("effective", "world", "steps"),
    [(32, 1, 11), (32, 4, 3), (36, 4, 3), (37, 4, 4), (1, 8, 1), (24, 8, 1)],
)
def test_accumulation_is_rounded_up(effective: int, world: int, steps: int) -> None:
    config = {**SFT, "training": {**SFT["training"], "effective_batch_size": effective}}
    arguments = argument_set(config, world)
    assert arguments.swift["gradient_accumulation_steps"] == steps
    assert arguments.owned["effective_batch_size"] == effective


@pytest.mark.parametrize("effective", ["32", 0, 1.5])
def test_an_effective_batch_that_is_no_count_is_refused(effective: object) -> None:
    config = {**SFT, "training": {**SFT["training"], "effective_batch_size": effective}}
    with pytest.raises(InputError, match="no accumulation"):
        argument_set(config)


def test_nothing_is_accumulated_unless_asked() -> None:
    assert "gradient_accumulation_steps" not in argument_set(SFT).swift


def test_one_length_feeds_every_limit_there_is() -> None:
    model = {"max_model_len": 2048, "max_length": 2048}
    for config, limits in ((SFT, model), (GRPO, {**model, "vllm_max_model_len": 2048})):
        swift = argument_set({**config, "global_max_length": 2048}).swift
        assert {name: value for name, value in swift.items() if value == 2048} == limits
    assert "max_length" not in argument_set(SFT).swift


def test_a_length_drops_what_is_too_long_unless_the_config_says_otherwise() -> None:
    silent = {"model": {"model": "m"}, "global_max_length": 8}
    assert argument_set(silent).swift["truncation_strategy"] == "delete"
    said = {**silent, "template": {"truncation_strategy": "left"}}
    assert argument_set(said).swift["truncation_strategy"] == "left"


@pytest.mark.parametrize(("enabled", "path"), [(True, "z.json"), (False, None)])
def test_deepspeed_follows_its_switch(enabled: bool, path: str | None) -> None:
    config = {**SFT, "deepspeed": {"enabled": enabled, "config": "z.json"}}
    assert argument_set(config).swift["deepspeed"] == path


def test_our_own_keys_never_reach_ms_swift() -> None:
    arguments = argument_set({**GRPO, "custom": {"use_summary": True}, "prompts": {"system": "s"}})
    assert arguments.rlhf
    assert arguments.owned == {"save_last_epoch": True, "llm_kd_weight": 0.5}
    assert (
        not {"custom", "prompts", "use_summary", "system", "save_last_epoch"}
        & arguments.swift.keys()
    )


def test_without_its_type_the_rlhf_section_is_left_out() -> None:
    arguments = argument_set({**SFT, "rlhf": {"beta": 0.1}})
    assert not arguments.rlhf
    assert "beta" not in arguments.swift


def test_text_is_canonical() -> None:
    turned = {name: dict(reversed(section.items())) for name, section in reversed(GRPO.items())}
    config = {name: turned[name] for name in GRPO}
    assert argument_set(config).text() == argument_set(GRPO).text()
    assert json.loads(argument_set(GRPO).text())["command"] == "rlhf"


def test_a_section_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(InputError, match="the section model is not a mapping"):
        argument_set({"model": "m"})
