"""Check a resolved config without any model, each fault with its origin."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from src.validation import (
    custom,
    deepspeed,
    fields,
    fusion,
    launch,
    prompts,
    rlhf,
    top_level,
    tuner,
)
from src.validation.findings import Config, Finding

__all__ = ["CHECKS", "Config", "Finding", "validate"]

CHECKS: dict[str, Callable[[Config], Iterator[Finding]]] = {
    "top_level": top_level.check,
    "fields": fields.check,
    "launch": launch.check,
    "tuner": tuner.check,
    "rlhf": rlhf.check,
    "deepspeed": deepspeed.check,
    "custom": custom.check,
    "prompts": prompts.check,
    "fusion": fusion.check,
}
"""One file per concern."""


def validate(config: Config) -> list[Finding]:
    """Every finding once, in order of place."""
    found = dict.fromkeys(finding for check in CHECKS.values() for finding in check(config))
    return sorted(
        found, key=lambda finding: (finding.place.path, finding.place.line, finding.place.column)
    )
