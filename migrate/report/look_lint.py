"""How `lint` looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.locations import printable
from migrate.report.gate import LEVELS, finding_data
from migrate.report.paint import PLAIN, Paint, plural

if TYPE_CHECKING:
    from migrate.commands.lint import LintResult


def lint_lines(found: LintResult, paint: Paint, quiet: bool = False) -> Iterator[str]:
    """Every finding, notes unless `quiet`; the sum of it all."""
    for finding in found.findings:
        if finding.level != NOTE or not quiet:
            yield from _finding(finding, paint)
    yield lint_summary(found, paint)


def _finding(finding: Finding, paint: Paint) -> Iterator[str]:
    where = f"{finding.place}: " if finding.place else ""
    level = paint(finding.level, LEVELS[finding.level])
    yield f"{level}: {where}{printable(finding.what)} {paint(f'[{finding.rule}]', 'dim')}"
    if finding.hint:
        yield paint(f"  hint: {printable(finding.hint)}", "dim")


def lint_summary(found: LintResult, paint: Paint = PLAIN) -> str:
    """How many configs were looked at, and what was found."""
    counts = [(level, found.count(level)) for level in (ERROR, WARNING, NOTE)]
    told = [paint(plural(count, level), LEVELS[level]) for level, count in counts if count]
    return f"{plural(found.presets, 'config')}: {', '.join(told) or paint('no findings', 'green')}"


def lint_data(found: LintResult) -> dict[str, Any]:
    """The same for scripts."""
    data: dict[str, Any] = {
        "configs": found.presets,
        "counts": {level: found.count(level) for level in (ERROR, WARNING, NOTE)},
        "findings": [finding_data(finding) for finding in found.findings],
    }
    return data
