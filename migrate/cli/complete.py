"""What the shell offers behind a verb: presets, configs, and the keys of a config."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from migrate.errors import MigrateError

if TYPE_CHECKING:
    import click

    from migrate.workspace.view import View

EPILOG = "A CONFIG is a path, a preset's name, legacy:NAME or git:REV:PATH."
IN_TREE = "A CONFIG is a path, a preset's name or legacy:NAME."


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


def complete_key(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The keys of the config that stands before, one level at a time."""
    from migrate.commands.missing import all_keys
    from migrate.locations import dotted
    from migrate.workspace.config_names import resolved_side

    try:
        branch = resolved_side(_view(ctx), ctx.params["config"]).branch
    except (MigrateError, KeyError):
        return []
    keys = [dotted(path) for path in all_keys(branch)]
    level = incomplete.count(".")
    fitting = [key for key in keys if key.startswith(incomplete)]
    return [key for key in fitting if key.count(".") <= level] or fitting
