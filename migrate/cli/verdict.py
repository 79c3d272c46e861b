"""What `verify`, `finalize` and `rehearse` print of the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrate.report.gate import finding_data, verify_lines

if TYPE_CHECKING:
    from migrate.cli.context import Context
    from migrate.verification.result import VerifyResult


def print_verdict(context: Context, result: VerifyResult, strict: bool) -> None:
    """Print one run of the gate, as text or JSON."""
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
        return
    lines = verify_lines(result, strict, strict or bool(context.verbose), context.paint)
    context.say_lines(map(context.layout.addressed, lines))
