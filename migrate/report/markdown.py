"""Tables in Markdown, for a pull request: what a config holds means nothing in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from migrate.locations import printable
from migrate.report.paint import width

VALUE, BYTES = 40, 60_000
"""So long may a value be, and the whole text: forges refuse comments that are longer."""


def row(cells: Sequence[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"


def code(text: str) -> str:
    """A text as code, where nothing in it is Markdown or HTML, or names a person."""
    if not text:
        return ""
    text = printable(text)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}".replace("|", "\\|")


def cut(text: str, limit: int) -> str:
    """At most `limit` terminal cells of a text; `~` stands for what is left out of its middle."""
    if len(text) <= limit and width(text) <= limit:
        return text
    last = (limit - 1) // 3
    head, tail = text[: limit - 1 - last], text[len(text) - last :]
    while width(head) > limit - 1 - last:
        head = head[:-1]
    while width(tail) > last:
        tail = tail[1:]
    return f"{head}~{tail}"
