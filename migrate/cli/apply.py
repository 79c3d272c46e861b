"""`migrate apply`."""

from __future__ import annotations

import click

from migrate.cli.applying import ApplyPrinter
from migrate.cli.context import Context, pass_context
from migrate.cli.options import dry_run_option, likely_option, presets_option, run_gates_option
from migrate.commands.apply import apply as run
from migrate.errors import DONE


@click.command()
@presets_option
@click.option("--all", "everything", is_flag=True, help="Migrate every pending preset.")
@dry_run_option()
@click.option("--force", is_flag=True, help="Overwrite a target edited by hand; keep a copy.")
@likely_option
@run_gates_option
@pass_context
def apply(
    context: Context,
    names: tuple[str, ...],
    everything: bool,
    dry_run: bool,
    force: bool,
    likely: bool,
    run_gates: bool,
) -> int:
    """Migrate presets, one landing each, parents first.

    \b
    Example:
      migrate apply --preset grpo_dense
      migrate apply --all --dry-run
    """
    if everything == bool(names):
        raise click.UsageError("give --preset NAME, or --all")
    flags = {"--force": force, "--likely": likely, "--run-gates": run_gates}
    told = ApplyPrinter(context, everything, [flag for flag, given in flags.items() if given])
    workspace = context.workspace
    workspace.likely = likely
    if dry_run:
        context.refuse_interrupted()
        with told.to_the_end() as result:
            run(workspace, names, None, None, force, run_gates, result, told.landed)
        return DONE
    with (
        context.writing() as disk,
        context.progress("applying") as progress,
        told.to_the_end() as result,
    ):
        run(workspace, names, disk, progress, force, run_gates, result, told.landed)
    return DONE
