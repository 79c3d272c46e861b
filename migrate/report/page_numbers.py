"""A rollout in a handful of numbers: what stands on top of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from migrate.report.gate import verify_lines
from migrate.report.paint import PLAIN, plural

if TYPE_CHECKING:
    from migrate.commands.report import Links, Report


class Numbers(NamedTuple):
    """Counts of presets, of files and of comments; `gate` is what `verify` says last."""

    presets: int
    applied: int
    waiting: int
    merged_before: str
    """How many files a run merges, from the fewest to the most: `12 to 18`."""
    merged_after: str
    files_before: int
    files_after: int
    """Those that the presets are built on, and the old ones that stay."""
    staying: int
    kept: int
    dropped: int
    gate_open: bool
    gate: str


def numbers(found: Report) -> Numbers:
    """Count what a report holds."""
    rows = found.status.rows
    accounts = [one.comments for one in found.presets if one.comments is not None]
    waiting = found.status.count("pending") + found.status.count("moved")
    return Numbers(
        len(rows),
        len(rows) - waiting,
        waiting,
        spread(row.files_before for row in rows),
        spread(len(one.chain_after) or one.row.files_now for one in found.presets),
        len(found.before.below),
        len(found.before.staying.union(found.after.below)),
        len(found.before.staying),
        sum(one.kept for one in accounts),
        sum(len(one.dropped) for one in accounts),
        not found.verified.failed(strict=False),
        [*verify_lines(found.verified, False, False, PLAIN)][-1],
    )


def stay(counted: Numbers) -> str:
    """How many old files no step deletes: `1 old file stays`; nothing where all go."""
    if not counted.staying:
        return ""
    return f"{plural(counted.staying, 'old file')} {'stays' if counted.staying == 1 else 'stay'}"


def spread(counts: Iterable[int]) -> str:
    """From the smallest to the largest; what could not be counted is 0 and left out."""
    known = sorted(filter(None, counts))
    if not known:
        return "?"
    return str(known[0]) if known[0] == known[-1] else f"{known[0]} to {known[-1]}"


def linked(links: Links) -> int:
    """How many links there are between the files."""
    return sum(map(len, links.below.values()))
