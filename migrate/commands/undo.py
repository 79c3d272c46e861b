"""`migrate undo`: take rollout steps back, byte for byte; of shared files, their own lines."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from migrate.changes import Change, ChangeSet
from migrate.errors import Refused, raise_all
from migrate.loading.graph import Graph
from migrate.locations import SUFFIXES
from migrate.plan import select
from migrate.resolve import Resolver
from migrate.trees.tree import Overlay
from migrate.workspace.take_back import ONLY_LINES, taken_back, undo_order
from migrate.workspace.workspace import Workspace


@dataclass(frozen=True)
class UndoResult:
    """The changes that take steps back; none if the preset was not applied."""

    name: str
    changes: ChangeSet
    names: tuple[str, ...] = ()
    """The presets whose steps go, in the order in which they are taken back."""

    @property
    def partly(self) -> list[Change]:
        """Files in which others wrote too: only what the steps wrote was taken back."""
        return [change for change in self.changes if change.why.startswith(ONLY_LINES)]


def undo(workspace: Workspace, name: str, with_dependents: bool = False) -> UndoResult:
    """Propose the inverse of a step, from its evidence and the legacy tree.

    Raises TreeMoved for what was edited since, Refused while later steps build on this one (but
    `with_dependents`, which takes them back too), or where what is needed is missing.
    """
    planned = select(workspace.plans, [name])[0]
    if planned.name not in workspace.evidence:
        return UndoResult(name, ChangeSet())
    order = undo_order(workspace, name)
    if len(order) > 1 and not with_dependents:
        raise _builds(workspace, order)
    changes = taken_back(workspace, order)
    _still_extended(workspace, changes)
    return UndoResult(name, changes, tuple(order))


def _builds(workspace: Workspace, order: list[str]) -> Refused:
    *later, name = order
    verb = "builds" if len(later) == 1 else "build"
    commands = " && ".join(f"migrate undo --preset {shlex.quote(other)}" for other in later)
    together = f"migrate undo --preset {shlex.quote(name)} --with-dependents"
    what = f"{', '.join(later)} {verb} on {name}"
    target = workspace.evidence[name].target
    return Refused(what, target, f"undo first: {commands}; or all at once: {together}")


def _still_extended(workspace: Workspace, changes: ChangeSet) -> None:
    """A config that no step made may extend by now what a step made. Raises Refused."""
    if not any(path.endswith(SUFFIXES) for path in changes.deleted):
        return
    after = Overlay(workspace.tree, changes)
    graph = Graph(Resolver(after, workspace.dialect), layout=workspace.layout)
    links = [link for path in changes.deleted for link in graph.links_to(path)]
    hint = "let it extend another file, then undo again"
    raise_all(
        [
            Refused(f"extends {link.target}, which undo takes away", link.place, hint)
            for link in links
        ]
    )
