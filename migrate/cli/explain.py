"""`migrate explain`."""

from __future__ import annotations

import click

from migrate.cli.complete import EPILOG, complete_config, complete_key
from migrate.cli.context import Context, pass_context
from migrate.commands.explain import explain as run
from migrate.commands.missing import NoSuchKey
from migrate.errors import DONE
from migrate.report.look import explain_data, explain_lines
from migrate.workspace.config_names import resolved_side


@click.command(epilog=EPILOG)
@click.argument("config", shell_complete=complete_config)
@click.argument("key", required=False, shell_complete=complete_key)
@click.option("--full", is_flag=True, help="Print long values in full.")
@pass_context
def explain(context: Context, config: str, key: str | None, full: bool) -> int:
    """Which file set a value, and every setting that lost to it, in merge order.

    KEY is a key, a section or a list item, such as custom.augmentation.ops[0]; without it,
    everything is explained.

    \b
    Example:
      migrate explain configs/train/grpo/dense_2048.yaml training.learning_rate
    """
    context.recover()
    try:
        found = run(resolved_side(context.view, config), key)
    except NoSuchKey as missing:
        if context.as_json:
            context.give(missing.data())
        raise
    if context.as_json:
        context.give(explain_data(found))
    else:
        full = full or context.verbose > 0
        context.say_lines(explain_lines(found, context.paint, full))
    return DONE
