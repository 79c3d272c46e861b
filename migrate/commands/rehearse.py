"""`migrate rehearse`: the whole rollout from the frozen legacy tree, in a scratch copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from migrate.changes import Change, sha256
from migrate.commands.apply import apply
from migrate.commands.init import init
from migrate.discovery.discover import Scope
from migrate.disk import Disk
from migrate.errors import InputError
from migrate.journal import land
from migrate.plan import plan_files
from migrate.rollout.legacy import MANIFEST, read_manifest
from migrate.verification.result import VerifyResult
from migrate.verification.run import verify
from migrate.workspace.parallel import Progress
from migrate.workspace.scratch import scratch_copy
from migrate.workspace.steps import Step
from migrate.workspace.workspace import Workspace

SAME, DIFFERENT, NEW, RETIRED = "same", "differs", "new", "retired"
EDITED = "edited"
"""Made again as it was applied; what stands there was edited since, as presets are for."""


@dataclass
class Rehearsal:
    """How the rollout went: its steps, whether each target came out as it stands, the gate."""

    steps: list[Step] = field(default_factory=list)
    outcome: dict[str, str] = field(default_factory=dict)
    deleted: dict[str, int] = field(default_factory=dict)
    """Preset to the number of files deleted so far."""
    verified: VerifyResult = field(default_factory=VerifyResult)
    began_with_init: bool = False
    shallow: bool = False
    """Whether `init` found nothing to migrate in a tree that is shallow already."""

    @property
    def failed(self) -> bool:
        """Whether the gate is closed, or a committed preset cannot be made again."""
        differs = any(outcome == DIFFERENT for outcome in self.outcome.values())
        return differs or self.verified.failed(strict=False)


def rehearse(
    workspace: Workspace,
    keep: str | None = None,
    progress: Progress | None = None,
    scope: Scope | None = None,
) -> Rehearsal:
    """Run the rollout in a copy. On a tree without plans it begins with `init` of `scope`.

    Raises InputError after `finalize`, when there is no legacy tree to begin from.
    """
    fresh = not list(plan_files(workspace.tree, workspace.layout.plans))
    if not fresh and not workspace.tree.exists(MANIFEST):
        hint = "the legacy tree was removed by `migrate finalize`; check out an earlier commit"
        raise InputError("cannot be rehearsed any more", MANIFEST, hint)
    if not fresh and scope not in (None, Scope()):
        where = workspace.layout.tree_file
        hint = f"`exclude:` in {where} leaves files out; the presets are those of the plans"
        raise InputError("has plans, which say what is what", workspace.layout.plans, hint)
    back = [] if fresh else list(before_the_rollout(workspace))
    with scratch_copy(workspace.root, back, keep) as folder:
        copy = workspace.at(folder)
        disk = Disk(folder)
        if fresh:
            begun = init(copy, scope or Scope(), recorded=False, progress=progress)
            if begun.found.shallow:
                return Rehearsal(began_with_init=True, shallow=True)
            land(begun.changes, disk, "init")
            copy = copy.fresh()
        result = Rehearsal(began_with_init=fresh)
        result.steps = apply(copy, (), disk, progress).steps
        result.verified = verify(copy.fresh())
        _compare(workspace, copy.fresh(), result)
    return result


def before_the_rollout(workspace: Workspace) -> Iterator[Change]:
    """The changes that take a migrated tree back to where the rollout began."""
    layout = workspace.plans.layout
    frozen = {layout.live(path): path for path in read_manifest(workspace.tree)}
    for live, path in sorted(frozen.items()):
        yield Change(live, None, workspace.tree.read(path))
    for planned in workspace.plans.presets.values():
        if planned.preset.to not in frozen:
            yield Change(planned.preset.to, None, None)
        yield Change(workspace.layout.evidence(planned.name), None, None)


def _compare(workspace: Workspace, copy: Workspace, result: Rehearsal) -> None:
    gone = 0
    for step in result.steps:
        name, target = step.proposal.name, step.proposal.written.target
        gone += sum(change.path != target for change in step.changes if change.after is None)
        result.deleted[name] = gone
        if name not in _evidence(workspace, result.began_with_init):
            result.outcome[name] = NEW
        elif not workspace.tree.exists(target):
            retired = name in workspace.plans.accepted.retired
            result.outcome[name] = RETIRED if retired else DIFFERENT
        else:
            now, made = workspace.tree.read(target), copy.tree.read(target)
            applied = sha256(made) == workspace.evidence[name].digest
            result.outcome[name] = SAME if now == made else EDITED if applied else DIFFERENT


def _evidence(workspace: Workspace, fresh: bool) -> dict[str, object]:
    return {} if fresh else dict(workspace.evidence)
