"""`migrate verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrate.cli.context import Context, pass_context
from migrate.cli.options import (
    files_options,
    output_option,
    presets_option,
    run_gates_option,
    trainer_option,
    verbose_option,
    workers_options,
)
from migrate.cli.verdict import print_verdict
from migrate.errors import DONE, FOUND
from migrate.verification.cached import CachedVerify
from migrate.workspace.parallel import workers

if TYPE_CHECKING:
    from migrate.verification.result import VerifyResult


@click.command()
@presets_option
@click.option("--strict", is_flag=True, help="Warnings close the gate too.")
@click.option(
    "--so-far",
    is_flag=True,
    help="The gate of a half-done rollout: presets may wait for their step, if their plans hold.",
)
@workers_options
@run_gates_option
@click.option(
    "--trust", is_flag=True, help="Run these gate commands from now on, until they change."
)
@click.option("--fresh", is_flag=True, help="Ignore the cache: check everything again.")
@click.option(
    "--cross-check",
    is_flag=True,
    help="Read every preset and its old chain again, with another parser and another comparison.",
)
@trainer_option
@output_option("verify")
@files_options
@verbose_option
@pass_context
def verify(
    context: Context,
    names: tuple[str, ...],
    strict: bool,
    so_far: bool,
    jobs: int,
    scheduler: str | None,
    run_gates: bool,
    trust: bool,
    fresh: bool,
    cross_check: bool,
    trainer: bool,
    output: str | None,
) -> int:
    """Check the whole rollout; exit 0 only if everything holds.

    With --so-far presets may wait for their step: then their plans must hold, and the applied ones
    are checked in full. That is the gate while a rollout lasts.

    Results are cached, but for those of --so-far; a cached result is used only if no file has
    changed since, for which all of them are read and hashed. --fresh ignores the cache.

    --output github annotates a pull request, md is for a job's summary, sarif for code scanning;
    --md and --sarif write the same run into files, whatever is printed.

    \b
    Example:
      migrate verify
      migrate verify --preset grpo_dense --strict
      migrate verify --so-far
      migrate verify --trainer
      migrate verify --output github --md summary.md --sarif verify.sarif
    """
    context.output = output or context.output
    if trust and not run_gates:
        raise click.UsageError("--trust goes with --run-gates")
    if trust:
        _trust(context)
    context.recover()
    options = {**context.options, "strict": strict, "so_far": so_far}
    asked = CachedVerify(context.root, lambda: context.workspace, options)
    with workers(jobs, scheduler) as crew, context.progress("verifying") as progress:
        result = asked.answer(names, run_gates, fresh, crew, progress)
    if cross_check:
        _cross_check(context, names, result)
    if trainer:
        _trainer(context, names, result)
    if asked.recalled:
        context.tell("from the cache: no file has changed; --fresh checks again")
    for line in result.remarks:
        context.tell(line)
    print_verdict(context, result, strict)
    return FOUND if result.failed(strict) else DONE


def _cross_check(context: Context, names: tuple[str, ...], result: VerifyResult) -> None:
    # Another parser and another comparison: imported for this option only.
    from migrate.findings import ERROR
    from migrate.plan import select
    from migrate.verification.cross_check import RULE, cross_check

    found = list(cross_check(context.workspace, select(context.workspace.plans, names)))
    result.findings += found
    result.checks[RULE] = sum(finding.level == ERROR for finding in found)


def _trainer(context: Context, names: tuple[str, ...], result: VerifyResult) -> None:
    from migrate.cli.by_trainer import told_asker
    from migrate.findings import ERROR
    from migrate.plan import select
    from migrate.verification.trainer_check import RULE, check_trainer

    workspace = context.workspace
    asker = told_asker(context, workspace)
    with context.progress("asking the trainer") as progress:
        found = list(check_trainer(workspace, select(workspace.plans, names), asker, progress))
    result.findings += found
    result.checks[RULE] = sum(finding.level == ERROR for finding in found)


def _trust(context: Context) -> None:
    from migrate.report.steps import gate_lines
    from migrate.workspace.trust import trust

    with context.writing() as disk:
        for line in gate_lines(context.workspace.plans.presets.values()):
            context.tell(line)
        trust(context.workspace, disk)
