"""`migrate finalize`: the gate, then the legacy tree goes; the evidence stays."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.changes import Change, ChangeSet
from migrate.commands.verified import Verified
from migrate.commands.verify import verify
from migrate.commands.workspace import Workspace
from migrate.locations import LEGACY


@dataclass(frozen=True)
class Finalized:
    """What the gate said, and what goes; nothing goes if it is closed."""

    verified: Verified
    changes: ChangeSet


def finalize(workspace: Workspace, gates: bool = False) -> Finalized:
    """Propose the removal of the legacy tree. The caller lands it if the gate is open."""
    verified = verify(workspace, gates=gates)
    if verified.failed(strict=False):
        return Finalized(verified, ChangeSet())
    gone = [path for path in workspace.tree.files() if path.startswith(f"{LEGACY}/")]
    changes = [Change(path, workspace.tree.read(path), None, "finalized") for path in gone]
    return Finalized(verified, ChangeSet.of(changes))
