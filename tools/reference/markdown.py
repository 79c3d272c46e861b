"""Small pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def cell(text: str) -> str:
    """A text as it stands in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells hold Markdown."""
    lines = [head, ["---"] * len(head), *(list(map(cell, row)) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def written_by(sources: str) -> str:
    """The note for whoever opens the file to edit it; not shown."""
    return f"<!-- Written by `make reference` from {sources}; edit that instead. -->\n"
