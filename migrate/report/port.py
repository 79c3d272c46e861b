"""How `port` looks: each edited key with what became of it, and what is left to do."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from migrate.locations import dotted, printable
from migrate.parity import Difference
from migrate.parity.format import value_text
from migrate.report.paint import Paint, plural
from migrate.report.steps import sweep_data, sweep_lines
from migrate.rollout.evidence import difference_sides
from migrate.rollout.port import ALREADY, CONFLICT, NO_EFFECT, Outcome

if TYPE_CHECKING:
    from migrate.commands.decline import Decline
    from migrate.commands.port import Port

COLOURS = {CONFLICT: "red", ALREADY: "dim", NO_EFFECT: "dim"}


def port_lines(result: Port, dry_run: bool, paint: Paint) -> Iterator[str]:
    """Preset by preset; what is left to do; the counts at the end."""
    for preset in result.presets:
        if preset.outcomes or preset.content != preset.before:
            yield paint(printable(preset.planned.name), "bold")
        for one in preset.outcomes:
            yield from _outcome_lines(one, paint)
        if preset.content != preset.before and not preset.carried:
            yield f"  comments and spelling of {printable(preset.planned.preset.to)}"
    yield from _swept_lines(result, dry_run, paint)
    for path in result.merged:
        yield f"merged {printable(path)}: it stays for a preset that waits, or for a conflict"
    yield from _revision_lines(result)
    yield from _end(result, dry_run, paint)


def _swept_lines(result: Port | Decline, dry_run: bool, paint: Paint) -> Iterator[str]:
    for fault in result.kept:
        yield paint(f"an old file stays: {fault}", "yellow")
        yield from ([f"  hint: {printable(fault.hint)}"] if fault.hint else [])
    yield from sweep_lines(result.swept, paint, dry_run)


def _revision_lines(result: Port) -> Iterator[str]:
    """What a revision holds beside edits that are carried over."""
    incoming, revision = result.source.incoming, result.revision
    for path in incoming.waiting:
        yield printable(f"still here, a merge brings its edit: {path}; then `migrate port`")
    for path in incoming.deleted:
        yield printable(f"deleted there, and gone here: {path}; what it said stays as it is")
    for path in incoming.late:
        named = shlex.quote(f"git:{revision}:{path}")
        yield printable(f"new there: {path}; `migrate adopt {named}` plans it")


def _outcome_lines(one: Outcome, paint: Paint) -> Iterator[str]:
    kind = paint(f"{one.kind:9}", COLOURS.get(one.kind, "green"))
    edit = f"{dotted(one.key)}: {value_text(one.old)} -> {value_text(one.new)}"
    yield f"  {kind} {printable(edit)}"
    where = f"            {one.source} -> {one.home}"
    if one.kind == CONFLICT:
        where = f"            there {one.source}; here {value_text(one.here)}, {one.home}"
    elif one.kind == NO_EFFECT:
        where = f"            of {one.source}; here {value_text(one.here)}, {one.home}"
    yield where + (f"  ({printable(one.note)})" if one.note else "")


def _end(result: Port, dry_run: bool, paint: Paint) -> Iterator[str]:
    if not result.presets:
        edits = f"what {result.revision} changed in" if result.revision else "an edit of"
        yield printable(f"nothing to port: no applied preset lacks {edits} its old files")
        return
    counts: dict[str, int] = {}
    for one in result.outcomes:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    words = "would write" if dry_run else "wrote"
    files = sum(one.content != one.before for one in result.presets)
    line = f"{told or 'no value'}; {words} {plural(files, 'preset')}"
    yield paint(line, "bold")
    if result.conflicts:
        yield "a conflict is left alone: set what is wanted where it says `here`;"
        yield "an edit that nobody wants is declined: migrate port --decline FILE --reason TEXT"


def port_data(result: Port, dry_run: bool) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "presets": [
            {
                "name": preset.planned.name,
                "file": preset.planned.preset.to,
                "changed": preset.content != preset.before,
                "keys": [_outcome_data(one) for one in preset.outcomes],
            }
            for preset in result.presets
        ],
        "leftovers": sweep_data(result.swept),
        "kept": _kept(result),
        "revision": result.revision or None,
        "merged": result.merged,
        "still_here": list(result.source.incoming.waiting),
        "deleted_there": list(result.source.incoming.deleted),
        "new_there": list(result.source.incoming.late),
        "changes": [{"path": change.path, "change": change.kind} for change in result.changes],
        "dry_run": dry_run,
    }


def _outcome_data(one: Outcome) -> dict[str, Any]:
    here = difference_sides(Difference(one.key, one.here, one.here)).get("old")
    return {
        "key": dotted(one.key),
        "outcome": one.kind,
        **difference_sides(Difference(one.key, one.old, one.new)),
        **({"here": here} if one.kind in (CONFLICT, NO_EFFECT) else {}),
        "from": str(one.source),
        "place": {"path": one.home.path, "line": one.home.line, "column": one.home.column},
        "note": one.note,
    }


def _kept(result: Port | Decline) -> list[dict[str, str]]:
    return [{"what": one.what, "place": str(one.place), "hint": one.hint} for one in result.kept]


def decline_lines(result: Decline, dry_run: bool, paint: Paint) -> Iterator[str]:
    """What was declined, and where that is written."""
    for path in result.files:
        yield f"{'would decline' if dry_run else 'declined'}: {printable(path)}"
    yield f"  {printable(result.plan)} says why; another edit of the file is told again"
    yield from _swept_lines(result, dry_run, paint)


def decline_data(result: Decline, dry_run: bool) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "declined": list(result.files),
        "reason": result.reason,
        "plan": result.plan,
        "leftovers": sweep_data(result.swept),
        "kept": _kept(result),
        "changes": [{"path": change.path, "change": change.kind} for change in result.changes],
        "dry_run": dry_run,
    }
