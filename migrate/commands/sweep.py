"""Retire what steps have left over: `apply` does it when its steps are done, `plan` shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrate.canonical import ready
from migrate.changes import Change, ChangeSet
from migrate.commands.workspace import Workspace
from migrate.evidence import Amendment, amended
from migrate.leftovers import Leftover, leftovers
from migrate.locations import LEGACY
from migrate.missed_edits import OldConfig
from migrate.propose import Proposer, Sweep
from migrate.rollout import Rollout


def sweep(workspace: Workspace, names: Iterable[str] = ()) -> Sweep:
    """Propose the landing that retires leftovers; of the named presets, if there are names.

    What people edited goes only once all its presets have the edit; their evidence is amended.
    Raises Refused for a reference in code that would dangle.
    """
    wanted = set(names)
    there = found_leftovers(workspace)
    chosen = [one for one in there if not wanted or wanted.intersection(one.users)]
    going = [one for one in chosen if not any(_missed(workspace, one))]
    if not going:
        return Sweep()
    proposer = Proposer(
        workspace.rollout, workspace.tree, workspace.evidence, workspace.likely, workspace.follow
    )
    proposed = proposer.sweep(going)
    records = _records(workspace, proposed)
    return proposed._replace(changes=ChangeSet.of([*proposed.changes, *records]))


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
    if leftover.frozen in workspace.rollout.old.moved:
        for name in leftover.users:
            if _old_config(workspace, name).missed():
                yield name


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
        edited = [path for path, _ in evidence.chain if path in moved]
        amendment = _amendment(workspace, name, edited, newer) if edited else None
        if gone or amendment:
            records.append(amended(evidence, gone, newer, amendment))
    return records


def _record(path: str) -> bool:
    """Whether a path is the legacy tree's: the newer text stays there, whatever is undone."""
    return path.startswith(f"{LEGACY}/")


def _amendment(
    workspace: Workspace, name: str, edited: list[str], newer: dict[str, str]
) -> Amendment:
    """The newer texts of some old files of a preset, and the old config with them."""
    config = _old_config(workspace, name)
    digests = {path: digest for digest, path in newer.items() if path in edited}
    return Amendment(digests, ready(config.today), tuple(config.edits()))
