"""How references look: who points at a file, how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from migrate.locations import printable
from migrate.references import CERTAIN, LIKELY, Reference
from migrate.report.paint import Paint, columns, plural

if TYPE_CHECKING:
    from migrate.commands.refs import RefsResult

COLOURS = {CERTAIN: "green", LIKELY: "yellow"}


def reference_data(one: Reference) -> dict[str, Any]:
    """One reference for scripts."""
    return {
        "file": one.path,
        "line": one.line,
        "column": one.column,
        "kind": one.kind,
        "written": one.written,
        "target": one.target,
        "certainty": one.certainty,
        "edit": one.edit,
        "prose": one.prose,
        "reason": one.reason,
    }


def pointing_lines(found: RefsResult, asked: bool, paint: Paint) -> Iterator[str]:
    """The references, target by target; a target that nobody names is told if it was asked for."""
    for target in (*found.folders, *found.targets):
        references = found.of(target)
        if not references and not asked and target not in found.implicit:
            continue
        yield f"{paint(printable(target), 'bold')}: {plural(len(references), 'reference')}"
        if target in found.implicit:
            yield "  the loader puts it under every config that names no base"
        yield from _rows(references, paint)
    files = len({one.path for one in found.references})
    total = plural(len(found.references), "reference")
    yield f"{total} in {plural(files, 'file')} to {plural(len(found.targets), 'config')}"


def _rows(references: list[Reference], paint: Paint) -> Iterator[str]:
    rows = [(str(one.place), one.kind, _grade(one), printable(one.written)) for one in references]
    for one, line in zip(references, columns(rows, indent="  "), strict=True):
        style = COLOURS.get(one.certainty, "dim")
        yield line.replace(f" {_grade(one)} ", f" {paint(_grade(one), style)} ", 1)
        if one.reason:
            yield paint(f"    {printable(one.reason)}", "dim")


def _grade(one: Reference) -> str:
    return f"{one.certainty}, prose" if one.prose else one.certainty
