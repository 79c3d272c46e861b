"""`migrate plan`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import click

from migrate.cli.context import Context, pass_context
from migrate.cli.options import likely_option, presets_option, workers_options
from migrate.commands.plan import behind, preview
from migrate.errors import DONE, FOUND, MigrateError
from migrate.plan import PlannedPreset
from migrate.report.applied import error_data
from migrate.report.paint import plural
from migrate.report.steps import (
    behind_data,
    behind_lines,
    diff_lines,
    gate_lines,
    step_data,
    step_lines,
    sweep_data,
    sweep_lines,
)
from migrate.rollout.steps import Sweep
from migrate.workspace.parallel import workers
from migrate.workspace.steps import Step
from migrate.workspace.sweep import sweep


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
    """Preview the rollout, step by step. Nothing is written, ever.

    \b
    Example:
      migrate plan --preset grpo_dense --diff
      migrate plan --exit-code
    """
    context.recover()
    workspace = context.workspace
    workspace.likely = likely
    planned = workspace.plans.presets.values()
    shown = _Preview([one.name for one in workspace.pending(names, with_parents=True)])
    data: list[dict[str, Any]] = []
    with context.progress("planning", paged=True) as progress, workers(jobs, scheduler) as crew:
        for step in shown.counted(preview(workspace, names, crew, progress)):
            if context.as_json:
                data.append(step_data(step))
            else:
                _print_step(context, step, as_diff)
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
        _print_end(context, planned, shown, swept)
    if shown.refused is not None:
        raise shown.refused
    return FOUND if exit_code and (shown.steps or swept.leftovers) else DONE


@dataclass
class _Preview:
    """The steps shown so far, counted; no step is kept. `asked` are all pending presets."""

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


def _print_step(context: Context, step: Step, as_diff: bool) -> None:
    if as_diff:  # a diff keeps its lines
        lines = diff_lines(step.landing, context.paint, context.workspace.layout)
        context.say("\n".join(lines) + "\n")
    else:
        context.say_lines([*step_lines(step, context.paint), ""])


def _print_end(
    context: Context, planned: Iterable[PlannedPreset], shown: _Preview, swept: Sweep
) -> None:
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
