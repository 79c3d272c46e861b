"""The tuner: LoRA has its rank and alpha, and patterns compile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrate.locations import dotted
from src.validation.findings import Config, Finding
from src.validation.schema import required

WITH_RANK = ("lora", "longlora", "adalora")
PATTERNS = ("target_regex", "freeze_parameters_regex", "trainable_parameters_regex")


def check(config: Config) -> Iterator[Finding]:
    """Missing LoRA settings and patterns that are none."""
    section = config.section("tuner")
    if section.get("train_type", "lora") in WITH_RANK:
        for key in ("lora_rank", "lora_alpha"):
            yield from required(
                config, ("tuner", key), "LoRA would quietly take the default of ms-swift"
            )
    for key in PATTERNS:
        value = section.get(key)
        if isinstance(value, str):
            yield from _pattern(config, key, value)


def _pattern(config: Config, key: str, value: str) -> Iterator[Finding]:
    try:
        re.compile(value)
    except re.error as error:
        yield config.finding(
            ("tuner", key),
            f"{dotted(('tuner', key))} is no pattern: {error}",
            "correct the pattern",
        )
