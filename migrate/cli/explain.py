"""`migrate explain`."""

from __future__ import annotations

import click

from migrate.cli.complete import EPILOG, complete_config, complete_config_or_key
from migrate.cli.context import Context, pass_context
from migrate.commands.explain import configs_and_key, explain_all
from migrate.commands.explain import explain_routes as run
from migrate.commands.missing import NoSuchKey
from migrate.errors import DONE, raise_all
from migrate.report.look import (
    explain_all_data,
    explain_all_lines,
    explain_data,
    explain_lines,
)
from migrate.workspace.config_names import ConfigName, resolved_side


@click.command(epilog=EPILOG)
@click.argument(
    "words",
    nargs=-1,
    metavar="CONFIG... [KEY]",
    shell_complete=complete_config_or_key,
)
@click.option("--key", metavar="KEY", help="The key, whatever it looks like.")
@click.option(
    "--from",
    "source",
    metavar="FILE[:LINE]",
    shell_complete=complete_config,
    help="Ask the other way round: which configs get a value from here.",
)
@click.option("--full", is_flag=True, help="Print long values in full.")
@pass_context
def explain(
    context: Context, words: tuple[str, ...], key: str | None, source: str | None, full: bool
) -> int:
    """Which file set a value, and every setting that lost to it, in merge order.

    KEY is a key, a section or a list item, such as custom.augmentation.ops[0]; without it,
    everything is explained. The last word is the KEY where it is not a config. Of many configs,
    those that get the same value from the same place are told together.

    Where a config reaches a file in more than one way, it says by which way each value came.

    With --from it is the other way round: what each of the configs, or of all presets, gets from a
    file or a line of it, and where that lost.

    \b
    Example:
      migrate explain configs/train/grpo/dense_2048.yaml training.learning_rate
      migrate explain configs/train configs/smoke training.learning_rate
      migrate explain --from configs/base.yaml:13
    """
    if not (words or source):
        raise click.UsageError("name a config, or --from FILE[:LINE]")
    context.recover()
    if source is not None:
        return _from(context, source, words, key, full)
    names, key = configs_and_key(context.view, words, key)
    full = full or context.verbose > 0
    try:
        if len(names) == 1 and names[0].alone:
            _one(context, names[0], key, full)
        else:
            _many(context, names, key, full)
    except NoSuchKey as missing:
        if context.as_json:
            context.give(missing.data())
        raise
    return DONE


def _from(
    context: Context, source: str, configs: tuple[str, ...], key: str | None, full: bool
) -> int:
    from migrate.commands.explain_from import explain_from
    from migrate.report.look_from import from_data, from_lines

    found = explain_from(context.view, source, configs, key)
    if context.as_json:
        context.give(from_data(found))
    else:
        lines = from_lines(found, context.paint, full or context.verbose > 0)
        context.say_lines(lines)
    raise_all(found.faults)
    return DONE


def _one(context: Context, name: ConfigName, key: str | None, full: bool) -> None:
    found = run(resolved_side(context.view, name), key)
    if context.as_json:
        context.give(explain_data(found))
    else:
        context.say_lines(explain_lines(found, context.paint, full))


def _many(context: Context, names: list[ConfigName], key: str | None, full: bool) -> None:
    found = explain_all(context.view, names, key)
    if context.as_json:
        context.give(explain_all_data(found))
    else:
        context.say_lines(explain_all_lines(found, context.paint, full))
    raise_all(found.faults)
