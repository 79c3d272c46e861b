"""How `diff --since` looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from migrate.locations import dotted, printable
from migrate.parity import ABSENT
from migrate.parity.format import value_text
from migrate.report.look_diff import STYLES, item_data
from migrate.report.markdown import BYTES, VALUE, code, cut, row
from migrate.report.paint import PLAIN, Paint, plural

if TYPE_CHECKING:
    from migrate.commands.since import ChangesSince, KeyChange, PresetName

SHOWN_CHANGES, SHOWN_PRESETS, WIDEST = 200, 6, 60
"""So many changes, presets of each, and cells of a value are shown where not all is asked for."""


def since_lines(found: ChangesSince, paint: Paint, full: bool = False) -> Iterator[str]:
    """Each change once, with the presets in which it is; what changed where the eye ends."""
    for title, style, changes in (
        ("allowed", "green", found.allowed),
        ("changed", "yellow", found.changed),
    ):
        if changes:
            if found.allowed:
                yield paint(title, "bold", style)
            most = len(changes) if full else SHOWN_CHANGES
            for change in changes[:most]:
                yield from _change(change, paint, full)
            if len(changes) > most:
                yield f"and {len(changes) - most} more; --full shows them"
            yield ""
    lines = list(_came_and_went(found))
    yield from lines
    if lines:
        yield ""
    yield _summary(found, paint)


def _change(change: KeyChange, paint: Paint, full: bool) -> Iterator[str]:
    one = change.judged
    item = one.difference
    key = paint(dotted(item.path), "bold", STYLES[item.kind])
    name = f" {paint(f'({printable(one.name)})', 'dim')}" if one.name else ""
    old, new = _sides(change, 0 if full else WIDEST)
    yield f"{key}{name}  {old} -> {new}  in {plural(len(change.presets), 'preset')}"
    yield f"    {_names(change.presets, full)}"
    if one.right is not None:
        yield f"    {paint(str(one.right), 'dim')}"
    elif one.left is not None:
        yield f"    {paint(f'{one.left} at the revision', 'dim')}"
    if one.rule is not None:
        yield f"    {paint(printable(f'by {one.rule.path}: {one.why}'), 'dim')}"


def _sides(change: KeyChange, limit: int) -> tuple[str, str]:
    item = change.judged.difference
    old, new = value_text(item.old, limit), value_text(item.new, limit)
    if item.kind == "type":
        old += f" ({type(item.old).__name__})"
        new += f" ({type(item.new).__name__})"
    return old, new


def _names(presets: Sequence[PresetName], full: bool) -> str:
    most = len(presets) if full else SHOWN_PRESETS
    more = f" and {len(presets) - most} more" if len(presets) > most else ""
    return ", ".join(printable(preset.name) for preset in presets[:most]) + more


def _came_and_went(found: ChangesSince) -> Iterator[str]:
    for word, presets in (("added", found.added), ("removed", found.removed)):
        for preset in presets:
            note = f": {preset.note}" if preset.note else ""
            yield f"{word}  {printable(preset.name)}  {printable(preset.path)}{note}"
    for moved in found.moved:
        yield f"moved  {printable(moved.name)}  {printable(moved.old)} -> {printable(moved.new)}"


def _summary(found: ChangesSince, paint: Paint) -> str:
    commit = found.commit[:10]
    named = "" if found.commit.startswith(found.revision) else f" ({commit})"
    since = f"since {printable(found.revision)}{named}"
    total = plural(found.compared, "preset")
    allowed = f", {len(found.allowed)} allowed by {found.profile}" if found.allowed else ""
    if not found.differs:
        same = "is the same" if found.compared == 1 else "are the same"
        if found.allowed:
            return f"{paint('nothing changed', 'green')} {since} in {total}{allowed}"
        return f"{paint('nothing differs', 'green')} {since}: {total} {same}"
    changes = plural(len(found.changed), "change")
    parts = [f"{changes} in {found.touched} of {total}"] if found.changed else []
    parts += [f"{len(found.added)} added"] if found.added else []
    parts += [f"{len(found.removed)} removed"] if found.removed else []
    return f"{paint(', '.join(parts), 'yellow')} {since}{allowed}"


def since_summary(found: ChangesSince) -> str:
    """What changed, in one line."""
    return _summary(found, PLAIN)


def since_data(found: ChangesSince) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "since": {"given": found.revision, "commit": found.commit},
        "profile": found.profile,
        "compared": found.compared,
        "differs": found.differs,
        "changed": [_change_data(change) for change in found.changed],
        "allowed": [_change_data(change) for change in found.allowed],
        "added": [{**_preset_data(one), "note": one.note or None} for one in found.added],
        "removed": list(map(_preset_data, found.removed)),
        "moved": [{"name": one.name, "from": one.old, "to": one.new} for one in found.moved],
    }


def _change_data(change: KeyChange) -> dict[str, Any]:
    return {**item_data(change.judged), "presets": list(map(_preset_data, change.presets))}


def _preset_data(preset: PresetName) -> dict[str, Any]:
    return {"name": preset.name, "config": preset.path}


def since_markdown(found: ChangesSince) -> str:
    """The same for a pull request; what would be too long for one is left out, and told."""
    lines = [since_summary(found), ""]
    if found.changed:
        lines += [row(["key", "was", "is", "presets"]), row(["---"] * 4)]
        lines += _rows(found.changed, sum(len(line.encode()) + 1 for line in lines))
        lines.append("")
    lines += [f"- {word}" for word in _listed(found)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _rows(changes: Sequence[KeyChange], used: int) -> Iterator[str]:
    for number, change in enumerate(changes):
        sides = [
            "" if side is ABSENT else code(cut(text, VALUE))
            for side, text in zip(
                (change.judged.difference.old, change.judged.difference.new),
                _sides(change, 0),
                strict=True,
            )
        ]
        names = ", ".join(code(preset.name) for preset in change.presets[:SHOWN_PRESETS])
        if len(change.presets) > SHOWN_PRESETS:
            names += f" and {len(change.presets) - SHOWN_PRESETS} more"
        line = row([code(dotted(change.judged.difference.path)), *sides, names])
        used += len(line.encode()) + 1
        if used > BYTES:
            yield f"\nand {len(changes) - number} more changes"
            return
        yield line


def _listed(found: ChangesSince) -> Iterator[str]:
    for word, presets in (("added", found.added), ("removed", found.removed)):
        if presets:
            yield f"{word}: " + ", ".join(code(one.name) for one in presets[:SHOWN_CHANGES])
    for moved in found.moved[:SHOWN_CHANGES]:
        yield f"moved: {code(moved.name)}, {code(moved.old)} to {code(moved.new)}"
