"""`migrate plan`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import click

from migrate.changes import Change
from migrate.cli.context import Context, pass_context
from migrate.cli.options import (
    COMMENTS,
    likely_option,
    origin_as_option,
    origin_option,
    presets_option,
    verbose_option,
    workers_options,
)
from migrate.commands.plan import behind, preview
from migrate.errors import DONE, FOUND, MigrateError
from migrate.flatten import Origins, open_lines, parsed
from migrate.plan import PlannedPreset
from migrate.report.applied import error_data
from migrate.report.origins import OriginLayout, diff_with_origins
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
from migrate.report.summary import StepSummary, parity_line, summary_lines, summary_of, total_line
from migrate.rollout.steps import Sweep
from migrate.workspace.parallel import workers
from migrate.workspace.steps import Step
from migrate.workspace.sweep import sweep


@click.command()
@presets_option
@click.option("--diff", "as_diff", is_flag=True, help="Show every change as a diff.")
@origin_option
@origin_as_option
@click.option("--exit-code", is_flag=True, help="Exit 1 if anything is pending.")
@likely_option
@verbose_option
@workers_options
@pass_context
def plan(
    context: Context,
    names: tuple[str, ...],
    as_diff: bool,
    origin: bool,
    origin_as: str | None,
    exit_code: bool,
    likely: bool,
    jobs: int,
    scheduler: str | None,
) -> int:
    """Preview the rollout, step by step. Nothing is written, ever.

    Several steps are a table and what needs your word; of one, or with -v, each is shown in full:
    the chain before and after, the keys inlined and from where, the comments dropped and why, the
    references, the files that go.

    With --diff --origin each added line of a new preset says where it came from, as `flatten` does.

    \b
    Example:
      migrate plan
      migrate plan --preset grpo_dense --diff --origin
      migrate plan --exit-code
    """
    origin = origin or origin_as is not None
    if origin and not (as_diff or context.as_json):
        raise click.UsageError("--origin goes with --diff")
    context.recover()
    workspace = context.workspace
    workspace.likely, workspace.with_origins = likely, origin
    shower = StepPrinter(context, context.origin_form(origin_as)) if origin else None
    planned = workspace.plans.presets.values()
    asked = [one.name for one in workspace.pending(names, with_parents=True)]
    in_full = as_diff or context.verbose > 0 or len(names) == 1 or len(asked) == 1
    shown = _Preview(context, asked)
    data: list[dict[str, Any]] = []
    with context.progress("planning", paged=True) as progress, workers(jobs, scheduler) as crew:
        for step in shown.counted(preview(workspace, names, crew, progress)):
            if context.as_json:
                data.append(step_data(step))
            elif in_full:
                _print_step(context, step, as_diff, shower)
            if context.unread:  # what follows is for nobody
                return FOUND if exit_code else DONE
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
        if not in_full:
            _print_summary(context, shown)
        context.say_lines(behind_lines(lacking, context.paint))
        _print_end(context, planned, shown, swept, in_full)
    if shown.refused is not None:
        raise shown.refused
    return FOUND if exit_code and (shown.steps or swept.leftovers) else DONE


@dataclass
class _Preview:
    """The steps shown so far, each as a line; no step is kept. `asked` are all pending presets."""

    context: Context
    asked: list[str]
    steps: list[StepSummary] = field(default_factory=list)
    refused: MigrateError | None = None

    @property
    def stopped_at(self) -> str | None:
        """The preset whose step is refused, if one is."""
        return next(iter(self._hidden), None)

    @property
    def pending(self) -> list[str]:
        """What waits: the steps that were shown, and those that a refusal hides."""
        return [*self._names, *self._hidden]

    @property
    def _names(self) -> list[str]:
        return [step.name for step in self.steps]

    @property
    def _hidden(self) -> list[str]:
        known = set(self._names)
        return [name for name in self.asked if name not in known] if self.refused else []

    def counted(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The steps up to the first that is refused; its letter is kept."""
        try:
            for step in steps:
                self.steps.append(summary_of(step, self.context.paint))
                yield step
        except MigrateError as error:
            self.refused = error


class StepPrinter:
    """Shows the changes of steps; the new presets' with the origin of each line."""

    def __init__(self, context: Context, form: str) -> None:
        self.context = context
        self.form = form
        self.origins: dict[str, Origins] = {}
        """By target; steps that are redone land together with the last of them."""

    def __call__(self, change: Change) -> Iterator[str]:
        """The lines of one change."""
        paint = self.context.paint
        room = OriginLayout(self.context.columns)
        if self.form == COMMENTS:
            room = OriginLayout(open=self._open(change))
        yield from diff_with_origins(change, self.origins.get(change.path, ()), room, paint)

    def _open(self, change: Change) -> frozenset[int]:
        if change.after is None or change.path not in self.origins:
            return frozenset()
        document = parsed(self.context.workspace.resolver, change.path, change.after)
        return frozenset(open_lines(document))


def _print_step(context: Context, step: Step, as_diff: bool, shower: StepPrinter | None) -> None:
    if as_diff:  # a diff keeps its lines
        if shower is not None:
            shower.origins[step.proposal.written.target] = step.proposal.written.origins
        lines = diff_lines(step.landing, context.paint, context.workspace.layout, shower)
        context.say("\n".join(lines) + "\n")
    else:
        context.say_lines([*step_lines(step, context.paint), ""])


def _print_summary(context: Context, shown: _Preview) -> None:
    """The table; what it comes to stands on top, where a pager begins."""
    if shown.steps:
        if shown.refused is None:
            total = total_line(shown.steps, len(context.workspace.evidence))
            context.say_lines([total, parity_line(shown.steps), ""])
        context.say_lines([*summary_lines(shown.steps, context.paint, context.room), ""])


def _print_end(
    context: Context,
    planned: Iterable[PlannedPreset],
    shown: _Preview,
    swept: Sweep,
    in_full: bool,
) -> None:
    applied = len(context.workspace.evidence)
    context.say("\n".join(gate_lines(planned)))
    if shown.refused is not None:
        where = f"stopped at {shown.stopped_at}: " if shown.stopped_at else "stopped: "
        steps = plural(len(shown.steps), "step")
        context.say(f"{where}{steps} shown, {len(shown.pending)} pending")
        return
    context.say_lines(sweep_lines(swept, context.paint, pending=True))
    if not shown.steps and swept.leftovers:
        return
    if not shown.steps:
        context.say(f"nothing to do: {plural(applied, 'preset')} applied")
    elif in_full:
        context.say_lines([total_line(shown.steps, applied)])
    else:
        hint = "-v shows each step in full, --preset NAME one of them, --diff the changes"
        context.say_lines([hint])
