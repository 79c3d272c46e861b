"""How `diff` looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from migrate.canonical import plain
from migrate.locations import dotted, printable
from migrate.parity import ABSENT
from migrate.report.look import VALUE_WIDTH, one_line
from migrate.report.paint import Paint, columns, plural

if TYPE_CHECKING:
    from migrate.commands.compare import ConfigComparison, JudgedDifference
    from migrate.workspace.config_names import NamedConfig

STYLES = {"added": "green", "removed": "red", "value": "yellow", "type": "yellow"}


def diff_lines(found: ConfigComparison, paint: Paint, full: bool = False) -> Iterator[str]:
    """Both sides, what is allowed, then what is forbidden: the worst where the eye ends."""
    limit = 0 if full else VALUE_WIDTH
    yield from columns([_side("left", found.left), _side("right", found.right)])
    for title, style, items in (
        ("allowed", "green", found.allowed),
        ("accepted", "green", found.accepted),
        ("forbidden", "red", found.forbidden),
    ):
        if items:
            yield f"\n{paint(title, 'bold', style)}"
        before = ""
        for item in items:
            why = _why(item)
            yield from _item(item, "as above" if why == before else why, paint, limit)
            before = why
    if found.order:
        keys = ", ".join(dotted(change.path) for change in found.order)
        order = f"differs in {keys}; it does not change what the trainer sees"
        yield f"\n{paint('key order', 'bold')}  {order}"
    yield ""
    yield _summary(found, paint)


def _side(title: str, one: NamedConfig) -> list[str]:
    count = plural(len(one.chain), "file") if one.chain else "from the evidence alone"
    given = one.label if one.label != one.path else ""
    return [title, printable(one.path), f"({count})", printable(given)]


def _item(one: JudgedDifference, why: str, paint: Paint, limit: int) -> Iterator[str]:
    item = one.difference
    name = f" {paint(f'({printable(one.name)})', 'dim')}" if one.name else ""
    key = paint(dotted(item.path), "bold", STYLES[item.kind])
    yield f"  {key}{name}  {paint(item.kind, 'dim')}"
    sides = [("-", item.old, one.left), ("+", item.new, one.right)]
    rows = [
        [sign, _value(value, item.kind == "type", limit), str(place or "")]
        for sign, value, place in sides
        if value is not ABSENT
    ]
    for line in columns(rows, indent="    "):
        yield paint(line, "red" if line.lstrip().startswith("-") else "green")
    yield f"    {paint(why, 'dim')}"


def _why(one: JudgedDifference) -> str:
    """By what rule it is allowed and where that stands, or why it is forbidden."""
    if one.rule is None:
        return printable(one.why)
    place = f"  {one.rule.place}" if one.rule.place else ""
    return printable(f"by {one.rule.path}: {one.why}") + place


def _value(value: Any, typed: bool, limit: int) -> str:
    text = one_line(value, limit)
    # null says its type itself
    return f"{text} ({type(value).__name__})" if typed and value is not None else text


def _summary(found: ConfigComparison, paint: Paint) -> str:
    if found.equal:
        return paint("equal", "green") + ": both resolve to the same config"
    allowed = f"{len(found.allowed)} allowed"
    if found.accepted:
        allowed += f", {len(found.accepted)} accepted"
    forbidden = f"{len(found.forbidden)} forbidden"
    by = f" by {found.profile}" if found.profile else " (no parity profile: nothing is allowed)"
    if found.forbidden:
        return f"{paint(forbidden, 'red')}, {allowed}{by}"
    return f"{paint(allowed, 'green')}, {forbidden}{by}"


def diff_data(found: ConfigComparison) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "left": _side_data(found.left),
        "right": _side_data(found.right),
        "profile": found.profile,
        "equal": found.equal,
        "parity": not found.forbidden,
        "forbidden": [item_data(item) for item in found.forbidden],
        "allowed": [item_data(item) for item in found.allowed],
        "accepted": [item_data(item) for item in found.accepted],
        "order": [dotted(change.path) for change in found.order],
    }


def _side_data(one: NamedConfig) -> dict[str, Any]:
    return {"given": one.label, "config": one.path, "chain": list(one.chain)}


def item_data(one: JudgedDifference) -> dict[str, Any]:
    """One difference for scripts."""
    item = one.difference
    data: dict[str, Any] = {"key": dotted(item.path), "kind": item.kind, "name": one.name}
    # An absent side has no `value`: null is a value of its own.
    for name, value, place in (("old", item.old, one.left), ("new", item.new, one.right)):
        data[name] = None
        if value is not ABSENT:
            data[name] = {"value": plain(value), "origin": str(place) if place else None}
    data["rule"] = one.rule.path if one.rule is not None else None
    data["rule_place"] = str(one.rule.place) if one.rule and one.rule.place else None
    data["reason"] = one.why
    return data
