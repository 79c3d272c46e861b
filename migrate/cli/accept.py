"""`migrate accept`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrate.cli.complete import complete_differing, complete_preset
from migrate.cli.context import Context, pass_context
from migrate.cli.options import dry_run_option, preset_option
from migrate.commands.accept import accept as run
from migrate.commands.accept import bring_back, listed, remove, retire
from migrate.errors import DONE
from migrate.report.accept import listing_data, listing_lines, recorded_data, recorded_lines

if TYPE_CHECKING:
    from migrate.commands.accept import Recorded


@click.command()
@preset_option("Limit to this preset; repeatable. Without it: every applied preset.")
@click.option(
    "--key",
    "patterns",
    multiple=True,
    metavar="PATTERN",
    help="Limit to this key and what is below it; repeatable. Without it: every forbidden"
    " difference, but for what the parity profile forbids by name.",
    shell_complete=complete_differing,
)
@click.option("--reason", metavar="TEXT", help="Why; it stands beside the values.")
@click.option(
    "--even-forbidden", is_flag=True, help="Also accept what the parity profile forbids by name."
)
@click.option("--list", "as_list", is_flag=True, help="Show what is accepted, and what is unused.")
@click.option("--remove", "taking_back", is_flag=True, help="Remove acceptances.")
@click.option(
    "--retired",
    multiple=True,
    metavar="NAME",
    help="Record why this preset was deleted; repeatable.",
    shell_complete=complete_preset,
)
@dry_run_option("Show the diff")
@pass_context
def accept(
    context: Context,
    names: tuple[str, ...],
    patterns: tuple[str, ...],
    reason: str | None,
    even_forbidden: bool,
    as_list: bool,
    taking_back: bool,
    retired: tuple[str, ...],
    dry_run: bool,
) -> int:
    """Record differences that are intended: the gate then guards everything else.

    Exactly this value of this preset is accepted; another value later is a finding again. An
    overlay inherits what its parent accepted. `migrate verify` prints the command for each
    difference. The record is accepted.yaml beside the plans, for a reviewer to read.

    \b
    Example:
      migrate accept --preset grpo_dense --key training.learning_rate --reason "underfits"
      migrate accept --list
      migrate accept --remove --preset grpo_dense
      migrate accept --retired grpo_old --reason "nobody runs it any more"
    """
    _refuse_unclear(names, patterns, reason, as_list, taking_back, retired)
    if as_list:
        context.recover()
        return _list(context, names)

    def decide() -> Recorded:
        if taking_back and retired:
            return bring_back(context.workspace, retired)
        if taking_back:
            return remove(context.workspace, names, patterns)
        if retired:
            return retire(context.workspace, retired, reason or "")
        return run(context.workspace, names, patterns, reason or "", even_forbidden)

    recorded = context.land(decide, "accept", dry_run)
    if context.as_json:
        context.give(recorded_data(recorded, dry_run))
        return DONE
    file = context.layout.accepted
    lines = recorded_lines(recorded, file, dry_run, context.paint)
    context.say_lines(lines, commands=True)
    return DONE


def _refuse_unclear(
    names: tuple[str, ...],
    patterns: tuple[str, ...],
    reason: str | None,
    as_list: bool,
    taking_back: bool,
    retired: tuple[str, ...],
) -> None:
    """Raises UsageError for options that do not go together, or that lack one."""
    if as_list and (taking_back or retired or patterns or reason is not None):
        raise click.UsageError("--list goes with --preset alone")
    if retired and (names or patterns):
        raise click.UsageError("--retired names presets itself; leave out --preset and --key")
    if taking_back and not (names or patterns or retired):
        raise click.UsageError("--remove goes with --preset, --key or --retired")
    if reason is None and not (as_list or taking_back):
        raise click.UsageError('say why: --reason "..."')


def _list(context: Context, names: tuple[str, ...]) -> int:
    listing = listed(context.workspace, names)
    if context.as_json:
        context.give(listing_data(listing))
    else:
        lines = listing_lines(listing, context.layout.accepted, context.paint)
        context.say_lines(lines, commands=True)
    return DONE
