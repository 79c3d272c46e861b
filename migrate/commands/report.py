"""`migrate report`: all that is known of a rollout, gathered for one page."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from migrate.changes import Change, ChangeSet
from migrate.commands.explain import KeyExplanation, SettingText, explain
from migrate.commands.plan import behind, preview
from migrate.commands.since import ChangesSince, since
from migrate.commands.status import MOVED, PENDING, Row, Status, status
from migrate.commands.table import Table, table
from migrate.errors import MigrateError, Refused
from migrate.flatten import Account
from migrate.layout import is_report
from migrate.loading.trainer import PlainLoader
from migrate.locations import KeyPath, dotted, outside
from migrate.parity.values import token
from migrate.plan import PlannedPreset, select
from migrate.plan.accepted import Acceptance
from migrate.references import Reference
from migrate.resolve import Resolved, Resolver
from migrate.rollout.build import PresetBuilder
from migrate.rollout.evidence import (
    AllowedDifference,
    Evidence,
    allowed_differences,
    recorded_allowances,
)
from migrate.rollout.missed_edits import MissedEdit
from migrate.rollout.own_lines import Hunk, written_lines
from migrate.trees.tree import Overlay
from migrate.verification.cached import CachedVerify
from migrate.verification.result import VerifyResult
from migrate.workers import HERE
from migrate.workspace.parallel import Progress, telling
from migrate.workspace.steps import Step
from migrate.workspace.view import View
from migrate.workspace.workspace import Workspace


class KeyLine(NamedTuple):
    """A key that a new file says: on which line, who said it in the old chain, and what lost to it.

    Without the old chain (the legacy tree was removed) `origin` is None and `lost` is what the
    file overrides today.
    """

    line: int
    key: KeyPath
    origin: SettingText | None
    lost: tuple[SettingText, ...]
    was: SettingText | None = None
    """What the old chain said, where the file says something else today."""


class ChangedFile(NamedTuple):
    """A file that a step creates, deletes or edits, and the lines it writes there."""

    path: str
    kind: str
    hunks: tuple[Hunk, ...] = ()


class PresetReport(NamedTuple):
    """One preset: its file as it is, or as its step will write it, and all that its step does.

    Paths of the old chain are those in the legacy tree. `comments` is None where nothing can tell
    any more, and `problem` says what stands in the way of showing the rest.
    """

    row: Row
    text: str
    keys: tuple[KeyLine, ...]
    inherited: Mapping[str, int]
    """How many active keys each other file of the new chain says."""
    chain_before: tuple[str, ...]
    chain_after: tuple[str, ...]
    comments: Account | None
    allowed: tuple[AllowedDifference, ...]
    files: tuple[ChangedFile, ...]
    left: tuple[Reference, ...]
    """What names an old file and is not rewritten; known of steps to come."""
    problem: str = ""


class Links(NamedTuple):
    """Who extends whom: every file below the presets, by path, with what it names itself.

    `presets` are the paths of the presets. `merged` says that only the record of what was merged
    is left, so that each preset seems to name every file of its chain. `staying` are old files
    that no step deletes: something else needs them, or they may be run.
    """

    presets: tuple[str, ...]
    below: Mapping[str, tuple[str, ...]]
    base: str
    merged: bool = False
    staying: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Report:
    """A rollout as one page shows it."""

    status: Status
    presets: list[PresetReport]
    before: Links
    after: Links
    verified: VerifyResult
    behind: list[tuple[str, MissedEdit]]
    accepted: list[Acceptance]
    table: Table | None
    since: ChangesSince | None
    faults: list[MigrateError] = field(default_factory=list)
    """What is wrong with configs that cannot be shown."""


def report(
    workspace: Workspace,
    names: Sequence[str] = (),
    revision: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Gather what is known of these presets; of all for no name.

    Nothing is computed that another verb does not tell: it is `status`, `plan`, `verify`,
    `explain`, `table` and `diff --since`. Raises InputError for plans with faults and for an
    unknown preset or revision.
    """
    chosen = select(workspace.plans, names)
    compared = since(workspace, revision, names) if revision is not None else None
    whole = status(workspace)
    wanted = {planned.name for planned in chosen}
    addressed = workspace.layout.addressed
    rows = [replace(one, note=addressed(one.note)) for one in whole.rows if one.name in wanted]
    shown = Status(rows, whole.finalized)
    gathered = _Sources(workspace, names, progress)
    laid, faults = _table(workspace, names, progress)
    if compared is not None:
        faults += compared.faults
    return Report(
        shown,
        [gathered.facts(row) for row in telling(shown.rows, progress)],
        gathered.before(chosen),
        gathered.after(chosen),
        _verified(workspace, names, shown, progress),
        behind(workspace, names),
        [one for one in workspace.plans.accepted.each() if one.preset in wanted],
        laid,
        compared,
        [*{str(one): one for one in faults}.values()],
    )


