"""`migrate finalize`."""

from __future__ import annotations

import click

from migrate.cli.context import Context, pass_context
from migrate.cli.options import dry_run_option, run_gates_option
from migrate.cli.verdict import print_verdict
from migrate.commands.finalize import FinalizeResult
from migrate.commands.finalize import finalize as run
from migrate.errors import DONE, FOUND
from migrate.report.gate import finding_data
from migrate.report.paint import plural


@click.command()
@dry_run_option("Say what would go")
@run_gates_option
@pass_context
def finalize(context: Context, dry_run: bool, run_gates: bool) -> int:
    """Run the gate, then remove the legacy tree. The evidence stays.

    Refused while anything still points into the legacy tree. The presets are the team's own from
    then on: `verify` counts those that changed, and no longer closes on it, unless `guard: true`
    stands in the plans.

    \b
    Example:
      migrate finalize --dry-run
    """
    result = context.land(
        lambda: run(context.workspace, gates=run_gates, dry_run=dry_run), "finalize", dry_run
    )
    closed = result.verified.failed(strict=False)
    if context.as_json:
        context.give(_data(result, closed))
        return FOUND if closed else DONE
    print_verdict(context, result.verified, strict=False)
    if not closed:
        word = "would remove" if result.dry_run else "removed"
        removed = plural(len(result.changes.deleted), "frozen file")
        context.say(f"{word} {removed}; the evidence stays")
        if not dry_run and not context.workspace.plans.guard:
            file = context.layout.tree_file
            context.say(
                "from now on a changed value is reported and does not close the gate;"
                f" set `guard: true` in {file} if it should"
            )
    return FOUND if closed else DONE


def _data(result: FinalizeResult, closed: bool) -> dict[str, object]:
    return {
        "ok": not closed,
        "removed": list(result.changes.deleted),
        "dry_run": result.dry_run,
        "findings": [finding_data(finding) for finding in result.verified.findings],
    }
