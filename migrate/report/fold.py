"""Lines for a narrow terminal: broken between columns and words, the rest further in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from migrate.report.paint import UnfoldedLine, seen

_LEAD = re.compile(r"(?:\x1b\[[0-9;]*m|\s)*(?:(?P<mark>->|[-+#])\s+)?")
_GAP = re.compile(r"(?<=\S)( {2,})(?=\S)")
_COMMAND = re.compile(r"\s+migrate ")
"""A command to be pasted stays one line: a terminal that breaks it itself gives it back whole."""
_STEP = 4
"""How much further in than its first line the rest of a line stands; a comment's text lines up."""
_NARROW = 24
"""Nobody can read what is folded into fewer cells; then the terminal may break lines itself."""


def folded(lines: Iterable[str], limit: int) -> Iterator[str]:
    """Lines of at most `limit` cells (0: as they are), but for words that are longer, and diffs."""
    for text in lines:
        if isinstance(text, UnfoldedLine):
            yield text
            continue
        for line in text.split("\n"):
            if limit and seen(line) > limit and not _COMMAND.match(line):
                yield from _fold(line, limit)
            else:
                yield line


def _fold(line: str, limit: int) -> Iterator[str]:
    lead = _LEAD.match(line)
    start = lead.group() if lead is not None else ""
    comment = lead is not None and lead["mark"] == "#"
    hang = seen(start) + (0 if comment else _STEP)
    if limit - hang < _NARROW:
        yield line
        return
    current, gap = start, ""
    for number, piece in enumerate(_GAP.split(line[len(start) :])):
        if number % 2:  # the space between two columns
            gap = piece
            continue
        if current != start and seen(current + gap + piece) > limit:
            yield current
            current, gap = " " * hang, ""
        *full, current = _words(current + gap + piece, limit, hang)
        yield from full
    yield current


def _words(line: str, limit: int, hang: int) -> Iterator[str]:
    """A line broken between words, if it has to be."""
    first, *words = re.split(r"(?<=\S) (?=\S)", line)
    current = first
    for word in words:
        if seen(current) + 1 + seen(word) > limit:
            yield current
            current = " " * hang + word
        else:
            current += " " + word
    yield current
