"""`migrate diff --since`: every preset at a revision and now, grouped by what changed."""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from migrate.commands.compare import JudgedDifference, ListPairs, judged, profile_of
from migrate.commands.table import plans_of
from migrate.dialect import Dialect
from migrate.errors import InputError, MigrateError, MissingFile, raise_all
from migrate.loading.trainer import PlainLoader
from migrate.locations import SUFFIXES
from migrate.parity import Difference, identical, judge
from migrate.parity.values import token
from migrate.plan import Allowance, Plans, Profile, load_plans
from migrate.resolve import Resolver
from migrate.trees.git_tree import GitTree
from migrate.trees.revisions import named_commit
from migrate.trees.tree import CachedTree, Tree
from migrate.workspace.config_names import (
    GIT,
    LEGACY,
    ConfigName,
    NamedConfig,
    locate,
    names_and_faults,
)
from migrate.workspace.runnable import runnable, short_names, those_that_run
from migrate.workspace.view import View


class PresetName(NamedTuple):
    """A preset by its name in the plans, or by a short path; `note` says what is odd about it."""

    name: str
    path: str
    note: str = ""


class MovedPreset(NamedTuple):
    """A preset that stands in another file now."""

    name: str
    old: str
    new: str


class KeyChange(NamedTuple):
    """One change of one key, and the presets in which it is; its places are those of the first."""

    judged: JudgedDifference
    presets: tuple[PresetName, ...]


@dataclass
class ChangesSince:
    """What differs between a revision and now. `compared` counts the presets that both have."""

    revision: str
    commit: str
    profile: str | None
    compared: int = 0
    changed: list[KeyChange] = field(default_factory=list)
    allowed: list[KeyChange] = field(default_factory=list)
    added: list[PresetName] = field(default_factory=list)
    removed: list[PresetName] = field(default_factory=list)
    moved: list[MovedPreset] = field(default_factory=list)
    faults: list[InputError] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """Whether anything changed that the profile does not allow, or a preset came or went."""
        return bool(self.changed or self.added or self.removed)

    @property
    def touched(self) -> int:
        """In how many presets something changed that is not allowed."""
        return len({preset for change in self.changed for preset in change.presets})


def since(
    view: View, revision: str, configs: Sequence[str] = (), profile: str | None = None
) -> ChangesSince:
    """Resolve the named configs, or every preset, at a revision and now, and compare them.

    Nothing is checked out. `REV...` is where REV and what is checked out went apart. A preset that
    the plans migrate is compared with its old form, where that is what the revision had. Raises
    InputError for a revision that git does not know, a folder outside of git, and what names no
    config in either tree.
    """
    path, rules = profile_of(view, profile)
    with GitTree(view.root, named_commit(view.root, revision, view.limits), view.limits) as tree:
        comparison = _Comparison(view, CachedTree(tree), rules)
        found = ChangesSince(revision, tree.commit, path)
        comparison.run(found, configs)
    return found


_Groups = dict[Hashable, list[tuple["_PresetDifference", PresetName]]]


