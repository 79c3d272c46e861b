"""Lines with where they came from in a second column, for a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from migrate.changes import Change
from migrate.flatten import LineOrigin
from migrate.locations import Place, printable_block
from migrate.report.paint import Paint, width


class OriginLayout(NamedTuple):
    """Where origins are told: in a column, or behind the `open` lines of the new file."""

    columns: int = 0
    open: frozenset[int] | None = None


TAB = 8
GAP = 2


def beside(
    lines: Sequence[str],
    origins: Iterable[LineOrigin],
    columns: int,
    paint: Paint,
    painted: Callable[[str], str] = str,
) -> Iterator[str]:
    """Each line, and its origin behind it, all of these at one column.

    On a terminal of `columns` cells (0: none) whose width the longest would not fit, folders in
    front are left out of paths, as long as what is left names one file. A line that reaches into
    the second column has its origin below it. `painted` gives a line its own colour.
    """
    by_line = {one.line: one for one in origins}
    texts = [_spaced(printable_block(line)) for line in lines]
    told = {number: str(one) for number, one in by_line.items()}
    if columns and _widest(texts) + GAP + _widest(told.values()) > columns:
        told = {number: str(one) for number, one in _short(by_line).items()}
    at = _column(texts, list(told.values()), columns)
    for number, text in enumerate(texts, 1):
        if number not in told:
            yield painted(text)
            continue
        yield painted(text) + _fill(width(text), at, columns) + paint(told[number], "dim")


def _fill(cells: int, at: int, columns: int) -> str:
    """What leads from a line that long, which a terminal wraps, to the second column."""
    used = cells % columns if columns and cells > columns else cells
    return " " * (at - used) if used + GAP <= at else "\n" + " " * at


def _widest(texts: Iterable[str]) -> int:
    return max(map(width, texts), default=0)


def _column(texts: Sequence[str], told: Sequence[str], columns: int) -> int:
    """Where the second column begins: behind all lines, or so far right as it has room."""
    behind = _widest(texts) + GAP
    return min(behind, max(columns - _widest(told), columns // 2)) if columns else behind


def _short(origins: dict[int, LineOrigin]) -> dict[int, LineOrigin]:
    """The same with the shortest ends of paths that still tell the files apart."""
    names = _ends({place.path for one in origins.values() for place in one.places})

    def short(place: Place) -> Place:
        return place._replace(path=names[place.path])

    return {
        number: one._replace(places=tuple(map(short, one.places)))
        for number, one in origins.items()
    }


def _ends(paths: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    split = {path: path.split("/") for path in paths}
    for path, parts in split.items():
        count = 1
        while count < len(parts) and any(
            other != path and them[-count:] == parts[-count:] for other, them in split.items()
        ):
            count += 1
        found[path] = "/".join(parts[-count:])
    return found


def _spaced(line: str) -> str:
    """A line with its tabs as the spaces that a terminal shows."""
    out = ""
    for number, part in enumerate(line.split("\t")):
        if number:
            out += " " * (TAB - width(out) % TAB)
        out += part
    return out


def origins_data(origins: Iterable[LineOrigin]) -> list[dict[str, Any]]:
    """The same for scripts."""
    return [
        {
            "line": one.line,
            "from": [
                {"path": place.path, "line": place.line, "column": place.column or None}
                for place in one.places
            ],
        }
        for one in origins
    ]


_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)")


def diff_with_origins(
    change: Change, origins: Iterable[LineOrigin], room: OriginLayout, paint: Paint
) -> Iterator[str]:
    """The diff of a new file, whose added lines say where they came from.

    `room` tells how: beside the lines, or in comments behind those that may have one.
    """
    lines = list(change.diff())
    by_line = {one.line: one for one in origins}
    added = [
        LineOrigin(at, by_line[number].places)
        for at, number in _added(lines)
        if number in by_line and (room.open is None or number in room.open)
    ]
    if room.open is None:
        yield from beside(lines, added, room.columns, paint, paint.diff_line)
        return
    behind = {one.line: f"  # from {one}" for one in added}
    for at, line in enumerate(lines, 1):
        yield paint.diff_line(printable_block(line) + behind.get(at, ""))


def _added(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the added lines of a diff are in it, and in the new file."""
    number = 0
    for at, line in enumerate(lines, 1):
        if (hunk := _HUNK.match(line)) is not None:
            number = int(hunk[1])
        elif number and not line.startswith("-"):
            if line.startswith("+"):
                yield at, number
            number += 1
