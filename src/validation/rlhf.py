"""RLHF: it has a type, every reward has a weight, and vLLM can be reached."""

from __future__ import annotations

from collections.abc import Iterator

from src.validation.findings import Config, Finding
from src.validation.schema import required

GRPO_TRUNCATION = ("delete", "left", None)
"""What ms-swift 3.12.1 accepts for GRPO (`RLHFArguments._init_grpo`)."""


def check(config: Config) -> Iterator[Finding]:
    """A section that would be ignored, rewards that do not fit, vLLM without a way to it."""
    section = config.section("rlhf")
    if section and not config.rlhf:
        hint = "ms-swift ignores the whole section without it: set rlhf.rlhf_type, as in `grpo`"
        yield config.finding(("rlhf", "rlhf_type"), "rlhf has no rlhf_type", hint)
    if section.get("rlhf_type") == "grpo":
        yield from _rewards(config)
        yield from _truncation(config)
    if section.get("use_vllm"):
        yield from _vllm(config)


def _rewards(config: Config) -> Iterator[Finding]:
    yield from required(config, ("rlhf", "reward_funcs"), "GRPO learns from rewards only")
    yield from required(
        config, ("rlhf", "reward_weights"), "all rewards would quietly weigh the same"
    )
    functions, weights = config.get("rlhf", "reward_funcs"), config.get("rlhf", "reward_weights")
    if isinstance(functions, list) and not functions:
        yield config.finding(
            ("rlhf", "reward_funcs"), "rlhf.reward_funcs is empty", "GRPO learns from rewards only"
        )
    if isinstance(functions, list) and isinstance(weights, list) and len(functions) != len(weights):
        place, _ = config.locate(("rlhf", "reward_funcs"))
        what = f"rlhf.reward_weights holds {len(weights)} weights for {len(functions)} functions"
        yield config.finding(
            ("rlhf", "reward_weights"), what, f"one weight for each function of {place}"
        )


def _truncation(config: Config) -> Iterator[Finding]:
    for section in ("template", "data"):
        strategy = config.get(section, "truncation_strategy")
        if strategy not in GRPO_TRUNCATION:
            what = f"{section}.truncation_strategy is {strategy!r}, which GRPO refuses"
            yield config.finding((section, "truncation_strategy"), what, "write delete or left")


def _vllm(config: Config) -> Iterator[Finding]:
    yield from required(config, ("rlhf", "vllm_mode"), "write colocate or server")
    section = config.section("rlhf")
    if section.get("vllm_mode") == "server" and not (
        section.get("vllm_server_host") or section.get("vllm_server_base_url")
    ):
        what = "rlhf.vllm_mode is server, but no server is named"
        yield config.finding(("rlhf", "vllm_mode"), what, "set rlhf.vllm_server_host")
