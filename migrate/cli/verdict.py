"""What `verify`, `finalize` and `rehearse` print of the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrate.cli.options import ANNOTATED
from migrate.errors import DONE, FOUND
from migrate.report.gate import finding_data, verdict_lines, verify_lines

if TYPE_CHECKING:
    from migrate.cli.context import Context
    from migrate.verification.result import VerifyResult


def print_verdict(context: Context, result: VerifyResult, strict: bool) -> None:
    """Print one run of the gate, as text, as JSON or where code is looked at."""
    if context.as_json:
        context.give(
            {
                "ok": not result.failed(strict),
                "presets": {
                    name: {"parity": one.parity, "allowed": one.allowed, "accepted": one.accepted}
                    for name, one in result.presets.items()
                },
                "checks": result.checks,
                "findings": [finding_data(finding) for finding in result.findings],
                "finalized": result.finalized,
                "so_far": result.so_far,
                "applied": result.applied,
                "pending": result.pending,
                "changed": result.changed,
            }
        )
    elif context.output not in ANNOTATED:
        lines = verify_lines(result, strict, strict or bool(context.verbose), context.paint)
        context.say_lines(lines, commands=True)
    if context.files or context.output in ANNOTATED:
        from migrate.cli.annotate import tell_findings

        code = FOUND if result.failed(strict) else DONE
        verdict = verdict_lines(result, strict)
        tell_findings(context, "verify", result.findings, verdict, result.checks, code)
