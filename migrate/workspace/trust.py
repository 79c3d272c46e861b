"""Trust in gate commands: the person's word, kept in `.migrate/` of the root under their seal."""

from __future__ import annotations

import json
from collections.abc import Iterable

from migrate.changes import sha256
from migrate.disk import Disk
from migrate.errors import MigrateError, Refused
from migrate.locations import PRIVATE
from migrate.plan import PlannedPreset
from migrate.workspace.workspace import Workspace

TRUST = f"{PRIVATE}/trust.json"


def gates_digest(presets: Iterable[PlannedPreset]) -> str:
    """The digest of all gate commands; trust is given to exactly these."""
    return sha256(json.dumps(sorted({g for p in presets for g in p.gates})).encode())


def trusted(workspace: Workspace) -> bool:
    """Whether the person at this machine trusts the gates as they are now."""
    try:
        said = json.loads(Disk(workspace.root).read(TRUST) or b"{}")
    except (OSError, ValueError, RecursionError, MigrateError):
        return False
    if not isinstance(said, dict) or said.get("trust") is not True:
        return False
    digest = gates_digest(workspace.plans.presets.values())
    from migrate.workspace.seal import sealed  # only a tree with a record needs it

    return said.get("gates") == digest and sealed(workspace.root, digest, said.get("seal"))


def trust(workspace: Workspace, disk: Disk) -> None:
    """Record that these gates may run without being asked; any change of them ends it.

    Raises Refused if the record, or the key in the person's folder, cannot be kept.
    """
    digest = gates_digest(workspace.plans.presets.values())
    from migrate.workspace.seal import seal_of

    record = {"trust": True, "gates": digest, "seal": seal_of(workspace.root, digest)}
    try:
        disk.make_private()
        disk.record(TRUST, (json.dumps(record, indent=2) + "\n").encode())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "look at what stands there; without a record, trust is given each time: --run-gates"
        raise Refused(f"cannot be written: {reason}", TRUST, hint) from error
