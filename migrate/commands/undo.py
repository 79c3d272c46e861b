"""`migrate undo`: take one rollout step back, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass

from migrate.changes import Change, ChangeSet, sha256
from migrate.commands.workspace import Workspace
from migrate.errors import InputError, MigrateError, Refused, TreeMoved, raise_all
from migrate.evidence import Evidence, Step, evidence_path, undo_edits
from migrate.graph import SUFFIXES, Link, links_of
from migrate.plan import select
from migrate.resolve import Resolver
from migrate.tree import Overlay


@dataclass(frozen=True)
class Undone:
    """The changes that take a step back; none if the preset was not applied."""

    name: str
    changes: ChangeSet


def undo(workspace: Workspace, name: str) -> Undone:
    """Propose the inverse of a step, from its evidence and the legacy tree.

    Raises TreeMoved for what was edited since, Refused while later steps build on this one, or
    where what is needed is missing.
    """
    planned = select(workspace.plans, [name])[0]
    evidence = workspace.evidence.get(planned.name)
    if evidence is None:
        return Undone(name, ChangeSet())
    _nothing_builds_on_it(workspace, evidence)
    faults: list[MigrateError] = []
    changes: list[Change] = []
    for step in evidence.steps:
        try:
            changes.append(_inverse(workspace, step))
        except MigrateError as error:
            faults.append(error)
    raise_all(faults)
    _refuse(evidence, _deleted_by(workspace, _missing(workspace, changes)))
    record = evidence_path(name)
    changes.append(Change(record, evidence.content, None, "no longer applied"))
    return Undone(name, ChangeSet.of(changes))


def _nothing_builds_on_it(workspace: Workspace, evidence: Evidence) -> None:
    """Later steps build on this one if they extend its target, or changed what it brings back."""
    mine = {step.path for step in evidence.steps}
    later = [
        other.name
        for other in workspace.evidence.values()
        if other.name != evidence.name
        and (
            evidence.target in workspace.plans.presets[other.name].preset.extends
            or any(step.path in mine and _after(evidence, step) for step in other.steps)
        )
    ]
    _refuse(evidence, later)


def _refuse(evidence: Evidence, later: list[str]) -> None:
    if later:
        verb = "builds" if len(later) == 1 else "build"
        commands = " && ".join(f"migrate undo --preset {other}" for other in reversed(later))
        what = f"{', '.join(later)} {verb} on {evidence.name}"
        raise Refused(what, evidence.target, f"undo first: {commands}")


def _after(evidence: Evidence, step: Step) -> bool:
    """Whether another step began from what this one wrote."""
    return any(step.path == own.path and step.before == own.after for own in evidence.steps)


def _missing(workspace: Workspace, changes: list[Change]) -> set[str]:
    """What the files brought back extend, and is not there."""
    after = Overlay(workspace.tree, changes)
    resolver = Resolver(after, workspace.dialect)
    back = [change.path for change in changes if change.after is not None]
    links = [link for path in back if path.endswith(SUFFIXES) for link in _links(resolver, path)]
    return {link.target for link in links if not after.exists(link.target)}


def _links(resolver: Resolver, path: str) -> list[Link]:
    try:
        return links_of(resolver, path)
    except MigrateError:
        return []  # no config of ours: a file in which a path was rewritten


def _deleted_by(workspace: Workspace, paths: set[str]) -> list[str]:
    """The applied steps that deleted any of these files."""
    return [
        other.name
        for other in workspace.evidence.values()
        if any(step.after is None and step.path in paths for step in other.steps)
    ]


def _inverse(workspace: Workspace, step: Step) -> Change:
    tree = workspace.tree
    now = tree.read(step.path) if tree.exists(step.path) else None
    found = sha256(now) if now is not None else None
    if found != step.after:
        what = f"was edited since: applied {_short(step.after)}, found {_short(found)}"
        raise TreeMoved(what, step.path, "take the edit back first")
    return Change(step.path, now, _before(workspace, step, now), "undo")


def _short(digest: str | None) -> str:
    return digest[:12] if digest else "no file"


def _before(workspace: Workspace, step: Step, now: bytes | None) -> bytes | None:
    if step.before is None:
        return None
    if step.legacy is not None:
        if not workspace.tree.exists(step.legacy):
            hint = "restore the legacy tree from version control"
            raise InputError(f"{step.legacy} is missing, which holds what it was", step.path, hint)
        content = workspace.tree.read(step.legacy)
    else:
        content = undo_edits(now or b"", step.edits)
    if sha256(content) != step.before:
        hint = "restore the legacy tree and the evidence from version control"
        raise InputError("cannot be brought back: the record does not match", step.path, hint)
    return content
