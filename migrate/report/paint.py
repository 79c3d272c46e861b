"""Colour for a terminal, and columns that line up."""

from __future__ import annotations

import re
from collections.abc import Sequence

_CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "blue": 34, "cyan": 36}

UNPAINTED = re.compile(r"\x1b\[[0-9;]*m")
"""What takes colours off a text, replaced by nothing."""


class UnfoldedLine(str):
    """A line that is shown as it is, however wide: folded, a diff would be none any more."""


class Paint:
    """Wraps text in terminal colours, or leaves it alone."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled

    def __call__(self, text: str, *styles: str) -> str:
        """The text in these styles: bold, dim, red, green, yellow, blue, cyan."""
        if not self.enabled or not styles or not text:
            return text
        codes = ";".join(str(_CODES[style]) for style in styles)
        return f"\x1b[{codes}m{text}\x1b[0m"

    def diff_line(self, line: str) -> UnfoldedLine:
        """A line of a unified diff, coloured as people know it."""
        if line.startswith(("+++", "---")):
            return UnfoldedLine(self(line, "bold"))
        style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        return UnfoldedLine(self(line, style) if style else line)


PLAIN = Paint(enabled=False)
"""No colours."""


def width(text: str) -> int:
    """How many terminal cells a text takes; Chinese characters take two."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # most texts need none of it

    wide = ("W", "F")
    return sum(0 if combining(one) else 1 + (east_asian_width(one) in wide) for one in text)


def seen(text: str) -> int:
    """How many cells a painted text takes."""
    return width(UNPAINTED.sub("", text))


def start(text: str, limit: int) -> str:
    """As much of a text as fits into `limit` cells."""
    text = text[:limit]
    while width(text) > limit:
        text = text[:-1]
    return text


def without_middle(text: str, first: int, last: int, mark: str) -> str:
    """The first and the last cells of a text, at most so many, with a mark between them."""
    return f"{start(text, first)}{mark}{start(text[::-1], last)[::-1]}"


def columns(
    rows: Sequence[Sequence[str]], right: Sequence[int] = (), gap: str = "  ", indent: str = ""
) -> list[str]:
    """Rows as aligned lines; `right` names the columns that hold numbers. No trailing spaces."""
    if not rows:
        return []
    widths = [max(seen(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for index, text in enumerate(row):
            fill = " " * (widths[index] - seen(text))
            cells.append(fill + text if index in right else text + fill)
        lines.append((indent + gap.join(cells)).rstrip())
    return lines


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 file`, `3 files`, `2 entries`."""
    return f"{count} {noun if count == 1 else many or noun + 's'}"
