"""The gate of a half-done rollout: what must hold of presets that wait for their step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrate.errors import MigrateError
from migrate.findings import Finding
from migrate.plan import PlannedPreset
from migrate.verification.context import VerifyContext
from migrate.workspace.workspace import Workspace

RULE = "plan"


def plans_hold(gate: VerifyContext) -> Iterator[Finding]:
    """A finding for each fault by which the step of a preset that waits would be refused.

    The steps are made as `plan` makes them, each on the tree that those before it leave, and their
    proofs with them. Behind a refused one those are left out that build on it.
    """
    chosen = {planned.name for planned in gate.chosen}
    names = [name for name in gate.pending if name in chosen and not gate.legacy_gone]
    waiting = gate.workspace.pending(names, with_parents=True) if names else []
    while waiting:
        refused = _first_refused(gate.workspace, waiting)
        if refused is None:
            return
        planned, error = refused
        if planned.name in names:
            for fault in error.faults():
                what = f"{planned.name}: {fault.what}"
                yield Finding(RULE, what, fault.place or planned.place, fault.hint)
        waiting = list(_without(waiting, planned))


def _first_refused(
    workspace: Workspace, waiting: list[PlannedPreset]
) -> tuple[PlannedPreset, MigrateError] | None:
    at: list[PlannedPreset] = []

    def noted() -> Iterator[PlannedPreset]:
        for planned in waiting:
            at.append(planned)
            yield planned

    try:
        for _ in workspace.steps(noted()):
            pass
    except MigrateError as error:
        return at[-1], error
    return None


def _without(waiting: Iterable[PlannedPreset], refused: PlannedPreset) -> Iterator[PlannedPreset]:
    """The others that wait, but for what builds on the refused one; parents stand first."""
    gone: set[str] = set()
    for planned in waiting:
        if planned is refused or gone.intersection(planned.preset.extends):
            gone.add(planned.preset.to)
        else:
            yield planned
