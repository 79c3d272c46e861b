"""How comments look that are not in the new file: where they stood, of which key, why they went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from migrate.flatten import DroppedComment
from migrate.locations import printable


def dropped_lines(dropped: Iterable[DroppedComment], indent: str = "") -> Iterator[str]:
    """Two lines for each comment."""
    for item in dropped:
        of = f"of {item.key}: " if item.key else ""
        yield f"{indent}{item.place}: {printable(item.text)}"
        yield f"{indent}  {of}{item.reason}"


def dropped_data(dropped: Iterable[DroppedComment]) -> list[dict[str, Any]]:
    """The same for scripts."""
    return [
        {
            "file": item.place.path,
            "line": item.place.line,
            "text": item.text,
            "key": item.key,
            "reason": item.reason,
        }
        for item in dropped
    ]
