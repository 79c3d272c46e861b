"""`migrate init`."""

from __future__ import annotations

import click

from migrate.cli.by_trainer import dialect_required
from migrate.cli.context import Context, pass_context
from migrate.cli.options import scope_of, scope_options, trainer_option, verbose_option
from migrate.commands.init import init as run
from migrate.errors import DONE
from migrate.report.start import init_data, init_lines


@click.command()
@scope_options
@click.option("--force", is_flag=True, help="Add what is new to the plans; keep what people wrote.")
@trainer_option
@verbose_option
@pass_context
def init(
    context: Context,
    presets: tuple[str, ...],
    exclude: tuple[str, ...],
    components: tuple[str, ...],
    base: str,
    force: bool,
    trainer: bool,
) -> int:
    """Find the presets, freeze the legacy tree, write the plans. Changes no config.

    \b
    Example:
      migrate init
      migrate init --presets 'configs/train/**' --exclude 'configs/debug/**'
    """
    require = dialect_required(context) if trainer else None
    scope = scope_of(presets, exclude, components, base)
    with context.progress("trying the plans") as progress:
        result = context.land(
            lambda: run(context.workspace, scope, force, require=require, progress=progress), "init"
        )
    if context.as_json:
        context.give(init_data(result))
    else:
        context.say_lines(init_lines(result, context.paint, context.room), commands=True)
    return DONE
