"""What a run cannot start without, and the one knob for its length."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.locations import dotted
from src.arguments import LENGTH_LIMITS
from src.sections import FLATTENED
from src.validation.findings import Config, Finding
from src.validation.schema import required

REQUIRED = (
    ("model", "model"),
    ("training", "run_name"),
    ("training", "output_dir"),
    ("training", "logging_dir"),
    ("training", "num_train_epochs"),
    ("training", "learning_rate"),
    ("training", "vit_lr"),
    ("training", "aligner_lr"),
)
"""The launch settings that every runnable preset says for itself."""


def check(config: Config) -> Iterator[Finding]:
    """Missing or null launch settings, and settings that the launcher works out itself."""
    for path in REQUIRED:
        yield from required(config, path, "a run cannot start without it: set it in the preset")
    yield from required(config, ("data", "dataset"), "ms-swift refuses to start without one")
    if config.get("training", "gradient_accumulation_steps") is not None:
        path = ("training", "gradient_accumulation_steps")
        yield config.finding(
            path,
            f"{dotted(path)} is set",
            "it follows from training.effective_batch_size; delete it",
        )
    for section in FLATTENED:
        for key in LENGTH_LIMITS:
            if config.get(section, key) is not None:
                what = f"{dotted((section, key))} is a second length limit"
                yield config.finding(
                    (section, key), what, "global_max_length is the only one; delete this"
                )
