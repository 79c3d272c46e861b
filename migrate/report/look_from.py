"""How `explain --from` looks: what a file gives to which configs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from migrate.canonical import plain
from migrate.locations import dotted, printable
from migrate.report.look import VALUE_WIDTH, one_line, shortened
from migrate.report.paint import Paint, plural

if TYPE_CHECKING:
    from migrate.commands.explain_from import KeyUsage, OverriddenBy, SourceUsage

SHOWN = 6
"""So many configs are named in one line."""


def from_lines(found: SourceUsage, paint: Paint, full: bool = False) -> Iterator[str]:
    """Each key of the file: who gets its value, and what it lost to."""
    total = len(found.built) + len(found.others)
    chains = plural(total, "config")
    yield f"{paint(printable(found.file), 'bold')} is in {len(found.built)} of {chains}"
    if not found.built:
        return
    limit, most = (0, 0) if full else (VALUE_WIDTH, SHOWN)
    for one in found.keys:
        yield ""
        yield from _key(one, len(found.built), paint, limit, most)


def _key(one: KeyUsage, total: int, paint: Paint, limit: int, most: int) -> Iterator[str]:
    text = shortened(printable(one.text), limit) if one.text else one_line(one.value, limit)
    yield f"{paint(dotted(one.key), 'bold')}  {one.place}  {paint(text, 'green')}"
    if one.active:
        share = f"all {total}" if len(one.active) == total else f"{len(one.active)} of {total}"
        named = "" if len(one.active) == total and total > 1 else f": {_names(one.active, most)}"
        yield f"  ->  {share} get it{named}"
    else:
        yield paint("      nobody gets it", "yellow")
    for lost in sorted(one.lost, key=lambda known: -len(known.configs)):
        yield paint(f"      {_lost(lost)}: {_names(lost.configs, most)}", "dim")


def _lost(lost: OverriddenBy) -> str:
    count = len(lost.configs)
    if lost.place is None:
        return f"not in {count}, which take it out or do not inherit it"
    return f"lost to {lost.place} in {count}"


def _names(configs: Sequence[str], most: int) -> str:
    shown = ", ".join(map(printable, configs[:most] if most else configs))
    more = len(configs) - most if most else 0
    return f"{shown} and {more} more" if more > 0 else shown


def from_data(found: SourceUsage) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "from": {"path": found.file, "line": found.line},
        "configs": list(found.built),
        "others": list(found.others),
        "keys": [_key_data(one) for one in found.keys],
    }


def _key_data(one: KeyUsage) -> dict[str, Any]:
    return {
        "key": dotted(one.key),
        "line": one.place.line,
        "column": one.place.column,
        "value": plain(one.value),
        "text": one.text,
        "active": list(one.active),
        "lost": [
            {
                "to": None
                if lost.place is None
                else {
                    "path": lost.place.path,
                    "line": lost.place.line,
                    "column": lost.place.column,
                },
                "configs": list(lost.configs),
            }
            for lost in one.lost
        ],
    }
