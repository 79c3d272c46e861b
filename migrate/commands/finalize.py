"""`migrate finalize`: the gate, then the legacy tree goes; the evidence stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrate.changes import Change, ChangeSet
from migrate.findings import ERROR, WARNING, Finding
from migrate.locations import LEGACY
from migrate.references import Renames, naming, scan
from migrate.rollout.legacy import MANIFEST
from migrate.verification.result import Verified
from migrate.verification.run import verify
from migrate.workspace.sweep import amendments
from migrate.workspace.workspace import Workspace


@dataclass(frozen=True)
class Finalized:
    """What the gate said, and what goes; nothing goes if it is closed."""

    verified: Verified
    changes: ChangeSet
    dry_run: bool = False


def finalize(workspace: Workspace, gates: bool = False, dry_run: bool = False) -> Finalized:
    """Propose the removal of the legacy tree. The caller lands it if the gate is open.

    Whatever names a frozen file is a finding: code and configs close the gate, prose is told.
    """
    verified = verify(workspace, gates=gates)
    said = {finding.place for finding in verified.findings if finding.rule == "legacy"}
    found = [finding for finding in _into_legacy(workspace) if finding.place not in said]
    verified.findings += found
    verified.checks["legacy"] = sum(finding.level == ERROR for finding in found)
    if verified.failed(strict=False):
        return Finalized(verified, ChangeSet(), dry_run)
    gone = [path for path in workspace.tree.files() if path.startswith(f"{LEGACY}/")]
    changes = [Change(path, workspace.tree.read(path), None, "finalized") for path in gone]
    return Finalized(verified, ChangeSet.of([*changes, *amendments(workspace)]), dry_run)


def _into_legacy(workspace: Workspace) -> Iterator[Finding]:
    """Everything that would point nowhere once the legacy tree is gone."""
    if not workspace.tree.exists(MANIFEST):
        return
    plans, tree = workspace.plans, workspace.tree
    frozen = [path for path in tree.files() if path.startswith(f"{LEGACY}/")]
    wanted = Renames.looking_for(frozen, plans.config_root, plans.dialect.keys, plans.layout)
    files = naming(tree, wanted, plans.include, plans.exclude)
    for one in scan(tree, wanted, among=files):
        level = ERROR if one.dangles else WARNING
        live = workspace.rollout.live(one.target)
        instead = f"name {live}" if tree.exists(live) else "name what replaced it"
        what = f"names {one.target}, which finalize removes"
        yield Finding("legacy", what, one.place, one.reason or instead, level)
