"""How accepted differences look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from migrate.locations import dotted, printable, printable_block
from migrate.parity import Difference
from migrate.parity.format import difference_values, format_difference
from migrate.plan import Acceptance
from migrate.report.paint import Paint, columns, plural
from migrate.rollout.evidence import difference_sides
from migrate.verification.acceptances import RetiredPreset, to_remove

if TYPE_CHECKING:
    from migrate.commands.accept import Listing, Recorded


def recorded_lines(recorded: Recorded, file: str, dry_run: bool, paint: Paint) -> Iterator[str]:
    """What one call recorded, per preset and key; of a dry run the diff as well."""
    would = "would be " if dry_run else ""
    yield from _block(f"{would}accepted in {file}", _rows(recorded.accepted), paint, "green")
    yield from _block(f"{would}removed from {file}", _rows(recorded.removed), paint, "yellow")
    yield from _block(f"{would}retired in {file}", _retired(recorded.retired), paint, "green")
    back = _retired(recorded.brought_back)
    yield from _block(f"{would}no longer retired in {file}", back, paint, "yellow")
    if recorded.left:
        yield paint("not accepted, because the parity profile forbids them by name:", "yellow")
        for one in recorded.left:
            yield f"  {printable(one.preset)}: {format_difference(one.difference)}: {one.why}"
            yield f"    {printable(one.command)}"
    if not recorded.changes:
        known = plural(len(recorded.known), "difference is", "differences are")
        yield "nothing to do: " + (f"{known} accepted already" if recorded.known else _NOTHING)
    if dry_run:
        for change in recorded.changes:
            if change.path == file:
                yield from (paint.diff_line(printable_block(line)) for line in change.diff())


_NOTHING = "there is no other forbidden difference"


def _block(head: str, rows: Sequence[tuple[str, ...]], paint: Paint, style: str) -> Iterator[str]:
    if rows:
        yield paint(head, style)
        yield from columns([tuple(map(printable, row)) for row in rows], indent="  ")


def _rows(acceptances: tuple[Acceptance, ...]) -> list[tuple[str, ...]]:
    return [(one.preset, one.key, " -> ".join(_values(one))) for one in acceptances]


def _values(one: Acceptance) -> tuple[str, str]:
    return difference_values(Difference((), one.was, one.now))


def _retired(retired: tuple[RetiredPreset, ...]) -> list[tuple[str, ...]]:
    return [(one.preset, one.reason) for one in retired]


def listing_lines(listing: Listing, file: str, paint: Paint) -> Iterator[str]:
    """What is accepted, with the reasons; what of that nothing needs any more, and the command."""
    if not listing.accepted and not listing.retired:
        yield "nothing is accepted"
        return
    rows = [
        (one.preset, one.key, " -> ".join(_values(one)), one.reason) for one in listing.accepted
    ]
    yield from _block(f"accepted in {file}", rows, paint, "bold")
    yield from _block(f"retired in {file}", _retired(listing.retired), paint, "bold")
    unused = [one for one in listing.accepted if (one.preset, one.key) in listing.unused]
    if unused:
        yield paint("no longer needed; to remove them:", "yellow")
        yield from (f"    {printable(to_remove(one.preset, one.key))}" for one in unused)


def recorded_data(recorded: Recorded, dry_run: bool) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "accepted": [_data(one) for one in recorded.accepted],
        "removed": [_data(one) for one in recorded.removed],
        "retired": [one._asdict() for one in recorded.retired],
        "brought_back": [one._asdict() for one in recorded.brought_back],
        "known": [_data(one) for one in recorded.known],
        "left": [
            {
                "preset": one.preset,
                "key": dotted(one.difference.path),
                **_sides(one.difference.old, one.difference.new),
                "why": one.why,
                "command": one.command,
            }
            for one in recorded.left
        ],
        "dry_run": dry_run,
    }


def listing_data(listing: Listing) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "accepted": [
            {**_data(one), "used": (one.preset, one.key) not in listing.unused}
            for one in listing.accepted
        ],
        "retired": [one._asdict() for one in listing.retired],
    }


def _data(one: Acceptance) -> dict[str, Any]:
    return {
        "preset": one.preset,
        "key": one.key,
        **_sides(one.was, one.now),
        "reason": one.reason,
        "even_forbidden": one.even_forbidden,
    }


def _sides(was: Any, now: Any) -> dict[str, Any]:
    sides = difference_sides(Difference((), was, now))
    return {word: sides[side] for word, side in (("was", "old"), ("now", "new")) if side in sides}
