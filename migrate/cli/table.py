"""`migrate table`."""

from __future__ import annotations

import click

from migrate.cli.complete import EPILOG, complete_config, complete_key_of_presets
from migrate.cli.context import Context, pass_context
from migrate.cli.options import output_option
from migrate.commands.table import ALL, DIFFERS, Table
from migrate.commands.table import table as run
from migrate.errors import DONE, raise_all
from migrate.report.table import table_csv, table_data, table_lines, table_markdown


@click.command(epilog=EPILOG)
@click.argument("configs", nargs=-1, metavar="[CONFIG]...", shell_complete=complete_config)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="PATTERN",
    shell_complete=complete_key_of_presets,
    help="Show these keys, as in training.**; repeatable.",
)
@click.option("--differs", "which", flag_value=DIFFERS, help="Show keys that differ; the default.")
@click.option("--all", "which", flag_value=ALL, help="Show every key.")
@click.option("--odd", is_flag=True, help="Put first the keys in which few leave the majority.")
@output_option("table")
@pass_context
def table(
    context: Context,
    configs: tuple[str, ...],
    keys: tuple[str, ...],
    which: str | None,
    odd: bool,
    output: str | None,
) -> int:
    """Lay the keys of many presets side by side: which differ, and where few leave the rest.

    Without a CONFIG, of every preset. With --key all that match are shown, whether or not they
    differ. A dot stands for a value that comes from a preset which is in the table too.

    \b
    Example:
      migrate table --odd
      migrate table configs/train/grpo --key training.learning_rate --key 'rlhf.**'
      migrate table --output csv > presets.csv
    """
    context.recover()
    output = output or context.output
    as_json = output == "json"
    with context.progress("looking") as progress:
        found = run(context.view, configs, keys, which, odd, as_json, progress)
    _print(context, found, output)
    raise_all(found.faults)
    return DONE


def _print(context: Context, found: Table, output: str) -> None:
    if output == "json":
        context.give(table_data(found))
    elif output == "csv":
        context.bytes_out(table_csv(found).encode())
    elif output == "md":
        context.bytes_out(table_markdown(found).encode())
    else:
        context.say("\n".join(table_lines(found, context.paint, context.columns)))
