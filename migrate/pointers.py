"""What names the files of a rollout: edits that follow a step, and what would dangle after it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

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


@dataclass(frozen=True, slots=True)
class Followed:
    """The references to what a step moves or deletes, and the changes that follow them."""

    references: tuple[Reference, ...] = ()
    changes: tuple[Change, ...] = field(default=(), repr=False)
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
        self.renames = Renames(moves, plans.config_root, plans.dialect.keys)
        self._known: dict[tuple[str, bytes], list[Reference]] = {}

    @cached_property
    def suspects(self) -> list[str]:
        """The files whose bytes may name anything that the rollout moves or deletes."""
        return naming(self.tree, self.renames, self.plans.include, self.plans.exclude)

    def follow(
        self, tree: Tree, deleted: Sequence[str], done: Iterable[str], likely: bool = False
    ) -> Followed:
        """What names the files a step deletes, and the edits; `done` are files edited already."""
        gone = set(deleted)
        if not gone or not self.suspects:
            return Followed()
        found = [
            one for one in self._references(tree, self.records | set(done)) if one.target in gone
        ]
        faults = tuple(_dangling(one) for one in found if one.dangles)
        alive = [path for path in tree.files() if path not in gone]
        told = (
            one
            for one in found
            if set(one.written) & _MADE_AT or not _matches(one, alive, self.plans)
        )
        return Followed(tuple(told), tuple(rewrite(tree, found, likely)), faults)

    def _references(self, tree: Tree, left: Iterable[str]) -> list[Reference]:
        """Every reference in a tree; files that did not change are not scanned again."""
        skipped = set(left)
        wanted = [path for path in self.suspects if path not in skipped and tree.exists(path)]
        keys = {path: (path, tree.read(path)) for path in wanted}
        new = [path for path, key in keys.items() if key not in self._known]
        self._known.update((keys[path], []) for path in new)
        for one in scan(tree, self.renames, among=new) if new else ():
            self._known[keys[one.path]].append(one)
        return [one for path in wanted for one in self._known[keys[path]]]


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
    renames = Renames(moves, plans.config_root, plans.dialect.keys)
    files = naming(tree, renames, plans.include, plans.exclude)
    alive = list(tree.files())
    return [one for one in scan(tree, renames, among=files) if not _matches(one, alive, plans)]


_MADE_AT = frozenset("${%")
_MADE = re.compile(r"\$\{?\w+\}?|\{[^}]*\}|%s")


def _matches(one: Reference, alive: Iterable[str], plans: Plans) -> bool:
    """Whether a pattern goes on matching other files: then nothing has to be done about it."""
    glob = _MADE.sub("*", one.written)
    if one.edit is not None or not set(glob) & set("*?["):
        return False
    return any(matches(path, [glob, f"{plans.config_root}/{glob}"]) for path in alive)
