"""Which files of a tree may be presets, by what the plans say of them."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.plan.plans import Plans
from migrate.trees.globs import matcher
from migrate.trees.tree import Tree


def preset_files(plans: Plans, tree: Tree) -> Iterator[str]:
    """The files that may be presets, in path order: all but the fusion configs among them.

    What the plan excludes is no business of this rollout's.
    """
    fragments, wanted = _fragments(plans), matcher(plans.rules.presets)
    excluded = matcher(plans.exclude)
    for path in tree.files():
        live = path not in fragments and not plans.layout.is_record(path)
        if live and wanted(path) and not excluded(path):
            yield path


def _fragments(plans: Plans) -> set[str]:
    """What is inlined into presets or kept for others, and the base: never run alone."""
    planned = list(plans.presets.values())
    inlined = {plans.live_path(path) for one in planned for path in one.preset.inline}
    kept = {plans.live_path(path) for path in plans.keep}
    run = {one.preset.to for one in planned}
    run |= {plans.live_path(one.preset.from_) for one in planned}
    return (inlined | kept | {plans.base}) - run
