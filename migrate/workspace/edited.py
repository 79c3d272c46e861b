"""What to say of a target that was edited by hand after it was applied."""

from __future__ import annotations

from migrate.changes import Change, sha256
from migrate.errors import MigrateError, TreeMoved
from migrate.rollout.build import PresetBuilder
from migrate.rollout.evidence import Evidence
from migrate.workspace.workspace import Workspace


class TargetEdited(TreeMoved):
    """A target is not what `apply` wrote; `diff` shows the edits where they can be known."""

    def __init__(self, evidence: Evidence, found: str, diff: list[str]) -> None:
        super().__init__(
            f"was edited after it was applied: applied {evidence.digest[:12]}, found {found[:12]}",
            evidence.target,
            "keep the edit (`migrate verify` says whether it keeps parity), or take it back",
        )
        self.diff = diff


def edited_since(workspace: Workspace, evidence: Evidence, applied: bytes | None) -> TargetEdited:
    """The refusal, with the diff from what was applied (`applied_text`)."""
    content = workspace.tree.read(evidence.target)
    diff = list(Change(evidence.target, applied, content).diff()) if applied is not None else []
    return TargetEdited(evidence, sha256(content), diff)


def applied_text(workspace: Workspace, evidence: Evidence) -> bytes | None:
    """What `apply` wrote, made again from the legacy tree; None if that is not possible."""
    planned = workspace.plans.presets[evidence.name]
    try:
        content = PresetBuilder(workspace.rollout).content(workspace.resolver, planned)
    except MigrateError:
        return None
    return content if sha256(content) == evidence.digest else None
