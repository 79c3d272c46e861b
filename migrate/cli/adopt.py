"""`migrate adopt`."""

from __future__ import annotations

import click

from migrate.cli.complete import EPILOG, complete_config
from migrate.cli.context import Context, pass_context
from migrate.cli.options import dry_run_option
from migrate.commands.adopt import adopt as run
from migrate.errors import DONE
from migrate.report.start import init_data, init_lines


@click.command(epilog=EPILOG)
@click.argument("configs", nargs=-1, required=True, shell_complete=complete_config)
@dry_run_option("Show what would be planned")
@pass_context
def adopt(context: Context, configs: tuple[str, ...], dry_run: bool) -> int:
    """Plan configs that came late, such as a colleague's preset in the old form.

    What they extend may be gone already: then the frozen copy is read. Writes plan entries and
    frozen copies; `migrate apply` migrates them as usual.

    \b
    Example:
      migrate adopt configs/train/late.yaml
      migrate adopt git:feature/long-runs:configs/train/late.yaml
    """
    result = context.land(lambda: run(context.workspace, configs), "adopt", dry_run)
    if context.as_json:
        context.give({**init_data(result), "dry_run": dry_run})
    else:
        context.say_lines(init_lines(result, context.paint, context.room), commands=True)
    return DONE
