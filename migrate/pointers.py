"""What names the files of a rollout: edits that follow a step, and what would dangle after it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from migrate.changes import Change
from migrate.errors import MigrateError, Refused, raise_all
from migrate.graph import LEGACY
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
from migrate.tree import Tree, matches


@dataclass(frozen=True, slots=True)
class Followed:
    """The references to what a step moves or deletes, and the changes that follow them."""

    references: tuple[Reference, ...] = ()
    changes: tuple[Change, ...] = field(default=(), repr=False)

    @property
    def warnings(self) -> tuple[Reference, ...]:
        """What stays as it is: prose without a successor, likely names, patterns."""
        edited = {change.path for change in self.changes}
        return tuple(r for r in self.references if r.edit is None or r.path not in edited)


class Pointers:
    """Finds references for one set of plans; the files that name nothing are read once."""

    def __init__(self, plans: Plans, tree: Tree, records: Iterable[str]) -> None:
        self.plans = plans
        self.tree = tree
        self.records = frozenset(records)
        """Files that the rollout itself rewrites from the legacy tree, or deletes."""

    @cached_property
    def suspects(self) -> list[str]:
        """The files whose bytes may name anything that the rollout moves or deletes."""
        paths = [self.plans.live_path(inner) for inner in self._inner]
        wanted = Renames(dict.fromkeys(paths), self.plans.config_root)
        return naming(self.tree, wanted, self.plans.include, self.plans.exclude)

    @cached_property
    def _inner(self) -> list[str]:
        prefix = f"{LEGACY}/"
        return [path.removeprefix(prefix) for path in self.tree.files() if path.startswith(prefix)]

    def successor(self, path: str) -> Successor:
        """What the plan says became of a file: a new path, `drop`, an ignore with its reason."""
        inner = posixpath.relpath(path, self.plans.config_root)
        said = self.plans.references.get(path, self.plans.references.get(inner))
        if isinstance(said, PlanIgnore):
            return Ignore(said.ignore)
        return DROP if said == PLAN_DROP else said

    def follow(
        self,
        tree: Tree,
        deleted: Sequence[str],
        moved: Mapping[str, str],
        done: Iterable[str] = (),
        likely: bool = False,
    ) -> Followed:
        """The references to what goes, and their edits; `done` are files that follow already.

        Raises Refused, one for each reference that would dangle.
        """
        moves = {path: moved.get(path) or self.successor(path) for path in deleted}
        if not moves or not self.suspects:
            return Followed()
        renames = Renames(moves, self.plans.config_root)
        left = self.records | set(done)
        found = scan(tree, renames, among=[path for path in self.suspects if path not in left])
        faults: list[MigrateError] = [_dangling(one) for one in found if one.dangles]
        raise_all(faults)
        alive = [path for path in tree.files() if path not in moves]
        told = (
            one
            for one in found
            if set(one.written) & set("${%") or not _matches(one, alive, self.plans)
        )
        return Followed(tuple(told), tuple(rewrite(tree, found, likely)))


def _dangling(reference: Reference) -> Refused:
    what = f"names {printable(reference.target)}, which this step deletes: {reference.reason}"
    hint = f"say under `references:` in the plan what became of {reference.target}"
    return Refused(what, reference.place, hint)


def still_named(tree: Tree, plans: Plans, gone: Iterable[str]) -> list[Reference]:
    """Every reference to files that the rollout removed, notes and prose included."""
    moves: dict[str, Successor] = {}
    pointers = Pointers(plans, tree, ())
    for path in gone:
        said = pointers.successor(path)
        moves[path] = said if isinstance(said, Ignore) else None
    if not moves:
        return []
    renames = Renames(moves, plans.config_root)
    files = naming(tree, renames, plans.include, plans.exclude)
    alive = list(tree.files())
    return [one for one in scan(tree, renames, among=files) if not _matches(one, alive, plans)]


_MADE = re.compile(r"\$\{?\w+\}?|\{[^}]*\}|%s")


def _matches(one: Reference, alive: Iterable[str], plans: Plans) -> bool:
    """Whether a pattern goes on matching other files: then nothing has to be done about it."""
    glob = _MADE.sub("*", one.written)
    if one.edit is not None or not set(glob) & set("*?["):
        return False
    return any(matches(path, [glob, f"{plans.config_root}/{glob}"]) for path in alive)
