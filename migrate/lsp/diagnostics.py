"""What is wrong in which file, at which stretch of its text as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from migrate.errors import MigrateError
from migrate.findings import ERROR, Finding
from migrate.locations import Place
from migrate.lsp.folder import ConfigFolder, Look
from migrate.plan import load_plans

MOST = 200
"""So many diagnostics are told of one file."""


class Diagnostic(NamedTuple):
    """A finding at a stretch of a text, in code points of the text with plain line feeds."""

    start: int
    end: int
    rule: str
    level: str
    message: str


def diagnostics(
    folder: ConfigFolder, checked: Iterable[Finding], then: Mapping[str, str]
) -> dict[str, list[Diagnostic]]:
    """Every diagnostic by file: what the last look at the tree found, and what is wrong now.

    `then` has the texts that were open at that look: a finding moves with its line, and goes with
    it. Files that no editor has open are among them.
    """
    found: dict[str, dict[Diagnostic, None]] = {}
    for one in [*_live(folder), *_moved(folder, checked, then)]:
        path = one.place.path if one.place is not None else ""
        if not path or path.endswith("/"):
            continue
        texts = found.setdefault(path, {})
        if len(texts) < MOST:
            texts[_at(folder, one)] = None
    return {path: _once(listed) for path, listed in found.items()}


def _once(listed: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Each fault once: a check and a look at the text may both tell of it."""
    known = {(one.start, one.message): one for one in reversed(list(listed))}
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


def _problem(look: Look, problem: MigrateError) -> Iterator[Finding]:
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


def _moved(
    folder: ConfigFolder, checked: Iterable[Finding], then: Mapping[str, str]
) -> Iterator[Finding]:
    """The findings of the last look, where their lines stand now."""
    lines: dict[str, tuple[list[str], list[str]]] = {}
    for one in checked:
        place = one.place
        now = folder.texts.get(place.path) if place is not None else None
        if place is None or now is None or then.get(place.path) == now:
            yield one
            continue
        if place.path not in lines:
            before = then.get(place.path)
            if before is None:  # it was not open: what stood on disk
                before = folder.on_disk(place.path)
            lines[place.path] = before.splitlines(), now.splitlines()
        line = moved_line(*lines[place.path], place.line)
        if line is not None:
            at = Place(place.path, line, place.column)
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


def _at(folder: ConfigFolder, one: Finding) -> Diagnostic:
    """A finding at its stretch: from its column to the end of the line's content."""
    place = one.place or Place("")
    text = folder.text_now(place.path)
    lines = text.split("\n")
    number = min(max(place.line, 1), len(lines)) - 1
    line = lines[number].rstrip()
    first = len(line) - len(line.lstrip())
    column = min(place.column - 1, len(line)) if place.column and place.line else first
    start = sum(len(before) + 1 for before in lines[:number])
    end = len(_code_of(line))
    message = "\n".join(part for part in (one.what, one.hint) if part)
    if one.command:
        message += f"\n{one.command}"
    level = one.level or ERROR
    return Diagnostic(
        start + column, start + (end if end > column else len(line)), one.rule, level, message
    )


def _code_of(line: str) -> str:
    """A line without the comment behind it, as far as that can be told by looks."""
    head, mark, _ = line.partition(" #")
    return head.rstrip() if mark and "'" not in line and '"' not in line else line
