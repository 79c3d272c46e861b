"""`migrate apply`: land rollout steps, one landing per preset, in dependency order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from migrate.changes import Change, ChangeSet, sha256
from migrate.commands.edited import applied_text, edited_since
from migrate.commands.gates import run_gates
from migrate.commands.parallel import Progress
from migrate.commands.scratch import scratch_copy
from migrate.commands.trust import trusted
from migrate.commands.workspace import Step, Workspace
from migrate.disk import Disk
from migrate.errors import Refused, raise_all
from migrate.evidence import Evidence
from migrate.journal import land
from migrate.parity import judge
from migrate.plain import PlainLoader
from migrate.plan import select
from migrate.told import told


@dataclass
class Applied:
    """What `apply` did: the landed steps, and the presets that were applied before."""

    steps: list[Step] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    dry_run: bool = False


def apply(
    workspace: Workspace,
    names: Iterable[str],
    disk: Disk | None,
    progress: Progress | None = None,
    force: bool = False,
    gates: bool = False,
) -> Applied:
    """Land the chosen presets' steps; all for no name. `disk` None: a dry run, nothing is written.

    `force` writes over a target that was edited after it was applied, and keeps the edited text
    beside it; without it TreeMoved is raised. `gates` runs the plan's gate commands on each
    proposed tree. Raises Refused for a gate that fails.
    """
    chosen = select(workspace.plans, names)
    result = Applied(dry_run=disk is None)
    for planned in chosen:
        evidence = workspace.evidence.get(planned.name)
        if evidence is not None:
            _unedited(workspace, evidence, result, disk, force)
            result.already.append(planned.name)
    if result.copies and disk is not None:
        workspace = _read_again(workspace)
    pending = [planned for planned in chosen if planned.name not in workspace.evidence]
    for number, step in enumerate(workspace.steps(pending)):
        if progress is not None:
            progress(step.proposal.name, number, len(pending))
        if gates or trusted(workspace):
            _gates(workspace, step, result)
        if disk is not None:
            land(step.changes, disk, f"apply {step.proposal.name}", proof=_proof(workspace, step))
        result.steps.append(step)
    return result


def _gates(workspace: Workspace, step: Step, result: Applied) -> None:
    """Run the gates on the tree as it will be. Raises Refused, one for each that fails."""
    planned = workspace.plans.presets[step.proposal.name]
    if not planned.gates:
        return
    pending = [*(known.changes for known in result.steps), step.changes]
    laid = {change.path: change for changes in pending for change in changes}
    with scratch_copy(workspace.root, laid.values()) as folder:
        found = run_gates(folder, [planned])
    raise_all([Refused(finding.what, finding.place, finding.hint) for finding in found])


def _unedited(
    workspace: Workspace, evidence: Evidence, result: Applied, disk: Disk | None, force: bool
) -> None:
    if not workspace.tree.exists(evidence.target):
        hint = f"restore it, or take the step back: migrate undo --preset {evidence.name}"
        raise Refused("was applied and is gone", evidence.target, hint)
    digest = sha256(workspace.tree.read(evidence.target))
    if digest != evidence.digest:
        applied = applied_text(workspace, evidence)
        if not force or applied is None:
            raise edited_since(workspace, evidence, applied)
        _write_over(workspace, evidence, applied, result, disk)


def _write_over(
    workspace: Workspace, evidence: Evidence, applied: bytes, result: Applied, disk: Disk | None
) -> None:
    """The applied text again; the edited one stays beside it, under a name that no glob takes."""
    edited = workspace.tree.read(evidence.target)
    copy = f"{evidence.target}.edited-{sha256(edited)[:8]}"
    known = workspace.tree.read(copy) if workspace.tree.exists(copy) else None
    changes = ChangeSet.of(
        [
            Change(evidence.target, edited, applied, "as it was applied"),
            Change(copy, known, edited, "the edited text"),
        ]
    )
    if disk is not None:
        land(changes, disk, f"apply --force {evidence.name}")
    result.copies.append(copy)


def _read_again(workspace: Workspace) -> Workspace:
    """The workspace with what was just written: steps that follow build on it."""
    fresh = workspace.fresh()
    fresh.likely, fresh.tell = workspace.likely, workspace.tell
    return fresh


def _proof(workspace: Workspace, step: Step) -> Callable[[], None]:
    """Parity once more, from disk; if it fails the landing is taken back."""

    def prove() -> None:
        fresh = workspace.fresh()
        # Read from disk again, but the same bytes need not be parsed again.
        loader = PlainLoader(fresh.tree, workspace.dialect, workspace.rollout.loaded)
        proposal, written = step.proposal, step.proposal.written
        old = workspace.rollout.legacy_plain.load(written.source)
        verdict = judge(old, loader.load(written.target), workspace.plans.profile)
        if verdict.forbidden:
            raise Refused(
                f"differs on disk: {told(verdict.forbidden[0][0])}",
                written.target,
                "the step was taken back; something else writes to this tree",
            )
        for path in proposal.dependents:
            loader.load(path)

    return prove
