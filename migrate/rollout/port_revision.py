"""What a revision changed in old files that are gone here, merged into their record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from migrate.changes import Change, sha256
from migrate.dialect import Dialect
from migrate.errors import MigrateError
from migrate.loading.graph import Graph
from migrate.loading.trainer import PlainLoader
from migrate.locations import SUFFIXES, KeyPath
from migrate.parity import differences, equal, find
from migrate.plan import Plans
from migrate.resolve import Resolver
from migrate.rollout.evidence import read_evidence
from migrate.rollout.missed_edits import whole_values
from migrate.rollout.old_tree import AppliedFiles, MovedFile, OldTree
from migrate.rollout.own_lines import carried_over
from migrate.rollout.port_text import KeyWords, carried
from migrate.rollout.port_values import Goal, goal, with_goals
from migrate.trees.tree import Overlay, Tree


class Incoming(NamedTuple):
    """What a revision brings. Paths are where the files stood before the rollout."""

    files: tuple[MovedFile, ...] = ()
    """The old files with its edits, in place of their frozen texts; and those that are new."""
    edited: Mapping[str, bytes] = {}
    """Every old file that it edited and that is gone here, as the revision has it."""
    clashes: Mapping[str, tuple[Goal, ...]] = {}
    """Keys that the record says otherwise too, by frozen path."""
    waiting: tuple[str, ...] = ()
    """Files that it edited and that are still here: a merge brings their edits."""
    deleted: tuple[str, ...] = ()
    """Old files that it deleted."""
    late: tuple[str, ...] = ()
    """Presets that it added, which nobody planned."""
    touched: tuple[MovedFile, ...] = ()
    """Frozen copies into which git merged an edit."""
    back: Mapping[str, bytes] = {}
    """What stands at the places of retired files that are back, by path; what is new of it is
    merged into their records already."""


class OldFiles:
    """The old files as one revision has them, whatever was migrated there already."""

    def __init__(self, plans: Plans, tree: Tree, dialect: Dialect) -> None:
        records = [read_evidence(tree, name, plans.layout) for name in plans.presets]
        steps = [one for one in records if one is not None]
        applied = AppliedFiles.of(
            [(one.source, one.target) for one in steps],
            {path for one in steps for path in one.retired},
            plans.layout,
        )
        self.plans = plans
        self.tree = tree
        self.old = OldTree(plans, tree, dialect, applied)

    def text(self, path: str) -> bytes | None:
        """A file by the path at which it stood; None where the revision has none."""
        frozen = self.plans.layout.frozen(path)
        if self.old.frozen_digests and self.old.tree.exists(frozen):
            return self.old.tree.read(frozen)
        there = self.tree.exists(path) and path not in self.old.applied.targets
        return self.tree.read(path) if there else None


class Incomer:
    """Compares two moments of a revision, and puts what changed into the old files of today."""

    def __init__(
        self, old: OldTree, base: Tree, tip: Tree, back: Mapping[str, bytes] | None = None
    ) -> None:
        self.old = old
        self.back = back or {}
        """What stands at the places of old files that are merged already, by path."""
        self.plans = old.plans
        self.dialect = old.dialect
        self.base = OldFiles(self.plans, base, self.dialect)
        self.tip = OldFiles(self.plans, tip, self.dialect)

    def incoming(self) -> Incoming:
        """What is brought. Raises InputError for what cannot be read there."""
        files: list[MovedFile] = []
        edited: dict[str, bytes] = {}
        clashes: dict[str, tuple[Goal, ...]] = {}
        waiting: list[str] = []
        deleted: list[str] = []
        for frozen in self.old.frozen_digests:
            path = self.old.live(frozen)
            before, after = self.base.text(path), self.tip.text(path)
            if before == after:
                continue
            if self.old.is_live(frozen):
                here = self.back.get(path) or self.old.below.read(path)
                if path not in self.old.staying and here != after:
                    waiting.append(path)
            elif after is None:
                deleted.append(path)
            else:
                edited[path] = after
                if not self._is_declined(path, after):
                    text, clashing = merged(self.old, path, frozen, before or b"", after)
                    ours = self.old.tree.read(frozen)
                    if text != ours:
                        files.append(MovedFile(path, frozen, self._recorded(frozen), text))
                    if clashing:
                        clashes[frozen] = clashing
        late = self._late()
        files += self._added(late)
        return Incoming(
            tuple(files), edited, clashes, tuple(waiting), tuple(deleted), tuple(sorted(late))
        )

    def _is_declined(self, path: str, content: bytes) -> bool:
        return (path, sha256(content)) in self.plans.declined

    def _recorded(self, frozen: str) -> bytes | None:
        return self.old.below.read(frozen) if self.old.below.exists(frozen) else None

    # Files that are new.

    def _late(self) -> set[str]:
        """The presets that the revision added: nothing there extends them, and they build on old
        files that are gone here."""
        tree = self.tip.tree
        resolver = Resolver(tree, self.dialect)
        graph = Graph(resolver, self.plans.exclude, layout=self.plans.layout)
        planned = {self.plans.live_path(one.preset.from_) for one in self.plans.presets.values()}
        new = [
            path
            for path in graph.links
            if path not in planned
            and path not in graph.extended
            and not self.base.tree.exists(path)
            and not self.old.below.exists(path)
        ]
        return {path for path in new if self._needs_old(resolver, path)}

    def _needs_old(self, resolver: Resolver, path: str) -> bool:
        try:
            chain = resolver.resolve(path).paths
        except MigrateError:
            return False
        frozen = self.plans.layout.frozen
        return any(
            frozen(one) in self.old.frozen_digests and not self.old.below.exists(one)
            for one in chain
        )

    def _added(self, late: set[str]) -> Iterator[MovedFile]:
        """Fragments that the revision added: old files may extend them."""
        root = self.plans.config_root
        for path in self.tip.tree.files():
            inside = root == "." or path.startswith(f"{root}/")
            fragment = inside and path.endswith(SUFFIXES) and not self.plans.layout.is_record(path)
            known = self.base.tree.exists(path) or self.old.below.exists(path)
            frozen = self.plans.layout.frozen(path)
            if fragment and not known and path not in late and not self.old.tree.exists(frozen):
                yield MovedFile(path, frozen, None, self.tip.tree.read(path))


def merged(
    old: OldTree,
    path: str,
    frozen: str,
    before: bytes,
    after: bytes,
    doubtful: Callable[[KeyPath, Any], str] | None = None,
) -> tuple[bytes, tuple[Goal, ...]]:
    """The recorded text of an old file with the edit that leads from `before` to `after`, and the
    keys that the record says otherwise too.

    `doubtful` gives the reason for which a key and its new value may be no edit at all; such a key
    is left alone and told among the others. Raises InputError for a text that cannot be loaded.
    """
    ours = old.tree.read(frozen)
    if ours == after or (ours == before and doubtful is None):
        return after, ()

    def load(content: bytes) -> dict[Any, Any]:
        tree = Overlay(old.tree, [Change(frozen, ours, content)])
        return PlainLoader(tree, old.dialect).own(frozen)

    base, theirs, here = load(before), load(after), load(ours)
    keys = dict.fromkeys(whole_values(one.path) for one in differences(base, theirs))
    goals = [goal(key, find(base, key), find(theirs, key), here) for key in keys]
    if doubtful is not None:
        goals = [_in_doubt(one, doubtful) for one in goals]
    reached = [one for one in goals if not one.conflict]
    text = carried(
        ours,
        [carried_over(before, after, ours)],
        with_goals(here, reached, theirs),
        {one.key for one in reached},
        load,
        KeyWords(path, old.dialect, after, before),
    )
    there = load(text)
    lacking = [one for one in reached if not equal(find(there, one.key), one.value)]
    told = [one._replace(conflict="its text cannot be merged") for one in lacking]
    return text, (*(one for one in goals if one.conflict), *told)


def _in_doubt(one: Goal, doubtful: Callable[[KeyPath, Any], str]) -> Goal:
    """A goal, in conflict where the new value may be no edit."""
    reason = doubtful(one.key, one.theirs)
    return one._replace(value=one.ours, conflict=one.conflict or reason) if reason else one
