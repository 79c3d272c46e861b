"""How `mv` looks: what moved, what followed, and what only a person can change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from migrate.locations import dotted, printable
from migrate.report.paint import Paint, columns, plural
from migrate.report.refs import reference_data

if TYPE_CHECKING:
    from migrate.commands.mv import ConfigsMoved
    from migrate.references import Reference


def mv_lines(result: ConfigsMoved, paint: Paint, dry_run: bool) -> Iterator[str]:
    """Each move, what follows it, and what does not."""
    word = "would move" if dry_run else "moved"
    for old, new in result.moves.items():
        yield f"{word} {paint(printable(old), 'bold')} to {paint(printable(new), 'bold')}"
    for path in result.links:
        yield f"  {printable(path)} extends it there"
    yield from columns(
        [_row(one) for one in result.references if result.rewrites(one)], indent="  "
    )
    for path in result.plans:
        yield f"  {printable(path)} plans it there"
    for old, new in result.names.items():
        yield f"  the preset {printable(old)} is {printable(new)} now: commands have to say so"
    for accepted in result.accepted:
        yield f"  the gate accepts {printable(accepted.key)} of {printable(accepted.preset)}"
    stays = [one for one in result.references if not result.rewrites(one) and not one.ignored]
    for one in stays:
        yield paint(f"  stays: {one.place}: {printable(one.written)}: {_why(one)}", "yellow")
    if dry_run:
        yield from map(paint.diff_line, _diff(result))
    files = plural(len(result.changes), "file")
    verb = "would change" if dry_run else "changed"
    but = ", but for values that name what moved" if result.values else ""
    yield f"{verb} {files}; every config resolves to what it did{but}"


def _diff(result: ConfigsMoved) -> Iterator[str]:
    """What changes in each file; records of steps follow by themselves, and are no reading."""
    before = {change.path: change.before for change in result.changes}
    source = {new: old for old, new in result.moves.items()}
    for change in result.changes:
        if change.path in source:
            yield f"rename from {source[change.path]}"
            yield f"rename to {change.path}"
            yield from change._replace(before=before[source[change.path]]).diff()
        elif change.path not in result.moves and change.path not in result.records:
            yield from change.diff()


def _row(one: Reference) -> tuple[str, str]:
    return str(one.place), f"{printable(one.written)} -> {printable(one.edit or '')}"


def _why(one: Reference) -> str:
    if one.reason:
        return printable(one.reason)
    return "--likely rewrites it" if one.edit is not None else "look at it yourself"


def mv_data(result: ConfigsMoved) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "moved": [{"from": old, "to": new} for old, new in result.moves.items()],
        "links": list(result.links),
        "references": [
            {**reference_data(one), "rewritten": result.rewrites(one)} for one in result.references
        ],
        "plans": list(result.plans),
        "presets": [{"name": old, "new_name": new} for old, new in result.names.items()],
        "values": [{"config": path, "key": dotted(key)} for path, key in result.values],
        "accepted": [{"preset": one.preset, "key": one.key} for one in result.accepted],
        "files": [{"path": one.path, "change": one.kind} for one in result.changes],
        "diff": list(_diff(result)),
    }
