"""The tree a command works on: its root, its plans, and what was applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING

from migrate.changes import ChangeSet, sha256
from migrate.dialect import Dialect
from migrate.loading.graph import Graph
from migrate.plan import PlannedPreset, Plans, load_plans, select
from migrate.rollout.evidence import Evidence, plan_digest, read_evidence
from migrate.rollout.legacy import MANIFEST, is_frozen, read_manifest
from migrate.trees.globs import matcher
from migrate.workspace.view import View

if TYPE_CHECKING:
    from migrate.rollout.build import BuiltPreset
    from migrate.rollout.context import Rollout
    from migrate.rollout.old_tree import AppliedFiles
    from migrate.workspace.steps import Step


class Workspace(View):
    """One root with its plans. Every file is read once."""

    likely = False
    """Whether likely references are rewritten too."""

    with_origins = False
    """Whether new presets tell where each line came from."""

    follow = True
    """Whether steps look for references; `init` asks only what the configs become."""

    def __reduce__(self) -> tuple[object, ...]:
        """How it travels to another process, where presets are made."""
        return (*super().__reduce__(), {"with_origins": self.with_origins})

    def at(self, root: str) -> Workspace:
        """The same options in another root."""
        return Workspace(root, self.layout.plans, self.limits, self.dialect_name)

    def fresh(self) -> Workspace:
        """The same workspace, with nothing read yet."""
        fresh = self.at(self.root)
        fresh.with_origins = self.with_origins
        return fresh

    def forget(self) -> None:
        """Keep nothing that was made of the files: they are others by now."""
        for name in ("rollout", "evidence", "graph", "resolver", "loader"):
            self.__dict__.pop(name, None)

    @cached_property
    def plans(self) -> Plans:
        """The plans. Raises InputError if there are none, or if they have faults."""
        return load_plans(self.tree, self.layout.plans)

    def _planned_dialect(self) -> Dialect:
        return self.plans.dialect  # which are read once

    def is_out_of_sight(self, path: str) -> bool:
        """What the plans exclude is out of sight, too."""
        return super().is_out_of_sight(path) or self._excluded(path)

    @cached_property
    def _excluded(self) -> Callable[[str], bool]:
        return matcher(self.plans.exclude if self.plan_files() else ())

    @cached_property
    def graph(self) -> Graph:
        """Who extends whom in the tree as it is."""
        return Graph(self.resolver, self.plans.exclude, layout=self.layout)

    @cached_property
    def rollout(self) -> Rollout:
        """What the plans mean for the tree."""
        from migrate.rollout.context import Rollout  # what only reads needs none
        from migrate.rollout.old_tree import OldTree

        old = OldTree(self.plans, self.tree, self.dialect, self._applied_files())
        rollout = Rollout(self.plans, old, self.dialect, self.scans("steps"))
        rollout.with_origins = self.with_origins
        return rollout

    def _applied_files(self) -> AppliedFiles:
        """What the applied steps did to the old files, as their evidence has it."""
        from migrate.rollout.old_tree import AppliedFiles

        steps = self.evidence.values()
        known = AppliedFiles.of(
            [(one.source, one.target) for one in steps],
            {path for one in steps for path in one.retired},
            self.plans.layout,
        )
        edited = {one.target for one in steps if self._is_edited(one)}
        return known._replace(edited=frozenset(edited))

    def _is_edited(self, evidence: Evidence) -> bool:
        there = self.tree.exists(evidence.target)
        return there and sha256(self.tree.read(evidence.target)) != evidence.digest

    @cached_property
    def evidence(self) -> dict[str, Evidence]:
        """The evidence of every planned preset that was applied, by name."""
        found = ((name, read_evidence(self.tree, name, self.layout)) for name in self.plans.presets)
        return {name: evidence for name, evidence in found if evidence is not None}

    @cached_property
    def frozen_digests(self) -> dict[str, str]:
        """Legacy file by digest, to find the frozen copy of a content."""
        if not self.tree.exists(MANIFEST):
            return {}
        return {digest: path for path, digest in sorted(read_manifest(self.tree).items())}

    def frozen_after(self, changes: ChangeSet) -> dict[str, str]:
        """Legacy file by digest, once these changes are landed."""
        for change in changes:
            if change.after is not None and is_frozen(change.path):
                # Its old text is nowhere now: undoing the step takes back the edit.
                known = self.frozen_digests
                for digest in [d for d, path in known.items() if path == change.path]:
                    del known[digest]
                known[sha256(change.after)] = change.path
        return self.frozen_digests

    def pending(self, names: Iterable[str] = (), with_parents: bool = False) -> list[PlannedPreset]:
        """The chosen presets that wait for their step, or for it to be redone, in dependency order;
        all for no name."""
        chosen = {planned.name for planned in select(self.plans, names)}
        if with_parents:
            chosen |= self._ancestors(chosen)
        order = [planned for planned in self.plans.in_order() if planned.name in chosen]
        return [p for p in order if p.name not in self.evidence or self.is_stale(p.name)]

    def _ancestors(self, names: set[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            for path in self.plans.presets[waiting.pop()].preset.extends:
                other = self.rollout.targets.get(path)
                if other is not None and other.name not in found:
                    found.add(other.name)
                    waiting.append(other.name)
        return found

    def steps(
        self, pending: Iterable[PlannedPreset], made: Iterable[BuiltPreset | None] = repeat(None)
    ) -> Iterator[Step]:
        """Propose one step after another, each on the tree that the steps before it leave.

        `made` is what was made of each preset elsewhere, None for what is to be made here.
        """
        from migrate.workspace.steps import steps

        return steps(self, pending, made)

    def is_stale(self, name: str) -> bool:
        """Whether a preset is applied, and its plan was edited since: its step is to be redone."""
        evidence = self.evidence.get(name)
        return evidence is not None and evidence.plan != plan_digest(self.plans.presets[name])
