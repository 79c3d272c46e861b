"""`migrate verify`: the gate. Everything that must hold before the legacy files go."""

from __future__ import annotations

from collections.abc import Iterable

from migrate.findings import ERROR, Finding
from migrate.plan import PlannedPreset, select
from migrate.references import ScanStore
from migrate.verification.checks import CHECKS, SO_FAR, STRICT
from migrate.verification.context import VerifyContext
from migrate.verification.gate_commands import not_run, run_gates
from migrate.verification.result import VerifyResult
from migrate.workers import HERE, Workers
from migrate.workspace.parallel import Progress
from migrate.workspace.trust import trusted
from migrate.workspace.workspace import Workspace


def verify(
    workspace: Workspace,
    names: Iterable[str] = (),
    gates: bool = False,
    workers: Workers = HERE,
) -> VerifyResult:
    """Run every check; the plan's gate commands only with the user's word.

    Raises MigrateError only where the plans themselves, or the evidence, cannot be read.
    """
    chosen = select(workspace.plans, names)
    result = checked(workspace, chosen, workers)
    result.findings += gates_of(workspace, result, chosen, gates)
    return result


def checked(
    workspace: Workspace,
    chosen: list[PlannedPreset],
    workers: Workers = HERE,
    progress: Progress | None = None,
    strict: bool = False,
    so_far: bool = False,
    scans: ScanStore | None = None,
) -> VerifyResult:
    """Every check but the gate commands: an answer that is made from the tree alone.

    `strict` adds what `lint` finds worth knowing, since its warnings close the gate then. `so_far`
    lets presets wait for their step, as long as their plans hold; `scans` has what earlier looks at
    the same bytes found.
    """
    gate = VerifyContext(workspace, chosen, so_far, scans)
    gate.examine(workers, progress)
    result = VerifyResult(finalized=gate.finalized, so_far=so_far)
    result.applied, result.pending = len(chosen) - len(gate.pending), gate.pending
    if gate.finalized:
        result.changed = [one.unit.name for one in gate.examined.values() if one.changed]
    checks = {**CHECKS, **(STRICT if strict else {}), **(SO_FAR if so_far else {})}
    for name, check in checks.items():
        found = list(check(gate, result))
        result.checks[name] = len([finding for finding in found if finding.level == ERROR])
        result.findings += found
    if len(chosen) == len(workspace.plans.presets):
        result.findings += gate.unused()
    return result


def gates_of(
    workspace: Workspace, result: VerifyResult, chosen: list[PlannedPreset], allow_commands: bool
) -> list[Finding]:
    """Run the gate commands of the plan, if the user gave the word; else say what was not run."""
    if not (allow_commands or trusted(workspace)):
        return not_run(chosen)
    applied = [planned for planned in chosen if planned.name in result.presets]
    found = run_gates(workspace.root, applied)
    result.checks["gates"] = len(found)
    return found
