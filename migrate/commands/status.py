"""`migrate status`: where each preset stands."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.changes import sha256
from migrate.errors import MigrateError
from migrate.plan import PlannedPreset
from migrate.rollout.context import Rollout
from migrate.rollout.evidence import Evidence, plan_digest
from migrate.rollout.legacy import MANIFEST
from migrate.rollout.missed_edits import OldConfig
from migrate.workspace.edit_source import with_merged_copies
from migrate.workspace.workspace import Workspace

PENDING, MOVED = "pending", "moved"
APPLIED, EDITED, BEHIND, STALE = "applied", "edited", "behind", "stale"
MISSING, RETIRED = "missing", "retired"
STATES = (APPLIED, PENDING, MOVED, BEHIND, EDITED, STALE, MISSING, RETIRED)
"""Every state in the order in which they are counted."""


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
    edits = with_merged_copies(workspace)
    rows = [_row(workspace, planned, edits) for planned in workspace.plans.presets.values()]
    finalized = bool(workspace.evidence) and not workspace.tree.exists(MANIFEST)
    return Status(rows, finalized)


def _row(workspace: Workspace, planned: PlannedPreset, edits: Rollout) -> Row:
    evidence = workspace.evidence.get(planned.name)
    state, note = _state(workspace, planned, evidence, edits)
    before = len(evidence.chain) if evidence is not None else _files(workspace, planned, old=True)
    now = _files(workspace, planned, old=False)
    return Row(planned.name, planned.preset.to, state, note, before, now)


def _files(workspace: Workspace, planned: PlannedPreset, old: bool) -> int:
    try:
        if old:
            return len(workspace.rollout.legacy_chain(planned).chain)
        live = workspace.rollout.live(workspace.rollout.frozen(planned))
        path = planned.preset.to if workspace.tree.exists(planned.preset.to) else live
        return len(workspace.resolver.resolve(path).chain)
    except MigrateError:
        return 0


def _state(
    workspace: Workspace, planned: PlannedPreset, evidence: Evidence | None, edits: Rollout
) -> tuple[str, str]:
    if evidence is None:
        return _waiting(workspace, planned)
    if not workspace.tree.exists(evidence.target):
        reason = workspace.plans.accepted.retired.get(planned.name)
        return (MISSING, "the target is gone") if reason is None else (RETIRED, reason)
    if evidence.plan != plan_digest(planned):
        return STALE, "its plan changed since it was applied"
    behind = _behind(workspace, planned, evidence, edits)
    if behind:
        return BEHIND, behind
    if sha256(workspace.tree.read(evidence.target)) != evidence.digest:
        return EDITED, "edited by hand since it was applied"
    return APPLIED, ""


def _waiting(workspace: Workspace, planned: PlannedPreset) -> tuple[str, str]:
    """A preset that waits for its step, and which of its old files changed since `init`."""
    old = workspace.rollout.old
    try:
        chain = workspace.rollout.legacy_chain(planned).paths
    except MigrateError as error:
        return PENDING, str(error)
    missing = list(old.missing_in(chain))
    if missing:
        return PENDING, f"was deleted: {_some(missing)}"
    files = [file.path for file in old.moved_in(chain)]
    return (MOVED, f"changed since it was frozen: {_some(files)}") if files else (PENDING, "")


def _behind(
    workspace: Workspace, planned: PlannedPreset, evidence: Evidence, edits: Rollout
) -> str:
    """Which edits of the old files the preset lacks; nothing if none."""
    config = OldConfig(edits, planned, evidence, workspace.resolver)
    try:
        missed = config.missed()
    except MigrateError as error:
        return str(error)
    back = list(dict.fromkeys(edit.place.path for edit in missed if edit.is_back))
    if back:
        return f"is back with another text: {_some(back)}"
    return f"lacks {_some([edit.what for edit in missed])}" if missed else ""


def _some(texts: list[str]) -> str:
    more = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
    return texts[0] + more
