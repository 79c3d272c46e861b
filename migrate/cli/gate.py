"""The verbs that judge a rollout: verify, status, finalize, rehearse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrate.cli.context import Context, pass_context
from migrate.cli.options import (
    presets_option,
    run_gates_option,
    scope_of,
    scope_options,
    workers_options,
)
from migrate.errors import DONE, FOUND

if TYPE_CHECKING:
    from migrate.commands.finalize import Finalized
    from migrate.verification.result import Verified


@click.command()
@presets_option
@click.option("--strict", is_flag=True, help="Warnings close the gate too.")
@workers_options
@run_gates_option
@click.option("--trust", is_flag=True, help="Run these gates from now on, until they change.")
@click.option("--fresh", is_flag=True, help="Look at everything again, changed or not.")
@click.option(
    "--cross-check",
    is_flag=True,
    help="Read every preset and its old chain again, with another parser and another comparison.",
)
@pass_context
def verify(
    context: Context,
    names: tuple[str, ...],
    strict: bool,
    jobs: int,
    scheduler: str | None,
    run_gates: bool,
    trust: bool,
    fresh: bool,
    cross_check: bool,
) -> int:
    """The gate: exits 0 only if everything holds.

    What an earlier look found is told again if no file has changed since: all of them are read
    and hashed for that.
    """
    if trust and not run_gates:
        raise click.UsageError("--trust goes with --run-gates")
    if trust:
        _trust(context)
    from migrate.verification.cached import CachedVerify
    from migrate.workspace.parallel import workers

    context.recover()
    options = {**context.options, "strict": strict}
    asked = CachedVerify(context.root, lambda: context.workspace, options)
    with workers(jobs, scheduler) as crew, context.progress("verifying") as progress:
        result = asked.answer(names, run_gates, fresh, crew, progress)
    if cross_check:
        _cross_check(context, names, result)
    if asked.recalled:
        context.tell("nothing has changed since the last look; --fresh looks again")
    for line in result.remarks:
        context.tell(line)
    _verified(context, result, strict)
    return FOUND if result.failed(strict) else DONE


def _cross_check(context: Context, names: tuple[str, ...], result: Verified) -> None:
    from migrate.findings import ERROR
    from migrate.plan import select
    from migrate.verification.cross_check import RULE
    from migrate.verification.cross_check import cross_check as run

    found = list(run(context.workspace, select(context.workspace.plans, names)))
    result.findings += found
    result.checks[RULE] = sum(finding.level == ERROR for finding in found)


def _trust(context: Context) -> None:
    from migrate.report.steps import gate_lines
    from migrate.workspace.trust import trust

    with context.writing() as disk:
        for line in gate_lines(context.workspace.plans.presets.values()):
            context.tell(line)
        trust(context.workspace, disk)


def _verified(context: Context, result: Verified, strict: bool) -> None:
    from migrate.report.gate import finding_data, verify_lines

    if context.as_json:
        context.give(
            {
                "ok": not result.failed(strict),
                "presets": {
                    name: {"parity": one.parity, "allowed": one.allowed}
                    for name, one in result.presets.items()
                },
                "checks": result.checks,
                "findings": [finding_data(finding) for finding in result.findings],
                "finalized": result.finalized,
            }
        )
        return
    all_of_it = strict or bool(context.verbose)
    lines = verify_lines(result.presets, result.checks, result.findings, all_of_it, context.paint)
    context.say_lines(map(context.layout.addressed, lines))


@click.command()
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
    """
    from dataclasses import asdict

    from migrate.commands.status import STATES
    from migrate.commands.status import status as run
    from migrate.report.gate import status_lines

    context.recover()
    result = run(context.workspace)
    if context.as_json:
        rows = [asdict(row) for row in result.rows]
        context.give({"presets": rows, "finalized": result.finalized})
        return DONE
    context.say_lines(map(context.layout.addressed, status_lines(result.rows, context.paint)))
    counts = ", ".join(f"{result.count(s)} {s}" for s in STATES if result.count(s))
    context.say(counts + ("; finalized" if result.finalized else ""))
    return DONE


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would go; write nothing.")
@run_gates_option
@pass_context
def finalize(context: Context, dry_run: bool, run_gates: bool) -> int:
    """Run the gate, then remove the legacy tree. The evidence stays.

    Refused while anything still points into the legacy tree.

    \b
    Example:
      migrate finalize --dry-run
    """
    from migrate.commands.finalize import finalize as run
    from migrate.journal import land

    if dry_run:
        context.refuse_interrupted()
        return _finalized(context, run(context.workspace, gates=run_gates, dry_run=True))
    with context.writing() as disk:
        result = run(context.workspace, gates=run_gates)
        land(result.changes, disk, "finalize")
    return _finalized(context, result)


def _finalized(context: Context, result: Finalized) -> int:
    from migrate.report.gate import finding_data
    from migrate.report.paint import plural

    closed = result.verified.failed(strict=False)
    removed = list(result.changes.deleted)
    if context.as_json:
        findings = [finding_data(finding) for finding in result.verified.findings]
        context.give(
            {
                "ok": not closed,
                "removed": removed,
                "dry_run": result.dry_run,
                "findings": findings,
            }
        )
        return FOUND if closed else DONE
    _verified(context, result.verified, strict=False)
    if not closed:
        word = "would remove" if result.dry_run else "removed"
        context.say(f"{word} {plural(len(removed), 'frozen file')}; the evidence stays")
    return FOUND if closed else DONE


@click.command()
@click.option("--keep", metavar="DIR", help="Keep the scratch copy in this empty folder.")
@scope_options
@pass_context
def rehearse(
    context: Context,
    keep: str | None,
    presets: tuple[str, ...],
    exclude: tuple[str, ...],
    components: tuple[str, ...],
    base: str,
) -> int:
    """The whole rollout in a scratch copy; this tree is not touched.

    A tree without plans begins with `init`; the options that `init` has as well are for that.
    """
    from migrate.commands.rehearse import rehearse as run
    from migrate.report.gate import rehearsal_data, rehearsal_lines
    from migrate.workspace.scratch import empty_folder

    if keep is not None:
        empty_folder(keep)
    context.recover()
    with context.progress("rehearsing") as progress:
        scope = scope_of(presets, exclude, components, base)
        result = run(context.workspace, keep, progress, scope)
    if context.as_json:
        context.give(rehearsal_data(result))
    elif result.shallow:
        context.say("nothing to rehearse: the tree is shallow already")
    else:
        context.say_lines(map(context.layout.addressed, rehearsal_lines(result, context.paint)))
        _verified(context, result.verified, strict=False)
    return FOUND if result.failed else DONE
