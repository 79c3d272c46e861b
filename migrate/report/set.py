"""How `set` looks: what was written where, and which resolved values changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from migrate.locations import dotted, printable
from migrate.parity import Difference
from migrate.parity.format import value_text
from migrate.report.paint import Paint, columns, plural
from migrate.rollout.evidence import difference_sides

if TYPE_CHECKING:
    from migrate.commands.set import ValuesSet
    from migrate.workspace.effects import Effect


def set_lines(result: ValuesSet, paint: Paint, dry_run: bool) -> Iterator[str]:
    """Each key: the lines that say it, then every config whose value changes."""
    keys = dict.fromkeys([one.key for one in result.edits] + [key for _, key in result.already])
    for key in keys:
        yield paint(dotted(key), "bold")
        for edit in result.edits:
            if edit.key == key:
                word = "would be written" if dry_run else "written"
                yield f"  {word} at {edit.place}"
                for place, text in edit.dropped:
                    yield f"    its comment went: {place}: {printable(text)}"
        for config, one in result.already:
            if one == key:
                yield f"  {printable(config)} says so already"
        yield from columns([_row(one) for one in result.effects if one.key == key], indent="  ")
    for accepted in result.accepted:
        yield f"the gate accepts {printable(accepted.key)} of {printable(accepted.preset)}"
    if dry_run:
        for change in result.changes:
            yield from map(paint.diff_line, change.diff())
    yield _summary(result, dry_run)


def _row(effect: Effect) -> tuple[str, ...]:
    follows = f"follows {printable(effect.set_in)}" if effect.set_in != effect.config else ""
    change = f"{value_text(effect.old)} -> {value_text(effect.new)}"
    return printable(effect.config), change, follows


def _summary(result: ValuesSet, dry_run: bool) -> str:
    if not result.changes:
        return "nothing to do"
    count = len({one.config for one in result.effects})
    files = plural(len({one.place.path for one in result.edits}), "file")
    if not count:
        verb = "would be written" if dry_run else "written"
        return f"{verb} into {files}; every config resolves to what it did"
    verb = "would change" if dry_run else "changed"
    return f"{verb} {plural(count, 'config')} by {files}; no other value of any config differs"


def set_data(result: ValuesSet) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "written": [
            {
                "path": one.place.path,
                "line": one.place.line,
                "key": dotted(one.key),
                **difference_sides(Difference(one.key, one.old, one.new)),
                "dropped": [
                    {"path": place.path, "line": place.line, "text": text}
                    for place, text in one.dropped
                ],
            }
            for one in result.edits
        ],
        "effects": [
            {
                "config": one.config,
                "key": dotted(one.key),
                **difference_sides(Difference(one.key, one.old, one.new)),
                "set_in": one.set_in,
            }
            for one in result.effects
        ],
        "already": [{"config": config, "key": dotted(key)} for config, key in result.already],
        "accepted": [{"preset": one.preset, "key": one.key} for one in result.accepted],
        "remarks": list(result.remarks),
        "diff": [line for change in result.changes for line in change.diff()],
    }
