"""How `lint` looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from migrate.canonical import plain
from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.locations import dotted, printable
from migrate.report.gate import LEVELS, finding_data
from migrate.report.look import one_line
from migrate.report.paint import Paint, columns, plural

if TYPE_CHECKING:
    from migrate.commands.lint import Linted
    from migrate.rules.drift import Drift

SHOWN_PRESETS = 3


def lint_lines(found: Linted, paint: Paint, quiet: bool = False) -> Iterator[str]:
    """Every finding, notes unless `quiet`; drift, if it was asked for; the sum of it all."""
    for finding in found.findings:
        if finding.level != NOTE or not quiet:
            yield from _finding(finding, paint)
    for item in found.drift or ():
        yield from _drift(item, paint)
    if found.drift is not None:
        verb = "differs" if len(found.drift) == 1 else "differ"
        yield f"drift: {plural(len(found.drift), 'key')} {verb} between presets"
    yield _summary(found, paint)


def _finding(finding: Finding, paint: Paint) -> Iterator[str]:
    where = f"{finding.place}: " if finding.place else ""
    level = paint(finding.level, LEVELS[finding.level])
    yield f"{level}: {where}{printable(finding.what)} {paint(f'[{finding.rule}]', 'dim')}"
    if finding.hint:
        yield paint(f"  hint: {printable(finding.hint)}", "dim")


def _summary(found: Linted, paint: Paint) -> str:
    counts = [(level, found.count(level)) for level in (ERROR, WARNING, NOTE)]
    told = [paint(plural(count, level), LEVELS[level]) for level, count in counts if count]
    return f"{plural(found.presets, 'config')}: {', '.join(told) or paint('no findings', 'green')}"


def _drift(item: Drift, paint: Paint) -> Iterator[str]:
    yield paint(dotted(item.key), "bold")
    rows = []
    for value in item.values:
        places = [str(place) for place in value.places]
        more = f" and {len(places) - SHOWN_PRESETS} more" if len(places) > SHOWN_PRESETS else ""
        where = ", ".join(places[:SHOWN_PRESETS]) + more
        rows.append([one_line(value.value), plural(len(value.presets), "preset"), where])
    yield from columns(rows, indent="  ")
    yield ""


def lint_data(found: Linted) -> dict[str, Any]:
    """The same for scripts."""
    data: dict[str, Any] = {
        "configs": found.presets,
        "counts": {level: found.count(level) for level in (ERROR, WARNING, NOTE)},
        "findings": [finding_data(finding) for finding in found.findings],
    }
    if found.drift is not None:
        data["drift"] = [_drift_data(item) for item in found.drift]
    return data


def _drift_data(item: Drift) -> dict[str, Any]:
    values = [
        {
            "value": plain(value.value),
            "presets": [{"path": path, "origin": str(place)} for path, place in value.presets],
        }
        for value in item.values
    ]
    return {"key": dotted(item.key), "values": values}
