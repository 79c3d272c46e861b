"""What the shell offers behind a verb: presets, configs, and the keys of a config."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from migrate.errors import MigrateError

if TYPE_CHECKING:
    import click

    from migrate.workspace.view import View

ONE = "A CONFIG is a path, a preset's name, legacy:NAME or git:REV:PATH."
EPILOG = "A CONFIG is a path, a preset's name, a folder, a glob, legacy:NAME or git:REV:PATH."
IN_TREE = "A CONFIG is a path, a preset's name, a folder, a glob or legacy:NAME."
_MOST_PRESETS = 20
"""So many presets are asked for their keys before a shell would have to wait."""


def _view(ctx: click.Context) -> View:
    from migrate.layout import DEFAULT, Layout
    from migrate.workspace.roots import find_root
    from migrate.workspace.view import View

    options: dict[str, Any] = ctx.find_root().params
    try:
        plans = Layout.of(options.get("plans") or DEFAULT.plans).plans
    except MigrateError:
        plans = DEFAULT.plans  # the command itself will say what is wrong
    return View(options.get("root") or find_root(os.getcwd(), plans), plans)


def complete_preset(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The presets of the plans."""
    from migrate.workspace.config_names import presets

    return [name for name in presets(_view(ctx)) if name.startswith(incomplete)]


def complete_config(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Preset names, `legacy:NAME`, and paths as they are spelled from here."""
    from migrate.workspace.config_names import LEGACY, configs, presets

    view = _view(ctx)
    try:
        names = list(presets(view))
        here = [os.path.relpath(os.path.join(view.root, path)) for path in configs(view)]
    except MigrateError:
        return []
    offered = [*names, *(LEGACY + name for name in names), *here]
    return [one for one in offered if one.startswith(incomplete)]


def complete_config_or_key(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Behind the first config its keys, one level at a time; where none fits, configs."""
    before = ctx.params.get("words")
    keys = _keys(ctx, before, incomplete) if before else []
    return keys or (complete_config(ctx, parameter, incomplete) if incomplete or not before else [])


def complete_key_of_presets(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The keys of the first config that stands before; of the first preset where none does."""
    from migrate.workspace.config_names import presets

    # An option that waits for its value keeps click from sorting out the arguments.
    given = ctx.params.get("configs") or ctx.args or list(presets(_view(ctx)))[:1]
    return _keys(ctx, given, incomplete)


def _keys(ctx: click.Context, configs: Sequence[str], incomplete: str) -> list[str]:
    from migrate.commands.missing import all_keys
    from migrate.locations import dotted
    from migrate.workspace.config_names import config_names, resolved_side

    view = _view(ctx)
    try:
        names = config_names(view, configs)
        branch = resolved_side(view, names[0]).branch
    except (MigrateError, IndexError):
        return []
    return _level([dotted(path) for path in all_keys(branch)], incomplete)


def _level(keys: Iterable[str], incomplete: str) -> list[str]:
    level = incomplete.count(".")
    fitting = [key for key in keys if key.startswith(incomplete)]
    return [key for key in fitting if key.count(".") <= level] or fitting


def complete_key_to_set(ctx: click.Context, incomplete: str) -> list[str]:
    """The keys that any preset of the plans has, up to the sign behind which its value stands."""
    from migrate.commands.missing import all_keys
    from migrate.locations import dotted
    from migrate.resolve import Branch
    from migrate.workspace.config_names import presets

    view = _view(ctx)
    keys: dict[str, None] = {}
    for path in list(presets(view).values())[:_MOST_PRESETS]:
        try:
            branch = view.resolver.resolve(path).branch
        except MigrateError:
            continue
        for key in all_keys(branch):
            slot = branch.find(key)
            whole = slot is not None and not isinstance(slot.value, Branch)
            keys[dotted(key) + "=" * whole] = None
    return _level(keys, incomplete)


def complete_differing(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The keys at which the named presets differ; with --remove, those that are accepted."""
    from migrate.commands.accept import differing
    from migrate.workspace.workspace import Workspace

    view = _view(ctx)
    workspace = Workspace(view.root, view.layout.plans)
    try:
        keys = differing(workspace, ctx.params.get("names") or (), bool(ctx.params["taking_back"]))
    except (MigrateError, KeyError):
        return []
    return [key for key in keys if key.startswith(incomplete)]


def complete_revision(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The branches and tags of the repository."""
    from migrate.trees.git import ask

    try:
        names = ask(_view(ctx).root, "for-each-ref", "--format=%(refname:short)")
    except MigrateError:
        return []
    return [name for name in os.fsdecode(names or b"").split() if name.startswith(incomplete)]
