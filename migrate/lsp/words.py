"""Texts of strangers in Markdown: as code, so that none of it is a link, a picture or a tag."""

from __future__ import annotations

import re

from migrate.locations import printable, printable_block, shortened

MOST_LINES, MOST_CHARACTERS = 32, 4000
"""So much of a value or a comment is shown in one place."""


def code(text: str, limit: int = 120) -> str:
    """A short text within a line."""
    shown = shortened(printable(text), limit)
    fence = "`" * (_longest(shown) + 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{space}{shown}{space}{fence}"


def block(text: str, language: str = "") -> str:
    """Whole lines."""
    shown = cut(printable_block(text.replace("\r\n", "\n")))
    fence = "`" * max(3, _longest(shown) + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def cut(text: str) -> str:
    """The first lines of a text, and how many more there are."""
    lines = text.rstrip("\n").split("\n")
    kept = [shortened(line, 200) for line in lines[:MOST_LINES]]
    while len("\n".join(kept)) > MOST_CHARACTERS and len(kept) > 1:
        kept.pop()
    more = len(lines) - len(kept)
    return "\n".join(kept) + (f"\n... {more} more lines" if more else "")


def _longest(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def counted(number: int, noun: str) -> str:
    """A number of things: `1 config`, `2 configs`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
