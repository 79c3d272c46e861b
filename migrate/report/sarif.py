"""Findings as a SARIF 2.1.0 log, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and what GitHub asks beyond it:
https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.locations import Place
from migrate.report.gate import finding_text
from migrate.report.rule_help import PAGE, RuleHelp

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {ERROR: "error", WARNING: "warning", NOTE: "note"}
FINGERPRINT = "migrateFinding/v1"


class Run(NamedTuple):
    """What was run, and what it came to."""

    verb: str
    version: str
    exit_code: int
    checked: bool
    """Whether anything was checked; if not, the findings say why."""
    folder: str = ""
    """That of the root inside its repository, to which paths are relative."""
    about: str = "plans"
    """The path that stands for a finding about no file: code scanning wants one of each."""
    documentation: str | None = None
    """The address of the documentation."""


def sarif(findings: Iterable[Finding], rules: Mapping[str, RuleHelp], run: Run) -> dict[str, Any]:
    """A log with one run. `rules` says of each rule what it asks and what to do."""
    found = list(findings)
    names = sorted({*rules, *(finding.rule for finding in found)})
    driver = {
        "name": "migrate",
        "version": run.version,
        **({"informationUri": run.documentation} if run.documentation else {}),
        "rules": [_rule(name, rules.get(name), run) for name in names],
    }
    prints = _fingerprints(found)
    results = [
        _result(finding, names.index(finding.rule), mark, run)
        for finding, mark in zip(found, prints, strict=True)
    ]
    told = {
        "tool": {"driver": driver},
        # Two runs of one commit are told apart by it, as those of `verify` and `lint`.
        "automationDetails": {"id": f"migrate-{run.verb}/"},
        "invocations": [{"executionSuccessful": run.checked, "exitCode": run.exit_code}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [told]}


def _rule(name: str, known: RuleHelp | None, run: Run) -> dict[str, Any]:
    if known is None:
        return {"id": name}
    rule = {
        "id": name,
        "shortDescription": {"text": known.asks},
        "fullDescription": {"text": known.asks},
        "help": {
            "text": f"{known.asks} {known.remedy}",
            "markdown": f"{known.asks}\n\n{known.remedy}",
        },
    }
    if run.documentation:
        rule["helpUri"] = f"{run.documentation}/{PAGE}/#{name}"
    return rule


def _result(finding: Finding, rule: int, mark: str, run: Run) -> dict[str, Any]:
    place = finding.place or Place(run.about)
    # A SARIF path is a URI; lines and columns count from 1, so 0 must not appear.
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(run.folder + place.path)}}
    if place.line:
        region = {"startLine": place.line, "startColumn": place.column}
        physical["region"] = {name: value for name, value in region.items() if value}
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": LEVELS[finding.level],
        "message": {"text": finding_text(finding)},
        "locations": [{"physicalLocation": physical}],
        "partialFingerprints": {FINGERPRINT: mark},
    }


_LINES = re.compile(r"(\.\w+):\d+(?::\d+)?")
"""Lines and columns behind the name of a file."""


def _fingerprints(findings: Sequence[Finding]) -> list[str]:
    """What tells each finding from the others, whatever moves up or down in the files.

    Equal ones are told apart by their number, as code scanning does with equal lines.
    """
    seen: Counter[str] = Counter()
    marks = []
    for finding in findings:
        path = finding.place.path if finding.place else ""
        said = "\0".join((finding.rule, path, _LINES.sub(r"\1", finding.what)))
        digest = hashlib.sha256(said.encode(errors="backslashreplace")).hexdigest()[:32]
        seen[digest] += 1
        marks.append(f"{digest}:{seen[digest]}")
    return marks
