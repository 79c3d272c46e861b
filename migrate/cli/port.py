"""`migrate port`."""

from __future__ import annotations

import click

from migrate.cli.complete import complete_config
from migrate.cli.context import Context, pass_context
from migrate.cli.options import dry_run_option, preset_option
from migrate.commands.decline import decline
from migrate.commands.port import Port
from migrate.commands.port import port as run
from migrate.errors import DONE, FOUND
from migrate.report.port import decline_data, decline_lines, port_data, port_lines


@click.command()
@click.argument("revision", required=False, metavar="[REV]")
@preset_option("Limit to this preset, what it builds on and what builds on that; repeatable.")
@click.option(
    "--decline",
    "declined",
    multiple=True,
    metavar="FILE",
    shell_complete=complete_config,
    help="Carry nothing over: say that nobody wants the edit of this old file; repeatable.",
)
@click.option("--reason", metavar="TEXT", help="Why it is declined; it goes into the plans.")
@dry_run_option("Show what would be carried over")
@pass_context
def port(
    context: Context,
    revision: str | None,
    names: tuple[str, ...],
    declined: tuple[str, ...],
    reason: str | None,
    dry_run: bool,
) -> int:
    """Carry what others changed in the old files into the presets that replaced them.

    Without REV: the edits of old files that are there, never retired or brought back by a merge.
    With REV also what that revision did in old files that are gone here, merged or not.

    Values, comments and spelling go to the file that sets the key today. A key that was changed
    there as well is a conflict: it is left alone, and the exit code is 1.

    \b
    Example:
      migrate port
      migrate port feature/longer-runs
      migrate port MERGE_HEAD
      migrate port --preset grpo_dense --dry-run
      migrate port --decline configs/components/optim.yaml --reason "a trial, never trained"
    """
    if declined or reason is not None:
        return _decline(context, revision, names, declined, reason, dry_run)
    result = context.land(
        lambda: run(context.workspace, names, revision), "port", dry_run, Port.prove
    )
    if context.as_json:
        context.give(port_data(result, dry_run))
    else:
        lines = port_lines(result, dry_run, context.paint)
        context.say_lines(lines, commands=True)
    return FOUND if result.conflicts else DONE


def _decline(
    context: Context,
    revision: str | None,
    names: tuple[str, ...],
    declined: tuple[str, ...],
    reason: str | None,
    dry_run: bool,
) -> int:
    if not declined or reason is None:
        raise click.UsageError("--decline FILE and --reason TEXT go together")
    if names:
        raise click.UsageError("--decline holds for every preset; leave --preset out")
    result = context.land(
        lambda: decline(context.workspace, declined, reason, revision), "port --decline", dry_run
    )
    if context.as_json:
        context.give(decline_data(result, dry_run))
    else:
        lines = decline_lines(result, dry_run, context.paint)
        context.say_lines(lines, commands=True)
    return DONE
