"""Rollout steps one after another, as they would be landed; a step whose plan changed is redone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from migrate.canonical import RenderedPart
from migrate.changes import Change, ChangeSet
from migrate.errors import Refused, raise_all
from migrate.plan import PlannedPreset
from migrate.rollout.build import BuiltPreset
from migrate.rollout.evidence import record, with_evidence
from migrate.rollout.steps import Proposal, Proposer
from migrate.workspace.take_back import taken_back, undo_order

if TYPE_CHECKING:
    from migrate.workspace.workspace import Workspace


class Step(NamedTuple):
    """One rollout step as it would be landed: the proposal, and its changes with the evidence.

    `landing` is what is written when the step is reached. It is empty for one that lands together
    with those behind it: a preset is redone in one landing with all that build on it.
    """

    proposal: Proposal
    changes: ChangeSet
    landing: ChangeSet
    redone: bool = False

    @property
    def landed(self) -> Step:
        """What is told of it later: without the texts, which are on disk now."""
        proposal = self.proposal
        told = proposal._replace(
            written=proposal.written._replace(content=b""),
            proof=proposal.proof._replace(resolved=RenderedPart("")),
            changes=_told(proposal.changes),
        )
        return self._replace(
            proposal=told, changes=_told(self.changes), landing=_told(self.landing)
        )


def _told(changes: ChangeSet) -> ChangeSet:
    return ChangeSet(
        tuple(
            change._replace(
                before=None if change.before is None else b"",
                after=None if change.after is None else b"",
            )
            for change in changes
        )
    )


def steps(
    workspace: Workspace, pending: Iterable[PlannedPreset], made: Iterable[BuiltPreset | None]
) -> Iterator[Step]:
    """Propose each step on the tree that the steps before it leave.

    `made` is what was made of each preset elsewhere, None for what is to be made here. Raises as
    the first step that is refused, TreeMoved for one to be redone that was edited since.
    """
    proposer = Proposer(
        workspace.rollout, workspace.tree, workspace.evidence, workspace.likely, workspace.follow
    )
    done: set[str] = set()
    for planned, migrated in zip(pending, made, strict=False):
        if planned.name in done:
            continue
        if planned.name in workspace.evidence:
            group = _group(workspace, planned, done)
            yield from _redone(workspace, proposer, group)
            done.update(group)
        else:
            proposal = proposer.propose(planned, migrated)
            changes = _recorded(workspace, proposal)
            yield Step(proposal, changes, changes)
            workspace.rollout.forget(planned, proposal.written.content)


def _recorded(workspace: Workspace, proposal: Proposal) -> ChangeSet:
    planned = workspace.plans.presets[proposal.name]
    frozen = workspace.frozen_after(proposal.changes)
    return with_evidence(proposal, record(proposal, planned, frozen, workspace.layout))


def _group(workspace: Workspace, planned: PlannedPreset, done: set[str]) -> list[str]:
    """A preset to be redone and all that must be with it, in the order to undo them in.

    Others whose plans changed too, and that share one of these, are of the group.
    """
    stale = [name for name in workspace.evidence if workspace.is_stale(name) and name not in done]
    orders = {name: undo_order(workspace, name) for name in stale}
    group = dict.fromkeys(orders.pop(planned.name))
    while joined := [name for name, order in orders.items() if group.keys() & order]:
        for name in joined:
            group.update(dict.fromkeys(orders.pop(name)))
    return list(group)


def _redone(workspace: Workspace, proposer: Proposer, group: Sequence[str]) -> Iterator[Step]:
    """Undo and apply again, in one landing: the last step's."""
    again = [planned for planned in workspace.plans.in_order() if planned.name in group]
    _refuse_old_targets(workspace, again)
    back = taken_back(workspace, group, proposer.tree)
    proposer.take_back(back, group)
    landed: list[ChangeSet] = [back]
    for number, planned in enumerate(again, 1):
        proposal = proposer.propose(planned)
        landed.append(_recorded(workspace, proposal))
        whole = combined(landed) if number == len(again) else ChangeSet()
        yield Step(proposal, landed[-1], whole, redone=True)


def _refuse_old_targets(workspace: Workspace, again: Sequence[PlannedPreset]) -> None:
    """Raises Refused for a plan that still extends where a preset of these was before."""
    targets = workspace.rollout.targets
    moved = {workspace.evidence[one.name].target: one.preset.to for one in again}
    raise_all(
        [
            Refused(
                f"{planned.name} extends {path}, which the plan moves to {moved[path]}",
                planned.place_of("extends"),
                f"extend {moved[path]} there",
            )
            for planned in again
            for path in planned.preset.extends
            if path in moved and path not in targets
        ]
    )


def combined(sets: Iterable[ChangeSet]) -> ChangeSet:
    """Change sets that follow one another, as one."""
    whole: dict[str, Change] = {}
    for changes in sets:
        for change in changes:
            first = whole.get(change.path)
            before = change.before if first is None else first.before
            whole[change.path] = change._replace(before=before)
    return ChangeSet.of(whole.values())