def _verified(
    workspace: Workspace, names: Sequence[str], shown: Status, progress: Progress | None
) -> VerifyResult:
    """What the gate says; while presets wait for their step, the gate so far."""
    layout = workspace.layout
    asked = {
        "plans": layout.plans,
        "dialect": workspace.dialect_name,
        "limits": workspace.limits,
        "strict": False,
        "so_far": bool(shown.count(PENDING) + shown.count(MOVED)),
    }
    gate = CachedVerify(workspace.root, lambda: workspace, asked)
    verified = gate.answer(names, workers=HERE, progress=progress)
    verified.findings = [
        one._replace(hint=layout.addressed(one.hint), command=layout.addressed(one.command))
        for one in verified.findings
    ]
    return verified


def _table(
    workspace: Workspace, names: Sequence[str], progress: Progress | None
) -> tuple[Table | None, list[MigrateError]]:
    """The keys that differ, and what cannot be loaded; None where that is every preset."""
    try:
        laid = table(workspace, names, odd_first=True, progress=progress)
    except MigrateError as error:
        return None, list(error.faults())
    return laid, list(laid.faults)


class _Sources:
    """The tree as it is, and as the steps to come will leave it."""

    def __init__(
        self, workspace: Workspace, names: Sequence[str], progress: Progress | None
    ) -> None:
        self.workspace = workspace
        self.rollout = workspace.rollout
        self.builder = PresetBuilder(self.rollout)
        self.tree = Overlay(workspace.tree)
        self.steps: dict[str, Step] = {}
        self.refused: MigrateError | None = None
        self.pending = [one.name for one in workspace.pending(names, with_parents=True)]
        if self.pending:
            self._look_ahead(names, progress)
        self.resolver = Resolver(self.tree, workspace.dialect)
        self.loader = PlainLoader(self.tree, workspace.dialect)

    def _look_ahead(self, names: Sequence[str], progress: Progress | None) -> None:
        """Make the steps to come, up to one that is refused."""
        try:
            ahead = self.workspace.fresh()  # a preview changes what is known of a tree
            for step in preview(ahead, names, progress=progress):
                self.steps[step.proposal.name] = step
                self.tree.lay(step.landing)
        except MigrateError as error:
            self.refused = error

    # One preset.

    def facts(self, row: Row) -> PresetReport:
        """All that is known of one preset."""
        planned = self.workspace.plans.presets[row.name]
        step, evidence = self.steps.get(row.name), self.workspace.evidence.get(row.name)
        new, problem = self._new(planned)
        old = self._old(planned)
        return PresetReport(
            row,
            new.document.text if new is not None else "",
            tuple(_written(new, old)) if new is not None else (),
            _inherited(new) if new is not None else {},
            _chain_before(evidence, old),
            new.paths if new is not None else (),
            self._comments(planned, step, evidence),
            _allowed(step, evidence),
            self._files(row, step, evidence),
            _left(step),
            problem,
        )

    def _new(self, planned: PlannedPreset) -> tuple[Resolved | None, str]:
        """The new preset, as it is or as its step will make it; None, and why there is none."""
        if planned.name in self.steps or planned.name in self.workspace.evidence:
            try:
                return self.resolver.resolve(self._path_after(planned)), ""
            except MigrateError as error:
                return None, str(error)
        return None, self._not_made(planned.name)

    def _not_made(self, name: str) -> str:
        """Why a preset has no step: steps are made in order, up to one that is refused."""
        if self.refused is None:
            return ""
        first = next(one for one in self.pending if one not in self.steps)
        if name == first:
            return f"its step is refused: {self.refused}"
        return f"its step is not reached: that of {first} is refused"

    def _old(self, planned: PlannedPreset) -> Resolved | None:
        """The old chain; None where the legacy tree is gone, or cannot be read."""
        try:
            return self.rollout.legacy_chain(planned)
        except MigrateError:
            return None

    def _comments(
        self, planned: PlannedPreset, step: Step | None, evidence: Evidence | None
    ) -> Account | None:
        """What became of the comments; of a step that was taken, as it would be taken today."""
        if step is not None:
            return step.proposal.written.comments
        if evidence is None:
            return None
        try:
            return self.builder.flat(self.workspace.resolver, planned).comments
        except MigrateError:
            return None

    def _files(
        self, row: Row, step: Step | None, evidence: Evidence | None
    ) -> tuple[ChangedFile, ...]:
        """The files that its step changes beside the preset itself and the rollout's records."""
        changed: list[ChangedFile] = []
        if step is not None:
            changed = [
                ChangedFile(one.path, one.kind, _hunks(one))
                for one in step.changes
                if one.path != row.target
            ]
        elif evidence is not None:
            own = {evidence.target, *(old for old, new in evidence.renamed if new == row.target)}
            changed = [
                ChangedFile(one.path, kind, one.written.hunks if one.written else ())
                for one in evidence.steps
                if one.path not in own and (kind := _kind(one.before, one.after))
            ]
        layout = self.workspace.layout
        return tuple(one for one in changed if not layout.is_record(one.path))

    # Who extends whom.

    def before(self, chosen: Iterable[PlannedPreset]) -> Links:
        """The old chains, each file by the path at which it stood."""
        live = self.rollout.live
        below: dict[str, tuple[str, ...]] = {}
        presets, merged = [], False
        for planned in chosen:
            path = self.rollout.frozen(planned)
            evidence = self.workspace.evidence.get(planned.name)
            presets.append(live(path))
            if self.rollout.legacy.tree.exists(path):
                _walk(self.rollout.legacy_plain, path, below)
            elif evidence is not None:
                merged = True
                below[path] = tuple(file for file, _ in evidence.chain if file != path)
        named = {live(path): tuple(map(live, names)) for path, names in below.items()}
        base = self.workspace.plans.base
        old = set(named).union(*named.values()).difference(presets, [base])
        staying = frozenset(filter(self.tree.exists, old))
        return Links(tuple(presets), named, base, merged, staying)

    def after(self, chosen: Iterable[PlannedPreset]) -> Links:
        """The new chains; of a preset whose step cannot be made, what it is today."""
        below: dict[str, tuple[str, ...]] = {}
        presets = []
        for planned in chosen:
            path = self._path_after(planned)
            presets.append(path)
            _walk(self.loader, path, below)
        return Links(tuple(presets), below, self.workspace.plans.base)

    def _path_after(self, planned: PlannedPreset) -> str:
        evidence = self.workspace.evidence.get(planned.name)
        if planned.name not in self.steps and evidence is not None:
            return evidence.target
        new = planned.preset.to
        return new if self.tree.exists(new) else self.rollout.live(self.rollout.frozen(planned))


