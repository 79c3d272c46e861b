"""How the gate looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.locations import printable, shortened
from migrate.report.paint import PLAIN, Paint, plural

if TYPE_CHECKING:
    from migrate.verification.result import VerifyResult

LEVELS = {ERROR: "red", WARNING: "yellow", NOTE: "dim"}


def finding_lines(finding: Finding, paint: Paint) -> Iterator[str]:
    """One finding: level, place, what; then what to do."""
    where = f"{finding.place}: " if finding.place else ""
    level = paint(finding.level, LEVELS[finding.level])
    yield f"{level}: {where}{printable(finding.what)}"
    if finding.hint:
        yield f"  hint: {printable(finding.hint)}{':' if finding.command else ''}"
    if finding.command:
        yield f"    {printable(finding.command)}"


def hint_of(finding: Finding) -> str:
    """What to do, with the command that does it; empty where nobody knows."""
    return f"{finding.hint}: {finding.command}" if finding.command else finding.hint


_TEXT = 4000
"""Characters of one part of a text for machines that show it; nobody would read more."""


def finding_text(finding: Finding) -> str:
    """What is wrong, and below it what to do."""
    lines = [*finding.what.split("\n"), hint_of(finding)]
    return "\n".join(shortened(printable(line), _TEXT) for line in lines if line)


def finding_data(finding: Finding) -> dict[str, Any]:
    """One finding for scripts."""
    place = finding.place
    return {
        "rule": finding.rule,
        "level": finding.level,
        "what": finding.what,
        "path": place.path if place else None,
        "line": place.line or None if place else None,
        "column": place.column or None if place else None,
        "hint": hint_of(finding),
        "command": finding.command or None,
    }


def verify_lines(
    result: VerifyResult, strict: bool, all_of_it: bool, paint: Paint
) -> Iterator[str]:
    """What the gate found, worst last, where the eye ends."""
    for level in (NOTE, WARNING, ERROR):
        shown = [finding for finding in result.findings if finding.level == level]
        if level == WARNING and not all_of_it and len(shown) > 1:
            shown = yield from _unused(shown, paint)
        for finding in shown:
            yield from finding_lines(finding, paint)
    widest = max(map(len, result.checks), default=0)
    for name, errors in result.checks.items():
        mark = paint("ok", "green") if errors == 0 else paint(plural(errors, "error"), "red")
        yield f"{name:{widest}} {mark}"
    yield from _changed(result)
    yield f"{_counted(result)}; {_verdict(result, strict, paint)}"


def verdict_lines(result: VerifyResult, strict: bool) -> list[str]:
    """Whether the gate is open; then what was looked at."""
    return [_verdict(result, strict, PLAIN), _counted(result), *_changed(result)]


def _changed(result: VerifyResult) -> Iterator[str]:
    if result.changed:
        of = plural(len(result.presets), "preset")
        yield f"{len(result.changed)} of {of} changed since they were migrated"


def _counted(result: VerifyResult) -> str:
    if result.so_far:
        return f"{result.applied} of {result.applied + len(result.pending)} applied"
    return f"{plural(len(result.presets), 'preset')} compared"


def _verdict(result: VerifyResult, strict: bool, paint: Paint) -> str:
    closing = {ERROR, WARNING} if strict else {ERROR}
    closed = sum(finding.level in closing for finding in result.findings)
    so_far = " so far" if result.so_far else ""
    if closed:
        text = f"the gate is closed{so_far}: {plural(closed, 'finding')}"
        return paint(text, "red", "bold")
    return paint(f"the gate is open{so_far}", "green", "bold")


def _unused(shown: list[Finding], paint: Paint) -> Any:
    """Many unused allowances are one line, unless they fail the gate."""
    unused = [finding for finding in shown if finding.rule == "unused-allowance"]
    if unused:
        word = paint("warning", "yellow")
        many = plural(len(unused), "allowance")
        yield f"{word}: {many} with nothing to excuse in any preset (-v lists them)"
    return [finding for finding in shown if finding.rule != "unused-allowance"]
