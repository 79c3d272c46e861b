"""What stands in a text for `%s` and `{}`, where the code that fills it in says so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from migrate.references.spelling import SpelledPiece

PERCENT = re.compile(r"%s")
BRACES = re.compile(r"\{(\w*)\}")
_OTHER = {PERCENT: re.compile(r"%(?!s)"), BRACES: re.compile(r"\{\w*[^\w}]|\{\{|\}\}")}
"""What a text may hold that is more than a plain place to fill."""


def fill(
    text: list[SpelledPiece],
    place: re.Pattern[str],
    values: Sequence[list[SpelledPiece] | None],
    by_name: Mapping[str, list[SpelledPiece] | None],
) -> list[SpelledPiece]:
    """The text with what its places stand for; as it is where not all of it is plain."""
    filled: list[SpelledPiece] = []
    number = 0
    for piece in text:
        if not piece.plain or _OTHER[place].search(piece.text):
            filled.append(piece)
            if place.search(piece.text):
                return text
            continue
        position = 0
        for match in place.finditer(piece.text):
            name = match[1] if place is BRACES else ""
            value = _value(name, number, values, by_name)
            number += not name
            filled.append(_part(piece, position, match.start()))
            filled += value or [_part(piece, *match.span())]
            position = match.end()
        filled.append(_part(piece, position, len(piece.text)))
    return filled


def _value(
    name: str,
    number: int,
    values: Sequence[list[SpelledPiece] | None],
    by_name: Mapping[str, list[SpelledPiece] | None],
) -> list[SpelledPiece] | None:
    if name and not name.isdigit():
        return by_name.get(name)
    index = int(name) if name else number
    return values[index] if index < len(values) else None


def _part(piece: SpelledPiece, start: int, end: int) -> SpelledPiece:
    return SpelledPiece(piece.text[start:end], piece.start + start, piece.start + end)