def _walk(loader: PlainLoader, path: str, below: dict[str, tuple[str, ...]]) -> None:
    """Take in a file and all that it is made of; one that cannot be read names nothing."""
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current in below:
            continue
        try:
            below[current] = tuple(dict.fromkeys(loader.below(current)))
        except MigrateError:
            below[current] = ()
        waiting += below[current]


def _written(new: Resolved, old: Resolved | None) -> Iterator[KeyLine]:
    """The active keys that the new file says itself, in the order of its lines."""
    known: dict[str, KeyExplanation] = {}
    if old is not None:
        known = {dotted(one.key): one for one in explain(old).settings}
    for one in sorted(_own(new), key=lambda item: item[0]):
        line, found = one
        before = known.get(dotted(found.key))
        if old is None:
            yield KeyLine(line, found.key, None, _lost(found))
        elif before is None:
            yield KeyLine(line, found.key, None, ())
        else:
            origin = before.said[-1] if before.active else None
            same = token(before.value) == token(found.value)
            yield KeyLine(line, found.key, origin, _lost(before), None if same else origin)


def _own(new: Resolved) -> Iterator[tuple[int, KeyExplanation]]:
    for found in explain(new).settings:
        if found.said[-1].place.path == new.path:
            yield found.said[-1].place.line, found


