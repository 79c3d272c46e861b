"""`migrate apply`: land rollout steps, one landing per preset, in dependency order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from migrate.changes import Change, ChangeSet, sha256
from migrate.disk import Disk
from migrate.errors import Refused, TreeMoved, raise_all
from migrate.journal import interrupted, land
from migrate.loading.trainer import PlainLoader
from migrate.parity import Verdict, judge
from migrate.parity.format import format_difference
from migrate.plan import PlannedPreset, select
from migrate.rollout.evidence import Evidence
from migrate.rollout.reference_updates import explains
from migrate.rollout.steps import Sweep, without
from migrate.verification.gate_commands import run_gates
from migrate.workspace.edited import applied_text, edited_since
from migrate.workspace.parallel import Progress, telling
from migrate.workspace.scratch import scratch_copy
from migrate.workspace.steps import Step
from migrate.workspace.sweep import sweep
from migrate.workspace.trust import trusted
from migrate.workspace.workspace import Workspace


@dataclass
class ApplyResult:
    """What `apply` did so far: the landed steps (of a dry run, the proposed ones), and the presets
    that were applied before."""

    steps: list[Step] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    dry_run: bool = False
    swept: Sweep = field(default_factory=Sweep)
    """The leftovers that went."""
    waiting: list[str] = field(default_factory=list)
    """The presets whose steps are still to land, in order."""
    at: str | None = None
    """The preset whose step is at work; where `apply` stopped, if it did."""
    together: list[Step] = field(default_factory=list)
    """The steps of the landing that is at work."""

    def landed(self) -> None:
        """Note that the landing at work is done."""
        self.steps += self.together if self.dry_run else [step.landed for step in self.together]
        for step in self.together:  # they wait in this order, so each is found at once
            with suppress(ValueError):  # one is redone that waited for nothing
                self.waiting.remove(step.proposal.name)
        self.together = []
        self.next()

    def next(self) -> None:
        """The next step is at work."""
        names = [step.proposal.name for step in self.together]
        self.at = next((name for name in self.waiting if name not in names), None)


def apply(
    workspace: Workspace,
    names: Iterable[str],
    disk: Disk | None,
    progress: Progress | None = None,
    force: bool = False,
    gates: bool = False,
    result: ApplyResult | None = None,
    landed: Callable[[Sequence[Step]], None] | None = None,
) -> ApplyResult:
    """Land the chosen presets' steps; all for no name. `disk` None: a dry run, nothing is written.

    `force` writes over a target that was edited after it was applied, and keeps the edited text
    beside it; without it TreeMoved is raised: where nobody named that preset, only if nothing else
    was to do. `gates` runs the plan's gate commands on each proposed tree. Raises Refused for a
    gate that fails.

    What is done is noted in `result` as it is done, so that it is known where an error stopped it;
    `landed` is told the steps of each landing once that is safe on disk.
    """
    names = tuple(names)
    chosen = select(workspace.plans, names)
    result = result or ApplyResult()
    result.dry_run = disk is None
    kept = _already(workspace, chosen, result, disk, force)
    if kept is not None and names:
        raise kept
    if result.copies and disk is not None:
        workspace = _read_again(workspace)
    pending = workspace.pending(planned.name for planned in chosen)
    _step_by_step(workspace, pending, result, disk, progress, gates, landed)
    result.swept = _swept(workspace, names, disk, bool(result.steps))
    if kept is not None and not (result.steps or result.swept.leftovers):
        raise kept
    return result


def _land(workspace: Workspace, result: ApplyResult, disk: Disk) -> None:
    label = ", ".join(step.proposal.name for step in result.together)
    proof = _proof(workspace, result.steps, result.together)
    land(result.together[-1].landing, disk, f"apply {label}", proof=proof)


def _noted(result: ApplyResult, landed: Callable[[Sequence[Step]], None] | None) -> None:
    together = result.together
    result.landed()
    if landed is not None:
        landed(together)


def _is_landed(together: Sequence[Step], disk: Disk) -> bool:
    """Whether the disk holds all that the landing at work was to write."""
    changes = together[-1].landing if together else ChangeSet()
    return (
        len(changes) > 0
        and not interrupted(disk)
        and all(disk.read(change.path) == change.after for change in changes)
    )


def _step_by_step(
    workspace: Workspace,
    pending: Sequence[PlannedPreset],
    result: ApplyResult,
    disk: Disk | None,
    progress: Progress | None,
    gates: bool,
    landed: Callable[[Sequence[Step]], None] | None,
) -> None:
    result.waiting = [planned.name for planned in pending]
    result.next()
    try:
        for step in workspace.steps(telling(pending, progress)):
            result.together.append(step)
            if not step.landing:
                result.next()
                continue
            result.at = step.proposal.name
            if gates or trusted(workspace):
                _gates(workspace, result)
            if disk is not None:
                _land(workspace, result, disk)
            _noted(result, landed)
    except BaseException:
        # A signal that comes while a landing is completed is raised when it is complete.
        if disk is not None and _is_landed(result.together, disk):
            _noted(result, landed)
        raise


def _already(
    workspace: Workspace,
    chosen: list[PlannedPreset],
    result: ApplyResult,
    disk: Disk | None,
    force: bool,
) -> TreeMoved | None:
    """Note which presets are applied; the letter about the first that was edited by hand."""
    kept: TreeMoved | None = None
    for planned in chosen:
        evidence = workspace.evidence.get(planned.name)
        if evidence is not None and not workspace.is_stale(planned.name):
            kept = kept or _edited(workspace, evidence, result, disk, force)
            result.already.append(planned.name)
    return kept


def _swept(workspace: Workspace, names: Sequence[str], disk: Disk | None, stepped: bool) -> Sweep:
    """Retire what is left over; of the named presets, if there are names."""
    fresh = workspace
    if stepped and disk is not None:
        fresh = _read_again(workspace)
        fresh.plans = workspace.plans  # steps change none
        workspace.forget()  # two of a large tree are too much
    found = sweep(fresh, names)
    if disk is not None and found.changes:
        land(found.changes, disk, "apply: retire leftovers")
    return found


def _gates(workspace: Workspace, result: ApplyResult) -> None:
    """Run the gates on the tree as it will be. Raises Refused, one for each that fails."""
    planned = [workspace.plans.presets[step.proposal.name] for step in result.together]
    if not any(one.gates for one in planned):
        return
    steps = [*(result.steps if result.dry_run else ()), *result.together]  # others are on disk
    laid = {change.path: change for step in steps for change in step.landing}
    with scratch_copy(workspace.root, laid.values()) as folder:
        found = run_gates(folder, planned)
    raise_all([Refused(finding.what, finding.place, finding.hint) for finding in found])


def _edited(
    workspace: Workspace, evidence: Evidence, result: ApplyResult, disk: Disk | None, force: bool
) -> TreeMoved | None:
    """The letter about a target that was edited by hand, unless it is written over."""
    if not workspace.tree.exists(evidence.target):
        hint = f"restore it, or take the step back: migrate undo --preset {evidence.name}"
        raise Refused("was applied and is gone", evidence.target, hint)
    digest = sha256(workspace.tree.read(evidence.target))
    if digest != evidence.digest:
        applied = applied_text(workspace, evidence)
        if not force or applied is None:
            return edited_since(workspace, evidence, applied)
        _write_over(workspace, evidence, applied, result, disk)
    return None


def _write_over(
    workspace: Workspace, evidence: Evidence, applied: bytes, result: ApplyResult, disk: Disk | None
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


def _proof(
    workspace: Workspace, landed: Sequence[Step], steps: Sequence[Step]
) -> Callable[[], None]:
    """Parity once more, from disk; if it fails the landing is taken back."""
    steps = tuple(steps)

    def prove() -> None:
        loader = PlainLoader(workspace.fresh().tree, workspace.dialect)  # it recalls nothing
        before = PlainLoader(workspace.tree, workspace.dialect)
        profile = workspace.plans.profile
        for step in steps:
            written = step.proposal.written
            old = workspace.rollout.legacy_plain.load(written.source)
            verdict = judge(old, loader.load(written.target), profile)
            _refuse_on_disk(without(verdict, step.proposal.inherited), written.target)
            for path in step.proposal.dependents:
                now = loader.load(path)
                if workspace.tree.exists(path):  # else an earlier step of this row wrote it
                    verdict = judge(before.load(path), now, profile)
                    followed = [step.proposal.followed for step in (*landed, *steps)]
                    following = [one for one, _ in verdict.forbidden if explains(one, followed)]
                    _refuse_on_disk(without(verdict, following), path)

    return prove


def _refuse_on_disk(verdict: Verdict, path: str) -> None:
    if verdict.forbidden:
        what = f"differs on disk: {format_difference(verdict.forbidden[0][0])}"
        hint = "the step was taken back; something else writes to this tree"
        raise Refused(what, path, hint)
