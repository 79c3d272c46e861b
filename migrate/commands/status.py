"""`migrate status`: where each preset stands."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.changes import sha256
from migrate.commands.workspace import Workspace
from migrate.errors import MigrateError
from migrate.evidence import Evidence, plan_digest
from migrate.legacy import MANIFEST
from migrate.plan import Planned

PENDING, APPLIED, EDITED, STALE, MISSING = "pending", "applied", "edited", "stale", "missing"


@dataclass(frozen=True, slots=True)
class Row:
    """One preset: its state, why it is not simply applied, and how many files it merges now."""

    name: str
    target: str
    state: str
    note: str
    files_before: int
    files_now: int


@dataclass(frozen=True, slots=True)
class Status:
    """The rollout table."""

    rows: list[Row]
    finalized: bool

    def count(self, state: str) -> int:
        """How many presets are in a state."""
        return sum(row.state == state for row in self.rows)


def status(workspace: Workspace) -> Status:
    """The state of every planned preset, in plan order."""
    rows = [_row(workspace, planned) for planned in workspace.plans.presets.values()]
    finalized = bool(workspace.evidence) and not workspace.tree.exists(MANIFEST)
    return Status(rows, finalized)


def _row(workspace: Workspace, planned: Planned) -> Row:
    evidence = workspace.evidence.get(planned.name)
    state, note = _state(workspace, planned, evidence)
    before = len(evidence.chain) if evidence is not None else _files(workspace, planned, old=True)
    now = _files(workspace, planned, old=False)
    return Row(planned.name, planned.preset.to, state, note, before, now)


def _files(workspace: Workspace, planned: Planned, old: bool) -> int:
    try:
        if old:
            return len(workspace.rollout.legacy_chain(planned).chain)
        live = workspace.rollout.live(workspace.rollout.frozen(planned))
        path = planned.preset.to if workspace.tree.exists(planned.preset.to) else live
        return len(workspace.resolver.resolve(path).chain)
    except MigrateError:
        return 0


def _state(workspace: Workspace, planned: Planned, evidence: Evidence | None) -> tuple[str, str]:
    if evidence is None:
        return PENDING, ""
    if not workspace.tree.exists(evidence.target):
        return MISSING, "the target is gone"
    if evidence.plan != plan_digest(planned):
        return STALE, "its plan changed since it was applied"
    for path, digest in evidence.chain:
        if workspace.tree.exists(MANIFEST) and workspace.frozen_digests.get(digest) is None:
            return STALE, f"{path} changed since it was applied"
    if sha256(workspace.tree.read(evidence.target)) != evidence.digest:
        return EDITED, "edited by hand since it was applied"
    return APPLIED, ""