class _Comparison:
    """Two trees, how each composes its files, and which preset of one is which of the other."""

    def __init__(self, view: View, tree: CachedTree, profile: Profile) -> None:
        self.view = view
        self.old_tree = tree
        self.profile = profile
        plans = plans_of(view)
        old_plans = self._old_plans(plans)
        # A tree without plans of its own is seen by those of the other: presets are where they say.
        self.plans, self.old_plans = plans or old_plans, old_plans or plans
        self.old_dialect = self._old_dialect(old_plans)
        loaded: dict[bytes, Any] = {}  # what both trees have is parsed once
        shared = loaded if self.old_dialect == view.dialect else {}
        self.loader = PlainLoader(view.tree, view.dialect, loaded)
        self.old_loader = PlainLoader(tree, self.old_dialect, shared)
        self.old_resolver = Resolver(tree, self.old_dialect)
        self.runs = runnable(self.plans, self.loader, view.layout)
        self.old_runs = runnable(self.old_plans, self.old_loader, view.layout)

    def _old_plans(self, plans: Plans | None) -> Plans | None:
        """The plans of the revision; those of today where they read the same."""
        folder = self.view.layout.plans
        if plans is not None and _texts(self.old_tree, folder) == _texts(self.view.tree, folder):
            return plans
        try:
            return load_plans(self.old_tree, folder)
        except MissingFile:
            return None
        except MigrateError as error:
            self.view.tell(f"the plans of the revision are not used: {error.faults()[0]}")
            return None

    def _old_dialect(self, old_plans: Plans | None) -> Dialect:
        if self.view.dialect_name is None and old_plans is not None:
            return old_plans.dialect
        return self.view.dialect

    # Which is which.

    def run(self, found: ChangesSince, configs: Sequence[str]) -> None:
        """Compare what was chosen, and say what came and what went."""
        now, old = self._chosen(configs)
        if not now and not old:
            hint = "name configs, globs or folders, as in `migrate diff --since main configs`"
            raise InputError("there is no preset to compare", self.view.root, hint)
        short = short_names([*now, *old])
        names = {path: self.runs.get(path) or short[path] for path in now}
        pairs: list[tuple[str, str]] = []
        taken: set[str] = set()
        for path in now:
            before = self._before(path)
            if before is None:
                found.added.append(PresetName(names[path], path))
            else:
                taken.add(before)
                pairs.append((before, path))
        taken.update(before for path in self.runs if (before := self._before(path)))
        for path in old:
            if path not in taken:
                found.removed.append(PresetName(self.old_runs.get(path) or short[path], path))
        pairs += self._renamed(found)
        groups: _Groups = {}
        for before, path in pairs:
            name = names[path]
            if before != path:
                found.moved.append(MovedPreset(name, before, path))
            self._compare(found, before, PresetName(name, path), groups)
        self._tell(found, groups)

    def _chosen(self, configs: Sequence[str]) -> tuple[list[str], list[str]]:
        """The paths that arguments stand for now, and at the revision; every preset for none."""
        if not configs:
            return list(self.runs), list(self.old_runs)
        past = View(self.view.root, self.view.layout.plans, self.view.limits)
        past.tree = self.old_tree
        chosen: tuple[list[ConfigName], list[ConfigName]] = ([], [])
        faults: list[InputError] = []
        for word in configs:
            # What is no file of the tree is refused: it has no other side.
            given = locate(self.view, word) if word.startswith((LEGACY, GIT)) else word
            both = [names_and_faults(one, [given]) for one in (self.view, past)]
            for names, side in zip(chosen, both, strict=True):
                names += [one for one in side if isinstance(one, ConfigName)]
            if all(isinstance(one, InputError) for side in both for one in side):
                faults += [one for one in both[0] if isinstance(one, InputError)]
        raise_all(faults)
        runs = self.runs, self.old_runs
        now, old = (those_that_run(names, known) for names, known in zip(chosen, runs, strict=True))
        return _paths(now), _paths(old)

    def _before(self, path: str) -> str | None:
        """Where a config of now stood at the revision; None if it was not there."""
        name = self.runs.get(path)
        if name is not None:
            if name in self._old_places:
                return self._old_places[name]
            planned = self.plans.presets.get(name) if self.plans is not None else None
            if planned is not None and self.plans is not None:
                places = (planned.preset.to, self.plans.live_path(planned.preset.from_))
                return next((one for one in places if self.old_tree.exists(one)), None)
        return path if self.old_tree.exists(path) else None

    @cached_property
    def _old_places(self) -> dict[str, str]:
        """Where the presets that the revision's plans name stood then."""
        return {name: path for path, name in self.old_runs.items() if name is not None}

    def _renamed(self, found: ChangesSince) -> list[tuple[str, str]]:
        """Presets that came, each with one that went and that says the same: they moved."""
        gone: dict[Hashable, list[PresetName]] = {}
        for one in found.removed:
            values = self._values(self.old_loader, one.path)
            if values is not None:
                gone.setdefault(token(values), []).append(one)
        pairs = []
        for one in list(found.added) if gone else ():
            same = gone.get(token(self._values(self.loader, one.path)))
            if same:
                before = same.pop(0)
                found.added.remove(one)
                found.removed.remove(before)
                pairs.append((before.path, one.path))
        return pairs

    def _values(self, loader: PlainLoader, path: str) -> dict[Any, Any] | None:
        try:
            return loader.dialect.compared(loader.load(path))
        except MigrateError:
            return None

    # What differs.

    def _compare(
        self,
        found: ChangesSince,
        before: str,
        preset: PresetName,
        groups: _Groups,
    ) -> None:
        try:
            new = self.view.dialect.compared(self._loaded(preset.path))
        except InputError as error:
            found.faults.append(error)
            return
        old = self._values(self.old_loader, before)
        if old is None:
            found.added.append(preset._replace(note="it could not be read at the revision"))
            return
        found.compared += 1
        if identical(old, new, in_order=False):
            return
        verdict = judge(old, new, self.profile)
        items: list[tuple[Difference, Allowance | None, str]] = [
            *((one, None, why) for one, why in verdict.forbidden),
            *((one, rule, rule.reason) for one, rule in verdict.allowed),
        ]
        for one, rule, why in items:
            key = tuple(map(token, one.path)), token(one.old), token(one.new), rule is None, why
            group = _PresetDifference(before, preset.path, one, rule, why)
            groups.setdefault(key, []).append((group, preset))

    def _loaded(self, path: str) -> dict[Any, Any]:
        try:
            return self.loader.load(path)
        except InputError:
            self.view.resolver.resolve(path)  # it says what is wrong with its place, if it can
            raise

    def _tell(
        self,
        found: ChangesSince,
        groups: _Groups,
    ) -> None:
        """The groups with the places of their first preset: most presets need no positions."""
        sides: dict[tuple[str, str], tuple[NamedConfig, NamedConfig, ListPairs]] = {}
        for same in groups.values():
            group = same[0][0]
            presets = tuple(preset for _, preset in same)
            if group.rule is not None:  # what is allowed need not be found
                one = JudgedDifference(group.difference, None, None, group.rule, group.why, None)
                found.allowed.append(KeyChange(one, presets))
                continue
            pair = group.before, group.path
            if pair not in sides:
                old = self._named(self.old_loader, self.old_resolver, group.before)
                new = self._named(self.loader, self.view.resolver, group.path)
                sides[pair] = old, new, ListPairs(old.python, new.python)
            one = judged(*sides[pair], group.difference, group.rule, group.why)
            found.changed.append(KeyChange(one, presets))

    def _named(self, loader: PlainLoader, resolver: Resolver, path: str) -> NamedConfig:
        try:
            resolved = resolver.resolve(path)
        except MigrateError:
            resolved = None  # the loader reads it; where its values stand is not known
        return NamedConfig(path, path, loader.load(path), resolved)


class _PresetDifference(NamedTuple):
    """One difference in one preset: its file at the revision and now, and what the profile says."""

    before: str
    path: str
    difference: Difference
    rule: Allowance | None
    why: str


def _texts(tree: Tree, folder: str) -> dict[str, bytes]:
    """The plans and the parity profile, by path."""
    inside = (path for path in tree.files() if posixpath.dirname(path) == folder)
    return {path: tree.read(path) for path in inside if path.endswith(SUFFIXES)}


def _paths(names: Iterable[ConfigName]) -> list[str]:
    return list(dict.fromkeys(one.path for one in names if one.path is not None))
