"""What a person may name configs by: a path, a preset, `legacy:NAME`, `git:REV:PATH`, a glob, a
folder."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from migrate import locations
from migrate.errors import InputError, MigrateError, MissingFile, nearest, raise_all
from migrate.locations import SUFFIXES, KeyPath, Place
from migrate.trees.globs import is_glob, literal, matches
from migrate.workspace.view import View

if TYPE_CHECKING:
    from migrate.resolve import Resolved, Setting

LEGACY, GIT = "legacy:", "git:"


class ConfigName(NamedTuple):
    """One of the configs that a command line names, not read yet.

    `label` is what the person wrote; for one of those in a folder or a glob it is the path, and
    `alone` is False. `path` is relative to the root, None for what `legacy:` and `git:` name.
    """

    label: str
    path: str | None
    alone: bool = True

    @property
    def name(self) -> str:
        """What progress calls it."""
        return self.label


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
        found = self.resolved.branch.nearest(path) if self.resolved is not None else None
        return _place_in(found[0].winner, found[1]) if found is not None else None


def _place_in(setting: Setting, path: KeyPath) -> Place:
    """Where something inside a file's value stands; where the value does, if it is not there."""
    from migrate.yaml_text import Entry
    from migrate.yaml_text.find import find_node  # what shows values alone needs none

    step = find_node(setting.document, setting.entry.value, path) if path else None
    if step is None:
        return setting.place
    return setting.document.place(step.start if isinstance(step, Entry) else step.props)


def config_names(view: View, given: Sequence[str]) -> list[ConfigName]:
    """The configs that arguments stand for, each once and in their order.

    An argument is a path, a preset's name, `legacy:NAME`, `git:REV:PATH`, a folder (all configs in
    it) or a glob (what it matches; `*` stays in a folder, `**` crosses folders; without a `/` it
    may match presets' names). Frozen copies and plans count only where the folder or the glob
    itself says so. Raises InputError, or `Faults` with one for each argument that stands for
    nothing, with the nearest names.
    """
    found = names_and_faults(view, given)
    raise_all([one for one in found if isinstance(one, InputError)])
    return [one for one in found if isinstance(one, ConfigName)]


def names_and_faults(view: View, given: Sequence[str]) -> list[ConfigName | InputError]:
    """The same for verbs that show what can be shown: with what is wrong in its place."""
    found: dict[str, ConfigName | InputError] = {}
    for argument in given:
        try:
            for name in _names(view, argument):
                found.setdefault(name.path or name.label, name)
        except InputError as error:
            found.setdefault(f"\0{argument}", error)
    return list(found.values())


def config_paths(view: View, given: Sequence[str]) -> list[str]:
    """The same for verbs that read files of the tree alone: their paths, each once.

    Raises as `config_names`, and for what a revision or a record alone holds.
    """
    named = config_names(view, given)
    paths = [name.path or locate(view, name.label) for name in named]
    return list(dict.fromkeys(paths))


def _names(view: View, given: str) -> Iterable[ConfigName]:
    several = None if given.startswith((LEGACY, GIT)) else _several(view, given)
    if several is not None:
        return [ConfigName(path, path, alone=False) for path in several]
    inside = not given.startswith((LEGACY, GIT))
    return [ConfigName(given, locate(view, given) if inside else None)]


def _several(view: View, given: str) -> list[str] | None:
    """What a folder or a glob stands for; None for what is neither. Raises MissingFile."""
    try:
        path = view.path(given) if given else ""
    except InputError:
        return None  # `locate` says what is wrong with it
    if not path or view.tree.exists(path) or _preset(view, given):
        return None
    for folder in dict.fromkeys((path, os.path.normpath(given))):
        found = configs_in(view, folder)
        if found:
            return found
    if is_glob(given):
        return _matching(view, given)
    if os.path.isdir(given) or os.path.isdir(os.path.join(view.root, path)):
        raise MissingFile("is a folder that holds no config", given, _looked(view))
    return None


def configs_in(view: View, folder: str) -> list[str]:
    """The configs in a folder, `.` for the root; records only if the folder is one of theirs."""
    inside = "" if folder == "." else f"{folder}/"
    return [one for one in _within(view, inside) if one.endswith(SUFFIXES)]


def _within(view: View, start: str) -> Iterator[str]:
    """The files whose path begins so; records only if that is how the path of a record begins."""
    is_record = view.layout.is_record
    for path in view.tree.files():
        if path.startswith(start) and (is_record(start) or not is_record(path)):
            yield path


def _matching(view: View, given: str) -> list[str]:
    """What a glob matches, as seen from here, else from the root, else among presets' names."""
    here = os.path.relpath(os.getcwd(), view.root)
    seen = os.path.relpath(given, view.root) if os.path.isabs(given) else given
    for glob in (os.path.normpath(os.path.join(literal(here), seen)), os.path.normpath(seen)):
        files = [one for one in _within(view, _literal_start(glob)) if matches(one, [glob])]
        found = [one for one in files if one.endswith(SUFFIXES)] or files
        if found:
            return found
    named = [path for name, path in presets(view).items() if matches(name, [given])]
    if not named:
        hint = f"`*` stays in a folder, `**` crosses folders; {_looked(view)}"
        raise MissingFile("no config matches this, nor does a preset's name", given, hint)
    return named


def _literal_start(glob: str) -> str:
    """What every path begins with that a glob matches."""
    return re.split(r"[*?\[]", glob, maxsplit=1)[0]


def side(view: View, named: str | ConfigName) -> NamedConfig:
    """Resolve what a person named. Raises InputError, with the nearest names."""
    given, path = (named, None) if isinstance(named, str) else named[:2]
    if path is None and given.startswith(LEGACY):
        return _legacy(view, given)
    if path is None and given.startswith(GIT):
        return _git(view, given)
    resolved = view.resolver.resolve(path or locate(view, given))
    return NamedConfig(given, resolved.path, resolved.python, resolved)


def resolved_side(view: View, named: str | ConfigName) -> Resolved:
    """Like `side`, for verbs that ask who said what. Raises InputError if only values are left."""
    return _with_files(side(view, named))


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
    return (path for path in view.tree.files() if path.endswith(SUFFIXES))


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
