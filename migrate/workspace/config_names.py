"""What a person may name a config by: a path, a preset, `legacy:NAME`, `git:REV:PATH`."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from migrate import locations
from migrate.errors import InputError, MigrateError, MissingFile, nearest
from migrate.locations import KeyPath, Place
from migrate.workspace.view import View

if TYPE_CHECKING:
    from migrate.resolve import Resolved, Setting

LEGACY, GIT = "legacy:", "git:"


class NamedConfig(NamedTuple):
    """One config, resolved. Of a finalized preset's legacy config only the evidence is left."""

    label: str
    path: str
    python: dict[Any, Any]
    resolved: Resolved | None = None

    @property
    def chain(self) -> tuple[str, ...]:
        """The files that make it, in merge order; none if only the record is left."""
        return self.resolved.paths if self.resolved is not None else ()

    def origin(self, path: KeyPath) -> Place | None:
        """Where a value was set, or the nearest mapping or list around it."""
        for length in range(len(path), 0, -1):
            slot = self.resolved.branch.find(path[:length]) if self.resolved is not None else None
            if slot is not None:
                return _place_in(slot.winner, path[length:])
        return None


def _place_in(setting: Setting, path: KeyPath) -> Place:
    """Where something inside a file's value stands; where the value does, if it is not there."""
    from migrate.yaml_text import Entry
    from migrate.yaml_text.find import find_node  # what shows values alone needs none

    step = find_node(setting.document, setting.entry.value, path) if path else None
    if step is None:
        return setting.place
    return setting.document.place(step.start if isinstance(step, Entry) else step.props)


def side(view: View, given: str) -> NamedConfig:
    """Resolve what a person named. Raises InputError, with the nearest names."""
    if given.startswith(LEGACY):
        return _legacy(view, given)
    if given.startswith(GIT):
        return _git(view, given)
    resolved = view.resolver.resolve(locate(view, given))
    return NamedConfig(given, resolved.path, resolved.python, resolved)


def resolved_side(view: View, given: str) -> Resolved:
    """Like `side`, for verbs that ask who said what. Raises InputError if only values are left."""
    return _with_files(side(view, given))


def _with_files(found: NamedConfig) -> Resolved:
    if found.resolved is None:
        hint = "the legacy tree is gone; git:REV:PATH reads it from a revision that had it"
        raise InputError("only the values are left of this config", found.path, hint)
    return found.resolved


def locate(view: View, given: str) -> str:
    """The path in the tree of a config named by it, as a preset or as `legacy:NAME`.

    Raises InputError, for `git:REV:PATH` as well.
    """
    if given.startswith(LEGACY):
        return _with_files(_legacy(view, given)).path
    if given.startswith(GIT):
        hint = "inspect, explain and diff read revisions; elsewhere, check it out first"
        raise InputError(f"{given} is a file of a revision, not of the tree", None, hint)
    try:
        path = view.path(given)
    except InputError:
        if os.path.exists(given):
            raise
        path = given
    if view.tree.exists(path):
        return path
    found = _preset(view, given)
    if found is not None:
        return found
    known = [*presets(view), *alike(view, path)]
    hint = nearest(given, known) or nearest(path, known)
    what = "no such config, nor a preset of that name"
    if os.path.isdir(given) or os.path.isdir(os.path.join(view.root, path)):
        what = "is a folder, not a config"
    raise MissingFile(what, given or "''", hint or _looked(view))


def _looked(view: View) -> str:
    return f"paths are relative to here or to the root {view.root}; --root names another"


def configs(view: View) -> Iterator[str]:
    """Every YAML file of the tree."""
    return (path for path in view.tree.files() if path.endswith((".yaml", ".yml")))


def alike(view: View, path: str) -> Iterator[str]:
    """The configs that a misspelt path may mean: a frozen copy only for one in the legacy tree."""
    frozen = path.startswith(f"{locations.LEGACY}/")
    return (one for one in configs(view) if one.startswith(f"{locations.LEGACY}/") is frozen)


def presets(view: View) -> dict[str, str]:
    """Preset name to the file that it is now; empty where there are no plans to read."""
    from migrate.plan import load_plans

    try:
        plans = load_plans(view.tree, view.layout.plans)
    except MigrateError:
        return {}
    files: dict[str, str] = {}
    for name, planned in plans.presets.items():
        live = plans.live_path(planned.preset.from_)
        files[name] = planned.preset.to if view.tree.exists(planned.preset.to) else live
    return files


def _preset(view: View, name: str) -> str | None:
    return None if "/" in name else presets(view).get(name)


def _legacy(view: View, given: str) -> NamedConfig:
    from migrate.plan import load_plans, select
    from migrate.rollout.evidence import read_evidence

    plans = load_plans(view.tree, view.layout.plans)
    planned = select(plans, [given.removeprefix(LEGACY)])[0]
    frozen = plans.legacy_path(planned.preset.from_)
    if view.tree.exists(frozen):
        resolved = view.resolver.resolve(frozen)
        return NamedConfig(given, frozen, resolved.python, resolved)
    evidence = read_evidence(view.tree, planned.name, view.layout)
    if evidence is None:
        what = f"{planned.name} has neither a frozen config nor evidence"
        raise MissingFile(what, frozen, "restore the legacy tree")
    return NamedConfig(given, evidence.source, evidence.resolved)


def _git(view: View, given: str) -> NamedConfig:
    from migrate.resolve import Resolver
    from migrate.trees.git_tree import GitTree
    from migrate.trees.tree import CachedTree

    revision, colon, path = given.removeprefix(GIT).partition(":")
    if not (revision and colon and path):
        raise InputError(f"{given} names no file", None, "write git:REV:PATH")
    with GitTree(view.root, revision, view.limits) as tree:
        resolver = Resolver(CachedTree(tree), view.dialect)
        resolved = resolver.resolve(_git_path(view, path))
        return NamedConfig(given, resolved.path, resolved.python, resolved)


def _git_path(view: View, given: str) -> str:
    """A path relative to the root, as git has it; a preset's name stands for its file."""
    return posixpath.normpath(_preset(view, given) or given)
