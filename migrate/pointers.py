"""What names the files of a rollout: edits that follow a step, and what would dangle after it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from migrate.changes import Change
from migrate.errors import MigrateError, Refused
from migrate.globs import matches
from migrate.locations import printable
from migrate.plan import DROP as PLAN_DROP
from migrate.plan import Ignore as PlanIgnore
from migrate.plan import Plans
from migrate.references import (
    DROP,
    Ignore,
    Reference,
    Renames,
    Successor,
    naming,
    rewrite,
    scan,
)
from migrate.tree import Tree


class Followed(NamedTuple):
    """The references to what a step moves or deletes, and the changes that follow them."""

    references: tuple[Reference, ...] = ()
    changes: tuple[Change, ...] = ()
    faults: tuple[MigrateError, ...] = ()
    """One refusal for each reference that would dangle."""

    @property
    def warnings(self) -> tuple[Reference, ...]:
        """What stays as it is: prose without a successor, likely names, patterns."""
        edited = {change.path for change in self.changes}
        return tuple(r for r in self.references if r.edit is None or r.path not in edited)


class Pointers:
    """Finds references for one set of plans. Every file is scanned once for the whole rollout.

    `moved` maps the old path of a preset to its new one, `going` are all files that some step
    deletes, `records` those that the rollout itself rewrites from the legacy tree.
    """

    def __init__(
        self,
        plans: Plans,
        tree: Tree,
        going: Iterable[str],
        moved: Mapping[str, str],
        records: Iterable[str],
    ) -> None:
        self.plans = plans
        self.tree = tree
        self.records = frozenset(records)
        moves = {path: moved.get(path) or successor(plans, path) for path in going}
        self.renames = Renames(moves, plans.config_root, plans.dialect.keys, layout=plans.layout)
        self._known: dict[str, list[Reference]] = {}
        self._by_target: dict[str, dict[str, None]] = {}

    @cached_property
    def suspects(self) -> dict[str, int]:
        """The files whose bytes may name anything that the rollout moves or deletes, in order."""
        found = naming(self.tree, self.renames, self.plans.include, self.plans.exclude)
        return {path: number for number, path in enumerate(found) if path not in self.records}

    @cached_property
    def _unread(self) -> set[str]:
        """The suspects that were not scanned as they are now."""
        return set(self.suspects)

    def follow(
        self, tree: Tree, deleted: Sequence[str], done: Iterable[str], likely: bool = False
    ) -> Followed:
        """What names the files a step deletes, and the edits; `done` are files edited already."""
        gone, edited = set(deleted), set(done)
        if edited:
            self._unread.update(edited.intersection(self.suspects))
        if not gone or not self.suspects:
            return Followed()
        found = self._references(tree, gone, edited)
        faults = tuple(_dangling(one) for one in found if one.dangles)
        # Listing the tree takes as long as the tree is large, and hardly any step needs it.
        alive = [f for f in tree.files() if f not in gone] if any(map(_glob, found)) else []
        told = (
            one
            for one in found
            if set(one.written) & _MADE_AT or not _matches(one, alive, self.plans)
        )
        changes = tuple(rewrite(tree, found, likely))
        self._unread.update(change.path for change in changes)
        return Followed(tuple(told), changes, faults)

    def _references(self, tree: Tree, gone: set[str], skipped: set[str]) -> list[Reference]:
        """Every reference to these files; a suspect is scanned once, and again once it changed."""
        self._scan(tree, skipped)
        named = {path for target in gone for path in self._by_target.get(target, ())}
        wanted = sorted(named - skipped, key=self.suspects.__getitem__)
        there = (path for path in wanted if tree.exists(path))
        return [one for path in there for one in self._known[path] if one.target in gone]

    def _scan(self, tree: Tree, skipped: set[str]) -> None:
        new = sorted(self._unread - skipped, key=self.suspects.__getitem__)
        self._unread.intersection_update(skipped)
        for path in new:
            for one in self._known.pop(path, ()):
                self._by_target[one.target].pop(path, None)
        there = [path for path in new if tree.exists(path)]
        for one in scan(tree, self.renames, among=there) if there else ():
            self._known.setdefault(one.path, []).append(one)
            self._by_target.setdefault(one.target, {})[one.path] = None


def successor(plans: Plans, path: str) -> Successor:
    """What the plan says became of a file: a new path, `drop`, an ignore with its reason."""
    inner = posixpath.relpath(path, plans.config_root)
    said = plans.references.get(path, plans.references.get(inner))
    if isinstance(said, PlanIgnore):
        return Ignore(said.ignore)
    return DROP if said == PLAN_DROP else said


def _dangling(reference: Reference) -> Refused:
    what = f"names {printable(reference.target)}, which this step deletes: {reference.reason}"
    hint = f"say under `references:` in the plan what became of {reference.target}"
    return Refused(what, reference.place, hint)


def still_named(tree: Tree, plans: Plans, gone: Iterable[str]) -> list[Reference]:
    """Every reference to files that the rollout removed, notes and prose included."""
    moves: dict[str, Successor] = {}
    for path in gone:
        said = successor(plans, path)
        moves[path] = said if isinstance(said, Ignore) else None
    if not moves:
        return []
    renames = Renames(moves, plans.config_root, plans.dialect.keys, layout=plans.layout)
    files = naming(tree, renames, plans.include, plans.exclude)
    alive = list(tree.files())
    return [one for one in scan(tree, renames, among=files) if not _matches(one, alive, plans)]


_MADE_AT = frozenset("${%")
_MADE = re.compile(r"\$\{?\w+\}?|\{[^}]*\}|%s")


def _matches(one: Reference, alive: Iterable[str], plans: Plans) -> bool:
    """Whether a pattern goes on matching other files: then nothing has to be done about it."""
    glob = _glob(one)
    if glob is None:
        return False
    return any(matches(path, [glob, f"{plans.config_root}/{glob}"]) for path in alive)


def _glob(one: Reference) -> str | None:
    """What a reference that is a pattern and stays can match; None for any other."""
    glob = _MADE.sub("*", one.written)
    return glob if one.edit is None and set(glob) & set("*?[") else None
