"""The same rollout as data for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrate.canonical import plain
from migrate.locations import dotted
from migrate.parity import ABSENT
from migrate.report.dropped import account_data
from migrate.report.gate import finding_data
from migrate.report.refs import reference_data
from migrate.report.since import since_data
from migrate.report.steps import behind_data
from migrate.report.table import table_data

if TYPE_CHECKING:
    from migrate.commands.explain import SettingText
    from migrate.commands.report import KeyLine, Links, PresetReport, Report


def report_data(found: Report) -> dict[str, Any]:
    """All that the page shows."""
    return {
        "presets": [_preset(one) for one in found.presets],
        "finalized": found.status.finalized,
        "before": _links(found.before),
        "after": _links(found.after),
        "ok": not found.verified.failed(strict=False),
        "findings": [finding_data(one) for one in found.verified.findings],
        "behind": behind_data(found.behind),
        "accepted": [
            {"preset": one.preset, "key": one.key, **_sides(one.was, one.now), "reason": one.reason}
            for one in found.accepted
        ],
        "table": table_data(found.table) if found.table is not None else None,
        "since": since_data(found.since) if found.since is not None else None,
    }


def _links(links: Links) -> dict[str, Any]:
    return {
        "presets": list(links.presets),
        "files": {path: list(links.below[path]) for path in sorted(links.below)},
        "merged": links.merged,
        "staying": sorted(links.staying),
    }


def _sides(old: Any, new: Any) -> dict[str, Any]:
    given = {"old": old, "new": new}
    return {name: plain(value) for name, value in given.items() if value is not ABSENT}


def _preset(one: PresetReport) -> dict[str, Any]:
    comments = one.comments
    return {
        "name": one.row.name,
        "target": one.row.target,
        "state": one.row.state,
        "note": one.row.note,
        "problem": one.problem,
        "chain_before": list(one.chain_before),
        "chain_after": list(one.chain_after),
        "keys": [_key(key) for key in one.keys],
        "inherited": dict(one.inherited),
        "comments": None if comments is None else account_data(comments),
        "allowed": [
            {
                "key": allowed.key,
                **_sides(allowed.old, allowed.new),
                "rule": allowed.rule,
                "reason": allowed.reason,
            }
            for allowed in one.allowed
        ],
        "files": [{"path": file.path, "change": file.kind} for file in one.files],
        "left": [reference_data(reference) for reference in one.left],
    }


def _key(one: KeyLine) -> dict[str, Any]:
    return {
        "key": dotted(one.key),
        "line": one.line,
        "origin": _said(one.origin),
        "lost": [_said(said) for said in one.lost],
        "was": _said(one.was),
    }


def _said(said: SettingText | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {"path": said.place.path, "line": said.place.line, "value": plain(said.value)}
