"""The configs that run: the presets of the plans and what stands beside them, or of any tree."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from migrate.errors import MigrateError
from migrate.layout import Layout
from migrate.loading.trainer import PlainLoader
from migrate.locations import parse_dotted
from migrate.parity import find
from migrate.plan import Plans
from migrate.plan.preset_files import preset_files
from migrate.trees.tree import Tree
from migrate.workspace.config_names import ConfigName


def runnable(plans: Plans | None, loader: PlainLoader, layout: Layout) -> dict[str, str | None]:
    """Every config of a tree that runs, by its path, with the name that the plans have for it.

    With plans: the presets of the plans where they stand now, and what else the globs of the layer
    rules find, but no fusion config and nothing that presets are made of. Without: what `init`
    would take for a preset.
    """
    if plans is None:
        return dict.fromkeys(_discovered(loader, layout))
    files: dict[str, str | None] = {path: name for name, path in planned_files(plans, loader.tree)}
    old = {plans.live_path(one.preset.from_) for one in plans.presets.values()}
    kept = {parent for planned in plans.presets.values() for parent in planned.preset.extends}
    made_of = _made_of(files, loader)
    for path in preset_files(plans, loader.tree):
        # What was frozen was made into presets, even where no chain of today goes through it.
        fragment = path in made_of or loader.tree.exists(plans.layout.frozen(path))
        if path not in files and path not in old and (path in kept or not fragment):
            files[path] = None
    layer = _dataset_layer(files, loader, plans.rules.fusion_key)
    return {path: name for path, name in sorted(files.items()) if path not in layer}


def _made_of(paths: Iterable[str], loader: PlainLoader) -> set[str]:
    """Every file in the chains of these configs."""
    found: set[str] = set()
    for path in paths:
        try:
            loader.load(path)
            found.update(loader.chain(path))
        except MigrateError:
            continue  # what cannot be loaded is told where it is asked for
    return found


def those_that_run(names: Iterable[ConfigName], runs: Mapping[str, str | None]) -> list[ConfigName]:
    """What was named, without the fragments that stand in the same folders and globs as presets.

    Where a folder or a glob holds no preset at all, its configs are what is wanted.
    """
    chosen = list(names)
    presets = [one for one in chosen if one.alone or one.path in runs]
    return presets if any(not one.alone for one in presets) else chosen


def planned_files(plans: Plans, tree: Tree) -> Iterable[tuple[str, str]]:
    """Each planned preset whose config is there, with the file that it is now."""
    for name, planned in plans.presets.items():
        live = plans.live_path(planned.preset.from_)
        path = planned.preset.to if tree.exists(planned.preset.to) else live
        if tree.exists(path):
            yield name, path


def _dataset_layer(paths: Iterable[str], loader: PlainLoader, key: str | None) -> set[str]:
    """The fusion configs that these name."""
    if key is None:
        return set()
    found: set[str] = set()
    for path in paths:
        try:
            named = find(loader.load(path), parse_dotted(key))
        except MigrateError:
            continue  # what cannot be loaded is told where it is asked for
        if isinstance(named, str) and named:
            found.add(posixpath.normpath(named))
    return found


def _discovered(loader: PlainLoader, layout: Layout) -> list[str]:
    from migrate.discovery.discover import Discoverer, Scope  # plans spare it
    from migrate.resolve import Resolver

    return Discoverer(Resolver(loader.tree, loader.dialect), Scope(), layout).runs()


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """Paths without the folder that all have in common, and without suffix; in full where two
    would come to the same."""
    known = list(paths)
    common = posixpath.commonpath([posixpath.dirname(path) for path in known]) if known else ""
    short = {path: posixpath.splitext(posixpath.relpath(path, common or "."))[0] for path in known}
    taken: dict[str, int] = {}
    for name in short.values():
        taken[name] = taken.get(name, 0) + 1
    return {path: name if taken[name] == 1 else path for path, name in short.items()}
