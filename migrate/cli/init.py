"""`migrate init`."""

from __future__ import annotations

import click

from migrate.cli.context import Context, pass_context
from migrate.cli.options import scope_of, scope_options
from migrate.commands.init import init as run
from migrate.errors import DONE
from migrate.report.start import init_data, init_lines


@click.command()
@scope_options
@click.option("--force", is_flag=True, help="Add what is new to the plans; keep what people wrote.")
@pass_context
def init(
    context: Context,
    presets: tuple[str, ...],
    exclude: tuple[str, ...],
    components: tuple[str, ...],
    base: str,
    force: bool,
) -> int:
    """Find the presets, freeze the legacy tree, write the plans. Changes no config.

    \b
    Example:
      migrate init
      migrate init --presets 'configs/train/**' --exclude 'configs/debug/**'
    """
    result = context.land(
        lambda: run(context.workspace, scope_of(presets, exclude, components, base), force), "init"
    )
    if context.as_json:
        context.give(init_data(result))
    else:
        context.say_lines(map(context.layout.addressed, init_lines(result, context.paint)))
    return DONE
