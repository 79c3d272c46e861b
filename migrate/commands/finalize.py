"""`migrate finalize`: the gate, then the legacy tree goes; the evidence stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrate.changes import Change, ChangeSet
from migrate.findings import ERROR, WARNING, Finding
from migrate.locations import LEGACY, Place, parents
from migrate.references import IgnoredReference, Renames, naming, scan
from migrate.rollout.legacy import MANIFEST
from migrate.rollout.reference_updates import successor
from migrate.trees.foreign import Foreign
from migrate.trees.tree import Tree
from migrate.verification.result import VerifyResult
from migrate.verification.run import verify
from migrate.workspace.sweep import amendments
from migrate.workspace.workspace import Workspace


@dataclass(frozen=True)
class FinalizeResult:
    """What the gate said, and what goes; nothing goes if it is closed."""

    verified: VerifyResult
    changes: ChangeSet
    dry_run: bool = False


def finalize(workspace: Workspace, gates: bool = False, dry_run: bool = False) -> FinalizeResult:
    """Propose the removal of the legacy tree. The caller lands it if the gate is open.

    Whatever names a frozen file is a finding: code and configs close the gate, prose is told.
    """
    verified = verify(workspace, gates=gates)
    said = {finding.place for finding in verified.findings if finding.rule == "legacy"}
    found = [finding for finding in _into_legacy(workspace) if finding.place not in said]
    verified.findings += found
    verified.checks["legacy"] = sum(finding.level == ERROR for finding in found)
    if verified.failed(strict=False):
        return FinalizeResult(verified, ChangeSet(), dry_run)
    gone = [path for path in workspace.tree.files() if path.startswith(f"{LEGACY}/")]
    changes = [Change(path, workspace.tree.read(path), None, "finalized") for path in gone]
    return FinalizeResult(verified, ChangeSet.of([*changes, *amendments(workspace)]), dry_run)


def _into_legacy(workspace: Workspace) -> Iterator[Finding]:
    """Everything that would point nowhere once the legacy tree is gone."""
    if not workspace.tree.exists(MANIFEST):
        return
    plans, tree = workspace.plans, workspace.tree
    frozen = [path for path in tree.files() if path.startswith(f"{LEGACY}/")]
    yield from _links_into(workspace.tree)
    above = {folder for path in frozen for folder in parents(path)}
    folders = sorted(one for one in above if f"{one}/".startswith(f"{LEGACY}/"))
    said = {path: successor(plans, path) for path in (*frozen, *folders)}
    moves = {path: one if isinstance(one, IgnoredReference) else None for path, one in said.items()}
    keys = plans.dialect.keys
    wanted = Renames(moves, plans.config_root, keys, rename=False, layout=plans.layout)
    files = naming(tree, wanted, plans.include, plans.exclude)
    for one in scan(tree, wanted, among=files):
        if one.ignored:
            continue
        level = ERROR if one.dangles else WARNING
        live = workspace.rollout.live(one.target)
        instead = f"name {live}" if tree.exists(live) else "name what replaced it"
        instead += ", or say under `references:` in the plan why that may stay"
        what = f"names {one.target}, which finalize removes"
        yield Finding("legacy", what, one.place, one.reason or instead, level)


def _links_into(tree: Tree) -> Iterator[Finding]:
    """Symbolic links that lead into the legacy tree."""
    for link, target in sorted(Foreign(tree).links.items()):
        if f"{target}/".startswith(f"{LEGACY}/") and not link.startswith(f"{LEGACY}/"):
            what = f"is a symbolic link to {target}, which finalize removes"
            yield Finding("legacy", what, Place(link), "let it lead to what replaced that")
