"""`migrate adopt`: plan a config that came late, when what it extends may be gone already."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import replace

from migrate.changes import Change, ChangeSet
from migrate.commands.init import Init, added, with_unanswered
from migrate.discovery.discover import Discoverer, Discovery, Scope
from migrate.discovery.plan_files import PlanTexts
from migrate.errors import InputError, MigrateError, MissingFile, Refused, nearest, raise_all
from migrate.locations import SUFFIXES, outside
from migrate.resolve import Resolver
from migrate.rollout.legacy import MANIFEST
from migrate.trees.git_tree import GitTree
from migrate.trees.globs import literal
from migrate.trees.tree import CachedTree, Overlay, Tree
from migrate.workspace.config_names import GIT, locate
from migrate.workspace.workspace import Workspace


def adopt(workspace: Workspace, configs: Sequence[str]) -> Init:
    """Propose plan entries and frozen copies for configs of another branch; `apply` does the rest.

    Their chains are followed over the live tree, and over the legacy tree for what a step deleted
    or replaced. `git:REV:PATH` brings the file along. Raises InputError for what is not a config,
    is planned already, or cannot be resolved, Refused for what needs no plan.
    """
    if not workspace.tree.exists(MANIFEST):
        hint = "`migrate init` begins a rollout; what comes later is adopted"
        raise Refused("there is no legacy tree to add to", MANIFEST, hint)
    brought: list[Change] = []
    paths = [_path(workspace, given, brought) for given in configs]
    before = Overlay(workspace.tree, [*_as_it_was(workspace), *brought])
    resolver = Resolver(before, workspace.dialect)
    for path in paths:
        _refuse_planned(workspace, path)
        _ = resolver.resolve(path).python  # what is wrong with it is said before what it is
    plans = workspace.plans
    known = (plans.live_path(one.preset.from_) for one in plans.presets.values())
    scope = Scope(presets=(*paths, *known), exclude=plans.exclude, base=plans.base)
    found = _discovered(workspace, resolver, scope)
    planned = {one.path for one in found.presets}
    raise_all([_needs_none(path, found.left_alone) for path in paths if path not in planned])
    found = replace(found, excluded=plans.exclude)
    proposed = added(workspace, resolver, found, scope, PlanTexts(workspace.tree, workspace.layout))
    changes = ChangeSet.of([*brought, *proposed.changes])
    return with_unanswered(workspace, replace(proposed, changes=changes))


def _discovered(workspace: Workspace, resolver: Resolver, scope: Scope) -> Discovery:
    """What the tree holds; what cannot be read elsewhere is nobody's concern here."""
    discoverer = Discoverer(resolver, scope, workspace.layout)
    try:
        return discoverer.discover()
    except MigrateError:
        broken = tuple(map(literal, sorted(discoverer.unloadable)))
        if not broken:
            raise
        readable = replace(scope, exclude=(*scope.exclude, *broken))
        return Discoverer(resolver, readable, workspace.layout).discover()


def _as_it_was(workspace: Workspace) -> Iterator[Change]:
    """The old files that steps deleted or replaced, in their old places."""
    old = workspace.rollout.old
    for frozen in old.frozen_digests:
        path = old.live(frozen)
        now = workspace.tree.read(path) if workspace.tree.exists(path) else None
        if (now is None or path in old.applied.targets) and workspace.tree.exists(frozen):
            yield Change(path, now, workspace.tree.read(frozen))


def _path(workspace: Workspace, given: str, brought: list[Change]) -> str:
    """The path of a config; one of a revision is brought along. Raises InputError."""
    if not given.startswith(GIT):
        return locate(workspace, given)
    revision, colon, path = given.removeprefix(GIT).partition(":")
    if not (revision and colon and path):
        raise InputError(f"{given} names no file", None, "write git:REV:PATH")
    path = posixpath.normpath(path)
    if outside(path):
        raise InputError("is outside the root", path, "write a path relative to the root")
    with GitTree(workspace.root, revision, workspace.limits) as tree:
        content = _read(tree, path, revision)
        fragments = list(_needed(workspace, CachedTree(tree), path))
    known = {change.path for change in brought}
    why = f"from {revision}"
    brought += [Change(one, None, text, why) for one, text in fragments if one not in known]
    if not workspace.tree.exists(path):
        brought.append(Change(path, None, content, f"from {revision}"))
    elif workspace.tree.read(path) != content:
        hint = f"move that file away, or adopt it as it is: migrate adopt {path}"
        raise Refused(f"stands there already, and is not what {revision} has", path, hint)
    return path


def _needed(workspace: Workspace, tree: Tree, path: str) -> Iterator[tuple[str, bytes]]:
    """The files of a chain that only the revision has: neither live here, nor frozen."""
    try:
        chain = Resolver(tree, workspace.dialect).resolve(path).paths[:-1]
    except MigrateError:
        return  # said where it is resolved here
    for one in chain:
        if not any(map(workspace.tree.exists, (one, workspace.plans.layout.frozen(one)))):
            yield one, tree.read(one)


def _read(tree: Tree, path: str, revision: str) -> bytes:
    try:
        return tree.read(path)
    except MissingFile:
        known = [one for one in tree.files() if one.endswith(SUFFIXES)]
        raise MissingFile(f"is not in {revision}", path, nearest(path, known)) from None


def _refuse_planned(workspace: Workspace, path: str) -> None:
    for name, planned in workspace.plans.presets.items():
        if path in (workspace.plans.live_path(planned.preset.from_), planned.preset.to):
            hint = f"migrate apply --preset {name}" if name not in workspace.evidence else ""
            raise Refused(f"is planned already, as {name}", path, hint)


def _needs_none(path: str, left_alone: dict[str, str]) -> MigrateError:
    why = left_alone.get(path, "it is a fragment, or the base: nothing runs it")
    return Refused(f"needs no plan: {why}", path, "")