def _lost(found: KeyExplanation) -> tuple[SettingText, ...]:
    return tuple(said for said in found.said if not said.active)


def _inherited(new: Resolved) -> dict[str, int]:
    paths = (slot.winner.document.path for _, slot in new.branch.leaves())
    return {path: count for path, count in Counter(paths).items() if path != new.path}


def _chain_before(evidence: Evidence | None, old: Resolved | None) -> tuple[str, ...]:
    if evidence is not None:
        return tuple(path for path, _ in evidence.chain)
    return old.paths if old is not None else ()


def _allowed(step: Step | None, evidence: Evidence | None) -> tuple[AllowedDifference, ...]:
    if step is not None:
        return tuple(allowed_differences(step.proposal.proof.verdict))
    return recorded_allowances(evidence) if evidence is not None else ()


def _left(step: Step | None) -> tuple[Reference, ...]:
    if step is None:
        return ()
    followed = step.proposal.followed
    return tuple(one for one in followed.references if not followed.rewrites(one))


def _hunks(change: Change) -> tuple[Hunk, ...]:
    if change.before is None or change.after is None:
        return ()
    return written_lines(change.before, change.after).hunks


def _kind(before: str | None, after: str | None) -> str:
    if before is None:
        return "create"
    return "delete" if after is None else "modify"


# Where it is written.


class ReportFile(NamedTuple):
    """The change that writes a report into the tree; none for one outside of it."""

    changes: ChangeSet


def written(view: View, out: str, content: bytes) -> ReportFile:
    """The landing that writes a report; one outside of the tree is written at once.

    Raises Refused where something else stands, and for a file that cannot be written.
    """
    path = os.path.relpath(os.path.abspath(out), view.root)
    if outside(path) or os.path.isdir(out):
        _write_elsewhere(out, content)
        return ReportFile(ChangeSet())
    if view.layout.is_record(path):
        raise Refused("is among the records of the rollout", out, _ELSEWHERE)
    before = view.tree.read(path) if view.tree.exists(path) else None
    _refuse_other(out, before)
    return ReportFile(ChangeSet.of([Change(path, before, content, "report")]))


_ELSEWHERE = "name a new file, such as report.html"


def _refuse_other(out: str, before: bytes | None) -> None:
    if before and not is_report(before):
        raise Refused("is there already, and is no report", out, _ELSEWHERE)


def _write_elsewhere(out: str, content: bytes) -> None:
    from migrate.disk import Disk

    folder, name = os.path.split(os.path.abspath(out))
    if os.path.isdir(out):
        raise Refused("is a folder", out, _ELSEWHERE)
    if os.path.lexists(out) and not os.path.isfile(out):
        raise Refused("is no file to write a report into", out, "without -o it is printed")
    disk = Disk(folder)
    try:
        _refuse_other(out, None if disk.look(name) is None else disk.read(name, sys.maxsize))
        disk.record(name, content)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Refused(f"cannot be written: {reason}", out, "name another file") from None
