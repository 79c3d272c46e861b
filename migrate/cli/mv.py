"""`migrate mv`."""

from __future__ import annotations

import click

from migrate.cli.complete import complete_config
from migrate.cli.context import Context, pass_context
from migrate.cli.options import dry_run_option, likely_option
from migrate.commands.mv import ConfigsMoved, move
from migrate.errors import DONE
from migrate.report.mv import mv_data, mv_lines


def _label(result: ConfigsMoved) -> str:
    return f"mv {next(iter(result.moves))}"


@click.command(epilog="OLD is a config, a preset's name, or a folder of configs.")
@click.argument("old", shell_complete=complete_config)
@click.argument("new", type=click.Path())
@likely_option
@dry_run_option("Show the diff and what follows")
@pass_context
def mv(context: Context, old: str, new: str, likely: bool, dry_run: bool) -> int:
    """Move a config, or a folder of configs, and everything that names it.

    Links of other configs and its own, code, scripts, docs, plans and evidence follow; every
    config resolves to what it did. `migrate mv NEW OLD` is the way back.

    \b
    Example:
      migrate mv configs/train/grpo/dense.yaml configs/train/grpo/dense_4b.yaml
      migrate mv configs/train/old_runs configs/archive
    """
    result = context.land(lambda: move(context.workspace, old, new, likely), _label, dry_run)
    if context.as_json:
        context.give({**mv_data(result), "dry_run": dry_run})
    else:
        context.say_lines(mv_lines(result, context.paint, dry_run))
    return DONE
