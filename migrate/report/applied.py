"""How `apply` looks: each landing, the end, and where it stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from migrate.errors import BUG, INTERRUPTED, MigrateError
from migrate.locations import printable
from migrate.report.paint import Paint, plural
from migrate.report.steps import moved_lines, step_data, sweep_data, sweep_lines

if TYPE_CHECKING:
    from migrate.commands.apply import ApplyResult
    from migrate.workspace.steps import Step


def landed_lines(steps: Sequence[Step], dry_run: bool, paint: Paint) -> Iterator[str]:
    """The steps of one landing."""
    word = "would apply" if dry_run else "applied"
    for step in steps:
        proposal, gone = step.proposal, len(step.landing.deleted)
        files = f"{len(proposal.written.chain)} -> {len(proposal.proof.chain)} files"
        name = paint(printable(proposal.name), "bold")
        yield f"{word} {name}: {files}, {plural(gone, 'file')} deleted, parity holds"
        yield from moved_lines(proposal.moved, paint)


def end_lines(result: ApplyResult, paint: Paint) -> Iterator[str]:
    """What is said when all is done, beside the landings."""
    for copy in result.copies:
        yield f"written again as it was applied; the edited text is kept as {printable(copy)}"
    yield from sweep_lines(result.swept, paint, result.dry_run)
    if not result.steps and not result.copies and not result.swept.leftovers:
        yield f"nothing to do: {plural(len(result.already), 'preset')} applied already"


def stopped_line(result: ApplyResult) -> str:
    """Where it stopped, in one line: how many steps landed, and how many are pending."""
    where = f"stopped at {printable(result.at)}" if result.at else "stopped at the leftovers"
    word = "would land" if result.dry_run else "landed"
    return f"{where}: {plural(len(result.steps), 'step')} {word}, {len(result.waiting)} pending"


def applied_data(result: ApplyResult, error: BaseException | None = None) -> dict[str, Any]:
    """The same for scripts; `error` is what stopped it."""
    names = [step.proposal.name for step in result.steps]
    return {
        "applied": [step_data(step) for step in result.steps],
        "already": result.already,
        "leftovers": sweep_data(result.swept),
        "dry_run": result.dry_run,
        "landed": [] if result.dry_run else names,
        "pending": [*names, *result.waiting] if result.dry_run else result.waiting,
        "stopped_at": result.at if error is not None else None,
        "error": error_data(error) if error is not None else None,
    }


def error_data(error: BaseException) -> dict[str, Any]:
    """What stopped a command, for scripts: the same as the letters say."""
    faults = error.faults() if isinstance(error, MigrateError) else ()
    code = INTERRUPTED if isinstance(error, KeyboardInterrupt) else BUG
    return {
        "exit_code": error.exit_code if isinstance(error, MigrateError) else code,
        "what": "interrupted" if isinstance(error, KeyboardInterrupt) else type(error).__name__,
        "faults": [
            {
                "what": fault.what,
                "path": fault.place.path if fault.place else None,
                "line": fault.place.line or None if fault.place else None,
                "column": fault.place.column or None if fault.place else None,
                "hint": fault.hint,
                "paste": list(getattr(fault, "paste", ())),
            }
            for fault in faults
        ],
    }
