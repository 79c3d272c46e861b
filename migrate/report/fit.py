"""Tables that fit a terminal: long texts are shortened in the middle, never in a pipe."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.report.paint import columns, seen, width, without_middle

GAP = 2
"""So many cells part two columns."""
LEAST = 32
"""A text that is shortened keeps so many cells, as long as there is a column to leave out."""
FEWEST = 12
"""Fewer cells say nothing; then the line may be folded."""
_CUT = "..."
_BEFORE_THE_CUT = (1 / 3, 1 / 2, 1 / 6, 2 / 3, 0)
"""The end of a path says most; where the ends are alike, another cut is tried."""


def fitted(
    rows: Sequence[Sequence[str]],
    limit: int,
    shrink: Sequence[int],
    spare: Sequence[int] = (),
    right: Sequence[int] = (),
    indent: str = "",
) -> list[str]:
    """Rows as aligned lines of at most `limit` cells (0: as wide as they are).

    `shrink` names the columns of paths and names, which are shortened where they have to be;
    `spare` those that are left out before too little of a path is left, the first one first;
    `right` those that hold numbers.
    """
    if not rows or not limit:
        return columns(rows, right, " " * GAP, indent)
    widths = {index: max(seen(row[index]) for row in rows) for index in range(len(rows[0]))}
    room = limit - len(indent)
    for index in spare:
        least = {**widths, **{one: min(widths[one], LEAST) for one in shrink}}
        if _wide(least) <= room:
            break
        del widths[index]
    shares = _shares(widths, [one for one in shrink if one in widths], room)
    texts = {one: [row[one] for row in rows] for one in widths}
    texts.update((one, shortened(texts[one], share)) for one, share in shares.items())
    numbers = [place for place, one in enumerate(widths) if one in right]
    return columns([*zip(*texts.values(), strict=True)], numbers, " " * GAP, indent)


def _wide(widths: dict[int, int]) -> int:
    return sum(widths.values()) + GAP * (len(widths) - 1)


def _shares(widths: dict[int, int], shrink: Sequence[int], room: int) -> dict[int, int]:
    """How many cells each column that may be shortened gets: what it needs, if that is little."""
    left = room - _wide({**widths, **dict.fromkeys(shrink, 0)})
    shares = {}
    for number, index in enumerate(sorted(shrink, key=widths.__getitem__)):
        shares[index] = max(min(widths[index], left // (len(shrink) - number)), FEWEST)
        left -= shares[index]
    return shares


def shortened(texts: Sequence[str], limit: int) -> list[str]:
    """Paths or names in at most `limit` cells, cut where most of them still differ."""
    ways = [[middle(text, limit, part) for text in texts] for part in _BEFORE_THE_CUT]
    return max(ways, key=lambda way: len(set(way)))


def middle(text: str, limit: int, part: float = 1 / 3) -> str:
    """A text in at most `limit` cells; this part of them stands before the cut."""
    if width(text) <= limit:
        return text
    first = int((limit - len(_CUT)) * part)
    last = limit - len(_CUT) - first
    return without_middle(text, first, last, _CUT)
