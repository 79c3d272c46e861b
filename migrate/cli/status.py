"""`migrate status`."""

from __future__ import annotations

from dataclasses import asdict

import click

from migrate.cli.context import Context, pass_context
from migrate.cli.options import verbose_option
from migrate.commands.status import status as run
from migrate.errors import DONE
from migrate.report.status import status_lines


@click.command()
@verbose_option
@pass_context
def status(context: Context) -> int:
    """Where each preset stands.

    \b
    applied  as its step left it
    pending  waits for its step
    moved    waits, and its old files changed since they were frozen
    behind   applied, and lacks an edit of its old files that came later
    edited   applied, and edited by hand since
    stale    applied, and its plan changed since
    missing  applied, and its file is gone
    retired  the same, and `migrate accept --retired` said why

    A terminal gets names shortened in the middle, and no targets where they do not fit; -v prints
    them whole.

    \b
    Example:
      migrate status
      migrate --output json status
    """
    context.recover()
    result = run(context.workspace)
    if context.as_json:
        rows = [asdict(row) for row in result.rows]
        context.give({"presets": rows, "finalized": result.finalized})
        return DONE
    lines = status_lines(result, context.paint, context.room)
    context.say_lines(lines, commands=True)
    return DONE
