"""`migrate undo`."""

from __future__ import annotations

import click

from migrate.cli.context import Context, pass_context
from migrate.cli.options import dry_run_option, preset_option
from migrate.commands.undo import UndoResult
from migrate.commands.undo import undo as run
from migrate.errors import DONE
from migrate.report.steps import undo_data, undo_lines


@click.command()
@preset_option("The preset whose step is taken back; repeatable.", required=True)
@click.option("--with-dependents", is_flag=True, help="Take back the presets that build on it too.")
@dry_run_option()
@pass_context
def undo(context: Context, names: tuple[str, ...], with_dependents: bool, dry_run: bool) -> int:
    """Take one preset's step back, byte for byte; of shared files, the lines that it wrote.

    \b
    Example:
      migrate undo --preset grpo_dense --dry-run
    """

    if len(names) > 1:
        # click would take the last one and say nothing of the others.
        raise click.UsageError("undo takes one --preset; --with-dependents adds what builds on it")
    name = names[0]

    def label(result: UndoResult) -> str:
        return f"undo {', '.join(result.names)}"

    result = context.land(lambda: run(context.workspace, name, with_dependents), label, dry_run)
    if context.as_json:
        context.give(undo_data(result, dry_run))
    else:
        context.say_lines(undo_lines(result, dry_run, context.paint))
    return DONE
