"""How a rehearsal looks: the whole rollout as a table, and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from migrate.locations import printable
from migrate.report.dropped import count_data
from migrate.report.fit import fitted
from migrate.report.gate import finding_data
from migrate.report.paint import Paint

if TYPE_CHECKING:
    from migrate.commands.rehearse import Rehearsal


def rehearsal_data(rehearsal: Rehearsal) -> dict[str, Any]:
    """What `rehearse --output json` gives."""
    return {
        "ok": not rehearsal.failed,
        "began_with_init": rehearsal.began_with_init,
        "shallow": rehearsal.shallow,
        "presets": [
            {
                "preset": step.proposal.name,
                "files_before": len(step.proposal.written.chain),
                "files_after": len(step.proposal.proof.chain),
                "keys": step.proposal.written.keys,
                "comments_kept": step.proposal.written.comments.kept_lines,
                "comments_dropped": step.proposal.written.comments.dropped_lines,
                "comments_count": count_data(step.proposal.written.comments),
                "parity": True,
                "deleted_so_far": rehearsal.deleted[step.proposal.name],
                "result": rehearsal.outcome[step.proposal.name],
            }
            for step in rehearsal.steps
        ],
        "findings": [finding_data(finding) for finding in rehearsal.verified.findings],
    }


def rehearsal_lines(rehearsal: Rehearsal, paint: Paint, limit: int = 0) -> Iterator[str]:
    """The table that a rehearsal ends in, in so many cells (0: no terminal)."""
    head = (
        "preset",
        "files",
        "keys",
        "comments kept",
        "dropped",
        "parity",
        "deleted so far",
        "result",
    )
    table = [head]
    for step in rehearsal.steps:
        proposal, written = step.proposal, step.proposal.written
        files = f"{len(written.chain)} -> {len(proposal.proof.chain)}"
        table.append(
            (
                printable(proposal.name),
                files,
                str(written.keys),
                str(written.comments.kept),
                str(len(written.comments.dropped)),
                "holds",
                str(rehearsal.deleted[proposal.name]),
                rehearsal.outcome[proposal.name],
            )
        )
    # Without parity there is no step; of the other columns the least is lost with the counts.
    lines = fitted(table, limit, shrink=(0,), spare=(5, 6, 2), right=(1, 2, 3, 4, 6))
    yield paint(lines[0], "bold")
    yield from lines[1:]
