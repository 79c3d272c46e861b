"""`migrate plan`: the steps as they would be landed, one after another; nothing is written."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import repeat

from migrate.changes import Change
from migrate.errors import MigrateError
from migrate.plan import PlannedPreset, select
from migrate.resolve import Resolver
from migrate.rollout.build import BuiltPreset, PresetBuilder
from migrate.rollout.missed_edits import MissedEdit, OldConfig
from migrate.trees.tree import Overlay
from migrate.workers import HERE, Workers, each_chunk
from migrate.workspace.edit_source import with_merged_copies
from migrate.workspace.parallel import Progress, telling
from migrate.workspace.steps import Step
from migrate.workspace.workspace import Workspace

PORTION = 32
"""How many presets a process makes at a time: early steps are shown while late ones are made."""


def preview(
    workspace: Workspace,
    names: Iterable[str],
    workers: Workers = HERE,
    progress: Progress | None = None,
) -> Iterator[Step]:
    """The pending steps of these presets and of their parents; of all for no name.

    What each preset becomes is made by the workers, and they look for what names the old files; the
    steps are the same. Raises as the step that is refused.
    """
    workspace.rollout.workers = workers
    pending = workspace.pending(names, with_parents=True)
    made = _made(workspace, pending, workers) if workers.pool is not None else repeat(None)
    return workspace.steps(telling(pending, progress), made)


def behind(workspace: Workspace, names: Iterable[str]) -> list[tuple[str, MissedEdit]]:
    """The edits of old files that applied presets lack; of all for no name.

    A preset of which that cannot be said is left to `verify`, which says why.
    """
    found: list[tuple[str, MissedEdit]] = []
    edits = with_merged_copies(workspace) if workspace.evidence else workspace.rollout
    for planned in select(workspace.plans, names):
        evidence = workspace.evidence.get(planned.name)
        if evidence is not None and workspace.tree.exists(evidence.target):
            config = OldConfig(edits, planned, evidence, workspace.resolver)
            with suppress(MigrateError):
                found += ((planned.name, edit) for edit in config.missed())
    return found


def _made(
    workspace: Workspace, pending: Sequence[PlannedPreset], workers: Workers
) -> Iterator[BuiltPreset | None]:
    work = partial(make, workspace, os.urandom(8))
    portions = max(workers.number, -(-len(pending) // PORTION))
    return each_chunk(work, [planned.name for planned in pending], portions, workers.pool)


_here = threading.local()


def make(workspace: Workspace, run: bytes, names: list[str]) -> list[BuiltPreset | None]:
    """What each of these presets becomes; None where the step itself says what is wrong.

    `run` tells one command from the next: within one, a worker reads tree and plans once.
    """
    known, desk = getattr(_here, "desk", (b"", None))
    if desk is None or known != run:
        desk = ParallelBuilder(workspace.fresh())
        _here.desk = run, desk
    return [desk.migrated(name) for name in names]


class ParallelBuilder:
    """Makes presets of one workspace, apart from all steps; parents get their new text first."""

    def __init__(self, workspace: Workspace) -> None:
        self.plans = workspace.plans
        self.rollout = workspace.rollout
        self.tree = Overlay(workspace.tree)
        self.live = Resolver(self.tree, workspace.dialect)
        self.maker = PresetBuilder(self.rollout)

    def migrated(self, name: str) -> BuiltPreset | None:
        """What one preset becomes; None if that is refused."""
        planned = self.plans.presets[name]
        try:
            self._lay_parents(planned)
            written = self.maker.write(self.live, planned, self.plans.presets)
            after = Overlay(self.tree, [Change(written.target, None, written.content)])
            proof = self.maker.prove(after, self.live, written)
        except MigrateError:
            return None
        self.rollout.forget(planned, written.content)
        return BuiltPreset(written, proof)

    def _lay_parents(self, planned: PlannedPreset) -> None:
        """Put the new text of every preset below this one in its place, lowest first."""
        waiting = [planned]
        while waiting:
            current = waiting[-1]
            missing = list(self._missing(current))
            waiting += missing
            if not missing:
                waiting.pop()
                if current is not planned and current.preset.to not in self.tree.changed:
                    content = self.maker.content(self.live, current)
                    self.tree.lay([Change(current.preset.to, None, content)])

    def _missing(self, planned: PlannedPreset) -> Iterator[PlannedPreset]:
        for path in planned.preset.extends:
            other = self.rollout.targets.get(path)
            if (
                other is not None
                and path not in self.tree.changed
                and not self.tree.exists(self.plans.layout.evidence(other.name))
            ):
                yield other
