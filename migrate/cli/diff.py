"""`migrate diff`."""

from __future__ import annotations

import click

from migrate.cli.complete import EPILOG, complete_config
from migrate.cli.context import Context, pass_context
from migrate.cli.options import output_option, since_option
from migrate.commands.compare import compare
from migrate.errors import DONE, FOUND, raise_all
from migrate.report.look_diff import diff_data, diff_lines


@click.command(epilog=EPILOG)
@click.argument(
    "configs", nargs=-1, metavar="LEFT RIGHT | [CONFIG]...", shell_complete=complete_config
)
@since_option("Compare every preset, or the named configs, with this revision of git")
@click.option(
    "--profile", metavar="FILE", help="Use this parity profile instead of the one in the plans."
)
@click.option("--full", is_flag=True, help="Print long values in full.")
@output_option("diff")
@pass_context
def diff(
    context: Context,
    configs: tuple[str, ...],
    revision: str | None,
    profile: str | None,
    full: bool,
    output: str | None,
) -> int:
    """Compare two configs after resolving: what differs, allowed and forbidden apart.

    Exits 0 if they are equal or differ only as the parity profile allows, else 1.

    With --since, compare every preset at a revision with what it is now, and tell each change once.
    Nothing is checked out. Exits 1 if any preset changed, came or went. --output md is for a pull
    request.

    \b
    Example:
      migrate diff legacy:grpo_dense configs/train/grpo/dense_2048.yaml
      migrate diff git:main:configs/debug.yaml configs/debug.yaml
      migrate diff --since main
    """
    output = output or context.output
    full = full or context.verbose > 0
    if revision is not None:
        return _since(context, revision, configs, profile, full, output)
    if len(configs) != 2:
        raise click.UsageError("name two configs, or --since REV and any number of them")
    if output == "md":
        raise click.UsageError("--output md goes with --since")
    context.recover()
    found = compare(context.view, *configs, profile)
    if output == "json":
        context.give(diff_data(found))
    else:
        context.say_lines(diff_lines(found, context.paint, full))
    return FOUND if found.forbidden else DONE


def _since(
    context: Context,
    revision: str,
    configs: tuple[str, ...],
    profile: str | None,
    full: bool,
    output: str,
) -> int:
    from migrate.commands.since import since  # two configs need none of it
    from migrate.report.since import since_data, since_lines, since_markdown

    context.recover()
    found = since(context.view, revision, configs, profile)
    if output == "json":
        context.give(since_data(found))
    elif output == "md":
        context.bytes_out(since_markdown(found).encode())
    else:
        context.say_lines(since_lines(found, context.paint, full))
    raise_all(found.faults)
    return FOUND if found.differs else DONE
