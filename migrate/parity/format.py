"""A difference in words: `training.learning_rate: 2e-06 -> 1e-06`."""

from __future__ import annotations

import json
from typing import Any

from migrate.canonical import plain
from migrate.locations import dotted, printable, shortened
from migrate.parity import ABSENT, Difference


def value_text(value: Any, limit: int = 60) -> str:
    """A value on one line, as JSON, shortened in the middle beyond `limit` (0: never)."""
    if value is ABSENT:
        return "absent"
    return shortened(printable(json.dumps(plain(value), ensure_ascii=False)), limit)


def format_difference(difference: Difference, limit: int = 60) -> str:
    """One difference on one line; types are named where only they differ."""
    old, new = difference_values(difference, limit)
    return f"{dotted(difference.path)}: {old} -> {new}"


def difference_values(difference: Difference, limit: int = 60) -> tuple[str, str]:
    """Both values, each on one line; types are named where only they differ."""
    old, new = value_text(difference.old, limit), value_text(difference.new, limit)
    if difference.kind == "type":
        old += f" ({type(difference.old).__name__})"
        new += f" ({type(difference.new).__name__})"
    return old, new
