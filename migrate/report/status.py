"""How the rollout table looks: the counts first, then a line for each preset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from migrate.locations import printable
from migrate.report.fit import GAP, fitted
from migrate.report.paint import Paint, plural, seen

if TYPE_CHECKING:
    from migrate.commands.status import Row, Status

STATES = {
    "applied": "green",
    "pending": "dim",
    "moved": "yellow",
    "behind": "red",
    "edited": "yellow",
    "stale": "red",
    "missing": "red",
    "retired": "dim",
}
"""Every state in the order in which they are counted, with its colour."""
WAITING = ("pending", "moved")


def status_lines(found: Status, paint: Paint, limit: int = 0) -> Iterator[str]:
    """How many presets are in which state, then the table in so many cells (0: no terminal)."""
    yield paint(_counts(found), "bold")
    if not found.rows:
        return
    digits = max(len(_count(row.files_before)) for row in found.rows)
    table = [("preset", "state", "files", "target")]
    table += [
        (
            printable(row.name),
            paint(row.state, STATES[row.state]),
            _files(row, digits),
            printable(row.target),
        )
        for row in found.rows
    ]
    head, *lines = fitted(table, limit, shrink=(0, 3), spare=(3,))
    yield paint(head, "dim")
    widest = max(map(seen, lines))
    for line, row in zip(lines, found.rows, strict=True):
        # A terminal gives a note that does not fit a line of its own: it is folded there.
        gap = " " * (widest - seen(line) + GAP)
        yield f"{line}{gap}{printable(row.note)}" if row.note else line


def _counts(found: Status) -> str:
    """`16 presets: 12 applied, 4 pending`."""
    counted = ", ".join(f"{found.count(state)} {state}" for state in STATES if found.count(state))
    finalized = "; finalized" if found.finalized else ""
    return f"{plural(len(found.rows), 'preset')}{': ' if counted else ''}{counted}{finalized}"


def _files(row: Row, digits: int) -> str:
    """How many files it merged and merges now; of a preset that waits, how many it merges."""
    before = f"{_count(row.files_before):>{digits}}"
    return before if row.state in WAITING else f"{before} -> {_count(row.files_now)}"


def _count(files: int) -> str:
    """What could not be counted is 0."""
    return str(files) if files else "?"
