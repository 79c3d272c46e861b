"""The verb for configs that come late: adopt."""

from __future__ import annotations

import click

from migrate.cli.complete import EPILOG, complete_config
from migrate.cli.context import Context, pass_context
from migrate.errors import DONE


@click.command(epilog=EPILOG)
@click.argument("configs", nargs=-1, required=True, shell_complete=complete_config)
@click.option("--dry-run", is_flag=True, help="Show what would be planned; write nothing.")
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
    from migrate.commands.adopt import adopt as run
    from migrate.journal import land
    from migrate.report.start import init_data, init_lines

    if dry_run:
        context.refuse_interrupted()
        result = run(context.workspace, configs)
    else:
        with context.writing() as disk:
            result = run(context.workspace, configs)
            land(result.changes, disk, "adopt")
    if context.as_json:
        context.give({**init_data(result), "dry_run": dry_run})
    else:
        context.say("\n".join(init_lines(result, context.paint)))
    return DONE
