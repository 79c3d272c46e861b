"""Retire what steps have left over: `apply` does it when its steps are done, `plan` shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrate.canonical import ready
from migrate.changes import Change, ChangeSet
from migrate.errors import MigrateError
from migrate.locations import LEGACY
from migrate.rollout.context import Rollout
from migrate.rollout.evidence import Amendment, amended
from migrate.rollout.leftovers import Leftover, leftovers
from migrate.rollout.missed_edits import OldConfig
from migrate.rollout.steps import Proposer, Sweep
from migrate.trees.tree import Overlay
from migrate.workspace.steps import combined
from migrate.workspace.workspace import Workspace


def sweep(workspace: Workspace, names: Iterable[str] = ()) -> Sweep:
    """Propose the landing that retires leftovers; of the named presets, if there are names.

    What people edited goes only once all its presets have the edit; their evidence is amended.
    Raises Refused for a reference in code that would dangle.
    """
    wanted = set(names)
    there = found_leftovers(workspace)
    chosen = [one for one in there if not wanted or wanted.intersection(one.users)]
    lacking = {one: tuple(_missed(workspace, one)) for one in chosen}
    waiting = tuple((one, names) for one, names in lacking.items() if names)
    going = [one for one in chosen if not lacking[one]]
    if not going:
        return Sweep(waiting=waiting)
    proposer = Proposer(
        workspace.rollout, workspace.tree, workspace.evidence, workspace.likely, workspace.follow
    )
    proposed = proposer.sweep(going)
    records = _records(workspace, proposed)
    changes = ChangeSet.of([*proposed.changes, *records])
    return proposed._replace(changes=changes, waiting=waiting)


def sweep_after(
    workspace: Workspace, changes: ChangeSet, names: Iterable[str] = ()
) -> tuple[ChangeSet, Sweep, list[MigrateError]]:
    """Changes together with the sweep of what they leave over, as one landing; where that is
    refused the changes alone, and why."""
    after = workspace.fresh()
    after.likely, after.tell = workspace.likely, workspace.tell
    after.tree = Overlay(workspace.tree, changes)
    try:
        swept = sweep(after, names)
    except MigrateError as error:
        return changes, Sweep(), list(error.faults())
    return combined([changes, swept.changes]), swept, []


def found_leftovers(workspace: Workspace) -> list[Leftover]:
    """Every leftover of the tree."""

    def rollout() -> Rollout:
        return workspace.rollout

    applied = list(workspace.evidence)
    return leftovers(workspace.rollout.old, rollout, applied, workspace.evidence.get)


def _old_config(workspace: Workspace, name: str) -> OldConfig:
    planned, evidence = workspace.plans.presets[name], workspace.evidence[name]
    return OldConfig(workspace.rollout, planned, evidence, workspace.resolver)


def _missed(workspace: Workspace, leftover: Leftover) -> Iterator[str]:
    """The presets that lack an edit of a leftover."""
    for name in leftover.users:
        if _old_config(workspace, name).lacks_edit_of(leftover.frozen):
            yield name


def amendments(workspace: Workspace) -> list[Change]:
    """The evidence of presets to which edits of their old files were carried over since: it takes
    in what the legacy tree by now says, so that the record stands alone."""
    records: list[Change] = []
    for name, evidence in workspace.evidence.items():
        if _old_config(workspace, name).changed:
            amendment = _amendment(workspace, name)
            records.append(amended(evidence, [], workspace.frozen_digests, amendment))
    return records


def _records(workspace: Workspace, proposed: Sweep) -> list[Change]:
    """The evidence that follows. The last preset that used any of the files records that they went,
    so that undoing its step brings them back; of an edited one, every user records the newer text.
    """
    newer = workspace.frozen_after(proposed.changes)
    moved = {file.frozen for file in proposed.moved}
    users = {name for one in proposed.leftovers for name in one.users}
    last = [name for name in workspace.evidence if name in users][-1:]
    records: list[Change] = []
    for name, evidence in workspace.evidence.items():
        gone = [change for change in proposed.changes if name in last and not _record(change.path)]
        edited = any(path in moved for path, _ in evidence.chain)
        amendment = _amendment(workspace, name) if edited else None
        if gone or amendment:
            records.append(amended(evidence, gone, newer, amendment))
    return records


def _record(path: str) -> bool:
    """Whether a path is the legacy tree's: the newer text stays there, whatever is undone."""
    return path.startswith(f"{LEGACY}/")


def _amendment(workspace: Workspace, name: str) -> Amendment:
    """The newer texts of a preset's old files, and the old config with them."""
    config, old = _old_config(workspace, name), workspace.rollout.old
    today = {path: old.digest(path) for path, _ in config.evidence.chain}
    digests = {path: today[path] for path, digest in config.evidence.chain if today[path] != digest}
    return Amendment(digests, ready(config.today), tuple(config.edits()))
