"""`migrate port --decline`: the edit of an old file that no preset is to have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from migrate.changes import Change, ChangeSet, sha256
from migrate.discovery.drafts import inner_path
from migrate.discovery.plan_files import PlanTexts
from migrate.errors import InputError, MigrateError, Refused, nearest
from migrate.plan import load_plans
from migrate.rollout.legacy import MANIFEST
from migrate.rollout.missed_edits import OldConfig
from migrate.rollout.steps import Sweep
from migrate.trees.tree import Overlay
from migrate.workspace.edit_source import bring
from migrate.workspace.sweep import sweep_after
from migrate.workspace.workspace import Workspace


@dataclass
class Decline:
    """The old files whose edits are declined, and the landing that writes it down."""

    files: tuple[str, ...]
    reason: str
    plan: str
    """The plan file that says so."""
    changes: ChangeSet
    swept: Sweep = field(default_factory=Sweep)
    kept: list[MigrateError] = field(default_factory=list)
    """What keeps old files from going again, such as code that names one."""


def decline(
    workspace: Workspace, files: Sequence[str], reason: str, revision: str | None = None
) -> Decline:
    """Write into the plans that the edits of these old files, as they are now or in a revision, are
    not wanted. Another edit of the same file is told again.

    Raises InputError for a file without an edit, Refused for one that a preset still loads.
    """
    if not reason.strip():
        raise InputError("the reason is empty", None, "--reason TEXT: say why, for who reads it")
    if not workspace.tree.exists(MANIFEST):
        hint = "`migrate init` begins a rollout; when it is over, presets are edited themselves"
        raise Refused("there is no legacy tree that says what was edited", MANIFEST, hint)
    edited = _edited(workspace, revision)
    paths = [workspace.path(given) for given in files]
    for path in paths:
        if path not in edited:
            told = (
                f"an edit is in {', '.join(sorted(edited)[:8])}"
                if edited
                else "no old file has one"
            )
            hint = nearest(path, edited) or told
            raise InputError("holds no edit that a preset could lack", path, hint)
        _refuse_loaded(workspace, path)
    plan = _with_declined(workspace, {path: sha256(edited[path]) for path in paths}, reason)
    changes = ChangeSet.of(plan)
    load_plans(Overlay(workspace.tree, changes), workspace.plans.folder)
    result = Decline(tuple(paths), reason, plan[0].path, changes)
    result.changes, result.swept, result.kept = sweep_after(workspace, changes)
    return result


def _edited(workspace: Workspace, revision: str | None) -> dict[str, bytes]:
    """The content of each old file that says otherwise than its record, by its live path."""
    if revision is not None:
        return dict(bring(workspace, revision).incoming.edited)
    old = workspace.rollout.old
    found = {file.path: workspace.tree.read(file.path) for file in old.moved.values()}
    return {**dict(_brought(workspace)), **found}


def _brought(workspace: Workspace) -> Iterator[tuple[str, bytes]]:
    """The old files whose frozen copies hold an edit that an applied preset lacks."""
    rollout = workspace.rollout
    for name, evidence in workspace.evidence.items():
        config = OldConfig(rollout, workspace.plans.presets[name], evidence, workspace.resolver)
        for path, digest in evidence.chain:
            if rollout.old.frozen_digests.get(path) != digest and config.lacks_edit_of(path):
                yield rollout.live(path), workspace.tree.read(path)


def _refuse_loaded(workspace: Workspace, path: str) -> None:
    """Raises Refused for a file that a preset is made of which waits for its step."""
    users = workspace.rollout.users.get(workspace.plans.layout.frozen(path), [])
    waiting = [name for name in users if name not in workspace.evidence]
    if waiting and workspace.tree.exists(path):
        what = f"is loaded by {', '.join(waiting)}, whose step takes it as it stands"
        raise Refused(what, path, "take the edit back in the file itself")


def _with_declined(workspace: Workspace, digests: dict[str, str], reason: str) -> list[Change]:
    root = workspace.plans.config_root
    entries = [
        {"file": inner_path(path, root), "sha256": digest, "reason": reason.strip()}
        for path, digest in digests.items()
    ]
    texts = PlanTexts(workspace.tree, workspace.layout)
    texts.add_declined(entries)
    return list(texts.changes())
