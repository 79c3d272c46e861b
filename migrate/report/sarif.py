"""Findings as a SARIF 2.1.0 log, for machines that show them beside the code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from migrate.findings import ERROR, NOTE, WARNING, Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {ERROR: "error", WARNING: "warning", NOTE: "note"}


def sarif(findings: Iterable[Finding], rules: Mapping[str, str], version: str) -> dict[str, Any]:
    """A SARIF log with one run. `rules` says of each rule what it asks for, in a sentence.

    https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
    """
    found = list(findings)
    names = sorted({*rules, *(finding.rule for finding in found)})
    driver = {
        "name": "migrate",
        "version": version,
        "rules": [{"id": name, **_described(rules.get(name))} for name in names],
    }
    results = [_result(finding, names.index(finding.rule)) for finding in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _described(text: str | None) -> dict[str, Any]:
    return {"shortDescription": {"text": text}} if text else {}


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    hint = f"\n{finding.hint}" if finding.hint else ""
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": LEVELS[finding.level],
        "message": {"text": finding.what + hint},
    }
    if finding.place is not None:
        # A SARIF path is a URI; lines and columns count from 1, so 0 must not appear.
        physical: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.place.path)}}
        if finding.place.line:
            region = {"startLine": finding.place.line, "startColumn": finding.place.column}
            physical["region"] = {name: value for name, value in region.items() if value}
        result["locations"] = [{"physicalLocation": physical}]
    return result
