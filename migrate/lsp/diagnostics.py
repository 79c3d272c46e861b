"""What is wrong in which file, at which stretch of its text as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, islice
from types import MappingProxyType
from typing import NamedTuple

from migrate.errors import MigrateError
from migrate.findings import ERROR, Finding
from migrate.locations import Place
from migrate.lsp.folder import ConfigFolder, ConfigState
from migrate.plan import load_plans

MOST = 200
"""So many diagnostics are told of one file."""


_NONE: Mapping[str, str] = MappingProxyType({})


class Diagnostic(NamedTuple):
    """A finding at a stretch of a text, in code points of the text with plain line feeds."""

    start: int
    end: int
    rule: str
    level: str
    message: str


class CheckResult:
    """What a look at the tree found, by file; `texts` are those that were open then."""

    def __init__(self, findings: Iterable[Finding] = (), texts: Mapping[str, str] = _NONE) -> None:
        self.texts = texts
        self.by_path = _by_path(findings)


def _by_path(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings of each file; what has no place in a file is not told in an editor."""
    found: dict[str, list[Finding]] = {}
    for one in findings:
        path = one.place.path if one.place is not None else ""
        if path and not path.endswith("/"):
            found.setdefault(path, []).append(one)
    return found


def diagnostics(folder: ConfigFolder, checked: CheckResult) -> dict[str, list[Diagnostic]]:
    """The diagnostics of each open file, sound ones too, and of all that they find at fault.

    What the last look found in an open file moves with its line, and goes with it.
    """
    now = _by_path(_live(folder))
    found: dict[str, list[Diagnostic]] = {}
    for path in dict.fromkeys([*folder.texts, *now]):
        findings = [*now.get(path, ()), *_moved(folder, checked, path)]
        found[path] = placed(folder.text_now(path), findings)
    return found


def elsewhere(folder: ConfigFolder, path: str, checked: CheckResult) -> list[Diagnostic]:
    """The diagnostics of a file that is not open: what the last look found, by its text on disk.

    There may be thousands of such files, so that each is asked for when it is its turn.
    """
    return placed(folder.text_now(path), checked.by_path.get(path, ()))


def placed(text: str, findings: Iterable[Finding]) -> list[Diagnostic]:
    """The findings of one file, each fault once: a check and a look may both tell of it."""
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    known: dict[tuple[int, str], Diagnostic] = {}
    for one in islice(findings, MOST):
        found = _at(lines, starts, one)
        known.setdefault((found.start, found.message), found)
    return sorted(known.values())


# What is wrong now.


def _live(folder: ConfigFolder) -> Iterator[Finding]:
    resolver = folder.resolver()
    plans = False
    for path in sorted(folder.texts):
        if not folder.concerns(path):
            continue
        look = folder.look(path, resolver)
        if look.problem is not None:
            yield from _problem(look, look.problem)
        plans = plans or folder.is_plan(path)
    if plans:
        yield from _plan_faults(folder)


def _problem(look: ConfigState, problem: MigrateError) -> Iterator[Finding]:
    """What is wrong with a config: where it is wrong, and at `extends` if that is elsewhere."""
    place = problem.place or Place(look.path)
    yield Finding("resolves", problem.what, place, problem.hint)
    if place.path != look.path and look.document is not None:
        node = next(iter(look.document.layer_nodes()), None)
        here = look.document.place(node.props) if node is not None else Place(look.path, 1, 1)
        yield Finding("resolves", f"cannot be resolved: {problem}", here, problem.hint)


def _plan_faults(folder: ConfigFolder) -> Iterator[Finding]:
    try:
        load_plans(folder.tree, folder.view.layout.plans)
    except MigrateError as error:
        yield from (Finding.of("plan", fault) for fault in error.faults())


# What was found before.


def _moved(folder: ConfigFolder, checked: CheckResult, path: str) -> Iterator[Finding]:
    """The findings of the last look in one file, where their lines stand now."""
    findings = checked.by_path.get(path, [])
    now, then = folder.texts.get(path), checked.texts.get(path)
    if not findings or now is None or then == now:
        yield from findings
        return
    before = folder.on_disk(path) if then is None else then  # it was not open
    lines = before.splitlines(), now.splitlines()
    for one in findings:
        line = moved_line(*lines, one.place.line) if one.place is not None else None
        if line is not None and one.place is not None:
            at = Place(path, line, one.place.column)
            yield Finding(one.rule, one.what, at, one.hint, one.level, one.command)


def moved_line(before: list[str], now: list[str], line: int) -> int | None:
    """Where a line (counted from 1) stands after one stretch was edited; None within that."""
    most = min(len(before), len(now))
    same = 0
    while same < most and before[same] == now[same]:
        same += 1
    if line <= same:
        return line
    below = 0
    while below < most - same and before[-1 - below] == now[-1 - below]:
        below += 1
    return line + len(now) - len(before) if line > len(before) - below else None


def _at(lines: list[str], starts: list[int], one: Finding) -> Diagnostic:
    """A finding at its stretch: from its column to the end of the line's content."""
    place = one.place or Place("")
    number = min(max(place.line, 1), len(lines)) - 1
    line = lines[number].rstrip()
    first = len(line) - len(line.lstrip())
    column = min(place.column - 1, len(line)) if place.column and place.line else first
    end = len(_code_of(line))
    message = "\n".join(part for part in (one.what, one.hint, one.command) if part)
    span = starts[number] + column, starts[number] + (end if end > column else len(line))
    return Diagnostic(*span, one.rule, one.level or ERROR, message)


def _code_of(line: str) -> str:
    """A line without the comment behind it, as far as that can be told by looks."""
    head, mark, _ = line.partition(" #")
    return head.rstrip() if mark and "'" not in line and '"' not in line else line
