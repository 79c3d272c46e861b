"""The verbs that write: init, plan, apply, undo; `plan` shows what would be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.complete import complete_preset
from migrate.cli.context import Context, pass_context
from migrate.cli.options import (
    likely_option,
    presets_option,
    run_gates_option,
    scope_of,
    scope_options,
    workers_options,
)
from migrate.errors import DONE, FOUND, MigrateError

if TYPE_CHECKING:
    from migrate.plan import Planned
    from migrate.rollout.steps import Sweep
    from migrate.workspace.steps import Step


@click.command()
@scope_options
@click.option("--force", is_flag=True, help="Add what is new to plans that are there.")
@pass_context
def init(
    context: Context,
    presets: tuple[str, ...],
    exclude: tuple[str, ...],
    components: tuple[str, ...],
    base: str,
    force: bool,
) -> int:
    """Find the presets, freeze the legacy tree, write the plans. Changes no config."""
    from migrate.commands.init import init as run
    from migrate.journal import land
    from migrate.report.start import init_data, init_lines

    with context.writing() as disk:
        result = run(context.workspace, scope_of(presets, exclude, components, base), force)
        if len(result.changes):
            land(result.changes, disk, "init")
    if context.as_json:
        context.give(init_data(result))
    else:
        context.say_lines(map(context.layout.addressed, init_lines(result, context.paint)))
    return DONE


@click.command()
@presets_option
@click.option("--diff", "as_diff", is_flag=True, help="Show every change as a diff.")
@click.option("--exit-code", is_flag=True, help="Exit 1 if anything is pending.")
@likely_option
@workers_options
@pass_context
def plan(
    context: Context,
    names: tuple[str, ...],
    as_diff: bool,
    exit_code: bool,
    likely: bool,
    jobs: int,
    scheduler: str | None,
) -> int:
    """Preview the rollout, step by step. Nothing is written, ever."""
    from migrate.commands.plan import behind, preview
    from migrate.report.applied import error_data
    from migrate.report.steps import behind_data, behind_lines, step_data, sweep_data
    from migrate.rollout.steps import Sweep
    from migrate.workspace.parallel import workers
    from migrate.workspace.sweep import sweep

    context.recover()
    workspace = context.workspace
    workspace.likely = likely
    planned = workspace.plans.presets.values()
    shown = _Shown([one.name for one in workspace.pending(names, with_parents=True)])
    data: list[dict[str, Any]] = []
    with context.progress("planning", paged=True) as progress, workers(jobs, scheduler) as crew:
        for step in shown.counted(preview(workspace, names, crew, progress)):
            if context.as_json:
                data.append(step_data(step))
            else:
                _say_step(context, step, as_diff)
    swept = sweep(workspace, names) if shown.refused is None else Sweep()
    lacking = behind(workspace, names)
    if context.as_json:
        context.give(
            {
                "steps": data,
                "pending": shown.pending,
                "leftovers": sweep_data(swept),
                "behind": behind_data(lacking),
                "gates": sorted({gate for one in planned for gate in one.gates}),
                "stopped_at": shown.stopped_at,
                "error": error_data(shown.refused) if shown.refused is not None else None,
            }
        )
    else:
        context.say("\n".join(behind_lines(lacking, context.paint)))
        _say_end(context, planned, shown, swept)
    if shown.refused is not None:
        raise shown.refused
    return FOUND if exit_code and (shown.steps or swept.leftovers) else DONE


@dataclass
class _Shown:
    """What was shown of a rollout, counted; no step is kept. `asked` are all that wait."""

    asked: list[str]
    names: list[str] = field(default_factory=list)
    gone: int = 0
    dropped: int = 0
    refused: MigrateError | None = None

    @property
    def steps(self) -> int:
        """How many steps were shown."""
        return len(self.names)

    @property
    def stopped_at(self) -> str | None:
        """The preset whose step is refused, if one is."""
        return next(iter(self._hidden), None)

    @property
    def pending(self) -> list[str]:
        """What waits: the steps that were shown, and those that a refusal hides."""
        return [*self.names, *self._hidden]

    @property
    def _hidden(self) -> list[str]:
        return [name for name in self.asked if name not in self.names] if self.refused else []

    def counted(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The steps up to the first that is refused; its letter is kept."""
        try:
            for step in steps:
                self.names.append(step.proposal.name)
                self.gone += len(step.landing.deleted)
                self.dropped += len(step.proposal.written.comments.dropped)
                yield step
        except MigrateError as error:
            self.refused = error


def _say_step(context: Context, step: Step, as_diff: bool) -> None:
    from migrate.report.steps import diff_lines, step_lines

    if as_diff:  # a diff keeps its lines
        lines = diff_lines(step.landing, context.paint, context.workspace.layout)
        context.say("\n".join(lines) + "\n")
    else:
        context.say_lines([*step_lines(step, context.paint), ""])


def _say_end(context: Context, planned: Iterable[Planned], shown: _Shown, swept: Sweep) -> None:
    from migrate.report.paint import plural
    from migrate.report.steps import gate_lines, sweep_lines

    applied = len(context.workspace.evidence)
    context.say("\n".join(gate_lines(planned)))
    if shown.refused is not None:
        where = f"stopped at {shown.stopped_at}: " if shown.stopped_at else "stopped: "
        context.say(f"{where}{plural(shown.steps, 'step')} shown, {len(shown.pending)} pending")
        return
    context.say("\n".join(sweep_lines(swept, context.paint, pending=True)))
    if not shown.steps and swept.leftovers:
        return
    if not shown.steps:
        context.say(f"nothing to do: {plural(applied, 'preset')} applied")
        return
    context.say(
        f"{plural(shown.steps, 'step')} pending, {applied} applied; "
        f"{plural(shown.gone, 'file')} will be deleted, {plural(shown.dropped, 'comment')} dropped"
    )


@click.command()
@presets_option
@click.option("--all", "everything", is_flag=True, help="Every preset that is pending.")
@click.option("--dry-run", is_flag=True, help="Write nothing, not even a lock.")
@click.option("--force", is_flag=True, help="Write over a target edited by hand; keeps a copy.")
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
    """Migrate presets, one landing each, parents first."""
    from migrate.cli.applying import Applying
    from migrate.commands.apply import apply as run

    if everything == bool(names):
        raise click.UsageError("give --preset NAME, or --all")
    flags = {"--force": force, "--likely": likely, "--run-gates": run_gates}
    told = Applying(context, everything, [flag for flag, given in flags.items() if given])
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


@click.command()
@click.option(
    "--preset",
    "name",
    required=True,
    metavar="NAME",
    help="The step to take back.",
    shell_complete=complete_preset,
)
@click.option("--with-dependents", is_flag=True, help="Take back what builds on it, too.")
@click.option("--dry-run", is_flag=True, help="Write nothing, not even a lock.")
@pass_context
def undo(context: Context, name: str, with_dependents: bool, dry_run: bool) -> int:
    """Take one preset's step back, byte for byte; of shared files, the lines that it wrote."""
    from migrate.commands.undo import undo as run
    from migrate.journal import land
    from migrate.report.steps import undo_data, undo_lines

    if dry_run:
        context.refuse_interrupted()
        result = run(context.workspace, name, with_dependents)
    else:
        with context.writing() as disk:
            result = run(context.workspace, name, with_dependents)
            land(result.changes, disk, f"undo {', '.join(result.names)}")
    if context.as_json:
        context.give(undo_data(result, dry_run))
    else:
        context.say_lines(undo_lines(result, dry_run, context.paint))
    return DONE
