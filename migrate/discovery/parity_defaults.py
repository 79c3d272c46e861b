"""The parity profile that `init` proposes: what may differ without changing what is learned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate.parity import concerns, names_key
from migrate.plan import Allowance
from migrate.plan.patterns import parse_pattern

ALLOWED: tuple[tuple[str, str, tuple[str, ...], dict[str, Any]], ...] = (
    (
        "run identity",
        "names a run, its folders and its dumps",
        (
            "training.output_dir",
            "training.logging_dir",
            "training.run_name",
            "custom.dump_conversation_text",
            "custom.dump_conversation_path",
        ),
        {},
    ),
    (
        "logging",
        "what is written down, not what is learned",
        (
            "training.logging_steps",
            "training.logging_first_step",
            "training.log_level",
            "training.log_level_replica",
            "training.report_to",
        ),
        {},
    ),
    (
        "saving and evaluation schedule",
        "when checkpoints are written and scored",
        (
            "training.save_strategy",
            "training.save_steps",
            "training.save_total_limit",
            "training.save_last_epoch",
            "training.eval_strategy",
            "training.eval_steps",
            "training.metric_for_best_model",
            "training.greater_is_better",
        ),
        {},
    ),
    (
        "augmentation that is switched off",
        "nothing reads it while augmentation is off",
        ("custom.augmentation", "custom.augmentation_curriculum"),
        {"custom.augmentation.enabled": False},
    ),
)
"""Group, reason, key paths, condition on both sides."""

FORBIDDEN = ("global_max_length", "model", "template", "data", "tuner", "deepspeed", "rlhf")


def fitting(value: Any) -> Iterator[str]:
    """The key paths of this profile that have something to say of a resolved config."""
    for _, reason, keys, when in ALLOWED:
        yield from (key for key in keys if concerns(Allowance(key, reason, when), value))
    yield from (key for key in FORBIDDEN if names_key(parse_pattern(key), value))
