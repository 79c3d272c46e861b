"""`migrate diff`."""

from __future__ import annotations

import click

from migrate.cli.complete import ONE, complete_config
from migrate.cli.context import Context, pass_context
from migrate.commands.compare import compare
from migrate.errors import DONE, FOUND
from migrate.report.look_diff import diff_data, diff_lines


@click.command(epilog=ONE)
@click.argument("left", shell_complete=complete_config)
@click.argument("right", shell_complete=complete_config)
@click.option(
    "--profile", metavar="FILE", help="Use this parity profile instead of the one in the plans."
)
@click.option("--full", is_flag=True, help="Print long values in full.")
@pass_context
def diff(context: Context, left: str, right: str, profile: str | None, full: bool) -> int:
    """Compare two configs after resolving: what differs, allowed and forbidden apart.

    Exits 0 if they are equal or differ only as the parity profile allows, else 1.

    \b
    Example:
      migrate diff legacy:grpo_dense configs/train/grpo/dense_2048.yaml
      migrate diff git:main:configs/debug.yaml configs/debug.yaml
    """
    context.recover()
    found = compare(context.view, left, right, profile)
    if context.as_json:
        context.give(diff_data(found))
    else:
        full = full or context.verbose > 0
        context.say_lines(diff_lines(found, context.paint, full))
    return FOUND if found.forbidden else DONE
