"""Findings as GitHub's workflow commands, which annotate the lines of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.report.gate import finding_lines, finding_text
from migrate.report.paint import PLAIN, plural

ANNOTATIONS = {ERROR: "error", WARNING: "warning", NOTE: "notice"}

MOST = 10
"""So many annotations of one kind does GitHub show of a step; it drops the others silently."""


def github_lines(findings: Iterable[Finding], folder: str = "") -> Iterator[str]:
    """Workflow commands for as many findings as are shown, then the others for the log.

    `folder` is that of the root inside its repository, to which GitHub's paths are relative. Of
    more than `MOST` findings of one level the last annotation counts those that are left, by rule;
    each rule has one of the shown ones before any has a second.
    """
    found = list(findings)
    left: list[Finding] = []
    for level in (ERROR, WARNING, NOTE):
        of_level = [finding for finding in found if finding.level == level]
        if len(of_level) > MOST:
            left += _beyond(of_level, MOST - 1)
    hidden = set(map(id, left))
    yield from (_command(one, folder) for one in found if id(one) not in hidden)
    for level in (ERROR, WARNING, NOTE):
        more = [finding for finding in left if finding.level == level]
        if more:
            yield _counted(level, more)
    if left:
        yield from _in_log(left)


def _beyond(findings: Sequence[Finding], room: int) -> list[Finding]:
    """Those for which there is no room; the first of each rule stands before all others."""
    firsts: dict[str, Finding] = {}
    for finding in findings:
        firsts.setdefault(finding.rule, finding)
    first = set(map(id, firsts.values()))
    ranked = sorted(findings, key=lambda finding: id(finding) not in first)
    return ranked[room:]


def _command(finding: Finding, folder: str) -> str:
    fields = {"title": f"migrate {finding.rule}"}
    if finding.place is not None:
        line, column = finding.place.line, finding.place.column
        place = {"file": folder + finding.place.path, "line": line, "col": column}
        fields = {**{name: str(value) for name, value in place.items() if value}, **fields}
    return _spelled(finding.level, fields, finding_text(finding))


def _counted(level: str, more: Sequence[Finding]) -> str:
    counts = Counter(finding.rule for finding in more).most_common()
    title = f"migrate: {plural(len(more), f'more {level}')}"
    told = ", ".join(f"{rule} {count}" for rule, count in counts)
    text = f"{told}\nGitHub shows {MOST} annotations of a kind; the log of this step has them all"
    return _spelled(level, {"title": title}, text)


def _in_log(left: Sequence[Finding]) -> Iterator[str]:
    """The others as people read them, where nothing in them is a command."""
    token = secrets.token_hex(16)
    yield f"::group::{plural(len(left), 'more finding')}"
    yield f"::stop-commands::{token}"
    for finding in left:
        yield from finding_lines(finding, PLAIN)
    yield f"::{token}::"
    yield "::endgroup::"


def _spelled(level: str, fields: dict[str, str], text: str) -> str:
    shown = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    return f"::{ANNOTATIONS[level]} {shown}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
