"""`migrate port`: carry what others changed in the old files into what replaced them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate.canonical import ready
from migrate.changes import Change, ChangeSet, sha256
from migrate.discovery.drafts import condense, inner_path
from migrate.discovery.plan_files import PlanTexts
from migrate.errors import MigrateError, Refused, raise_all
from migrate.loading.trainer import PlainLoader
from migrate.locations import KeyPath, overlap
from migrate.parity import differences, judge
from migrate.parity.format import format_difference
from migrate.plan import PlannedPreset, load_plans, select
from migrate.rollout.context import Rollout
from migrate.rollout.evidence import (
    Amendment,
    Evidence,
    PortRecord,
    plan_digest,
    ported_record,
)
from migrate.rollout.legacy import MANIFEST, refreeze
from migrate.rollout.missed_edits import OldConfig
from migrate.rollout.port import CARRIED, CONFLICT, Outcome, Porter, PresetPort
from migrate.rollout.steps import Sweep
from migrate.trees.tree import Overlay
from migrate.workspace.brought_back import merged_back
from migrate.workspace.edit_source import EditSource, bring, refuse_markers
from migrate.workspace.sweep import sweep_after
from migrate.workspace.workspace import Workspace


@dataclass
class Port:
    """What is carried over, and the landing that does it; nothing is written yet."""

    workspace: Workspace
    presets: list[PresetPort]
    changes: ChangeSet
    values: dict[str, dict[Any, Any]]
    """What the trainer is to see of each preset, by its file."""
    source: EditSource
    revision: str = ""
    """As it was given; empty for the old files that are there."""
    swept: Sweep = field(default_factory=Sweep)
    """The old files that go again."""
    kept: list[MigrateError] = field(default_factory=list)
    """What keeps old files from going again, such as code that names one."""
    merged: list[str] = field(default_factory=list)
    """Retired files that are back and stay, with what is new in them merged into their records."""

    def prove(self) -> None:
        """Load every preset once more from disk. Raises Refused where it is not as decided."""
        loader = PlainLoader(self.workspace.fresh().tree, self.workspace.dialect)
        for path, values in self.values.items():
            for difference in differences(values, loader.load(path)):
                what = f"differs on disk: {format_difference(difference)}"
                raise Refused(what, path, "it was taken back; something else writes to this tree")

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of each key, in each preset."""
        return [one for preset in self.presets for one in preset.outcomes]

    @property
    def conflicts(self) -> bool:
        """Whether any key was left alone."""
        return any(one.kind == CONFLICT for one in self.outcomes)


def port(workspace: Workspace, names: Iterable[str] = (), revision: str | None = None) -> Port:
    """Carry the edits of old files into the applied presets of these names, with what they build
    on and what builds on that; into all for no name. Nothing is written: `changes` is to be landed.

    The edits are those of the old files that are there, and with a revision also what that did in
    old files that are gone here. Raises InputError for old files that cannot be read and for a
    revision that git does not know, Refused for a preset whose step is to be redone first.
    """
    if not workspace.tree.exists(MANIFEST):
        hint = "`migrate init` begins a rollout; when it is over, presets are edited themselves"
        raise Refused("there is no legacy tree that says what was edited", MANIFEST, hint)
    chosen = _chosen(workspace, tuple(names))
    refuse_markers(workspace)
    workspace, back = merged_back(workspace)
    source = bring(workspace, revision, back)
    today = source.rollout
    porter = Porter(today, workspace.tree, workspace.evidence, source.incoming, revision or "")
    try:
        ports = [porter.port(planned) for planned in _concerned(workspace, today, chosen)]
    except MigrateError as error:
        raise today.old.in_live_terms(error) from None
    ports = [one for one in ports if one.outcomes or one.content != one.before]
    _refuse_side_effects(workspace, porter, ports)
    changes = _Landing(workspace, source, porter, ports).changes()
    values = {one.planned.preset.to: porter.loaded(one.planned.preset.to) for one in ports}
    result = Port(workspace, ports, changes, values, source, revision or "")
    chosen_names = [planned.name for planned in chosen] if names else []
    swept, result.swept, result.kept = sweep_after(workspace, changes, chosen_names)
    result.changes = back.as_on_disk(swept)
    result.merged = [path for path in back.merged if path not in swept.deleted]
    return result


def _chosen(workspace: Workspace, names: Sequence[str]) -> list[PlannedPreset]:
    """The applied presets of these names; of all for no name. Raises Refused for others."""
    chosen = select(workspace.plans, names)
    faults = [
        Refused(
            f"{planned.name} waits for its step, which takes the old files as they are today",
            planned.place,
            f"migrate apply --preset {planned.name}",
        )
        for planned in chosen
        if names and planned.name not in workspace.evidence
    ]
    raise_all(faults)
    return [planned for planned in chosen if planned.name in workspace.evidence]


def _concerned(
    workspace: Workspace, today: Rollout, chosen: Sequence[PlannedPreset]
) -> Iterator[PlannedPreset]:
    """The chosen presets of which an old file changed, what they build on, since a key goes to the
    file that sets it, and what builds on any of these; parents first.

    Raises Refused for one that is gone, or whose plan changed since its step.
    """
    names = {planned.name for planned in chosen} | _ancestors(today, chosen)
    targets: set[str] = set()
    for planned in workspace.plans.in_order():
        evidence = workspace.evidence.get(planned.name)
        if evidence is None:
            continue
        behind = planned.name in names and today.old.differs_from(evidence.chain)
        if behind or targets.intersection(_chain(workspace, evidence.target)):
            _refuse_unready(workspace, planned, evidence)
            targets.add(evidence.target)
            yield planned


def _chain(workspace: Workspace, target: str) -> tuple[str, ...]:
    """What a preset is made of today; nothing for one that cannot be read: it is said elsewhere."""
    try:
        return workspace.resolver.resolve(target).paths
    except MigrateError:
        return ()


def _ancestors(today: Rollout, chosen: Iterable[PlannedPreset]) -> set[str]:
    """The presets that these build on."""
    found: set[str] = set()
    waiting = list(chosen)
    while waiting:
        for path in waiting.pop().preset.extends:
            parent = today.targets.get(path)
            if parent is not None and parent.name not in found:
                found.add(parent.name)
                waiting.append(parent)
    return found


def _refuse_unready(workspace: Workspace, planned: PlannedPreset, evidence: Evidence) -> None:
    if not workspace.tree.exists(evidence.target):
        hint = f"restore it, or take the step back: migrate undo --preset {planned.name}"
        raise Refused("was applied and is gone", evidence.target, hint)
    if workspace.is_stale(planned.name):
        what = f"the plan of {planned.name} changed since it was applied"
        raise Refused(what, planned.place, f"migrate apply --preset {planned.name}, then port")


def _refuse_side_effects(workspace: Workspace, porter: Porter, ports: Sequence[PresetPort]) -> None:
    """Other configs that build on a ported preset follow it, and change in nothing else."""
    changed = [one.planned.preset.to for one in ports if one.content != one.before]
    own = {evidence.target for evidence in workspace.evidence.values()}
    carried = [one.key for port in ports for one in port.outcomes if one.kind in CARRIED]
    before = PlainLoader(workspace.tree, workspace.dialect)
    for path in workspace.graph.dependents(changed):
        if path in own:
            continue
        try:
            old = before.load(path)
        except MigrateError:
            continue  # nobody could load it before either
        for one in differences(old, porter.loaded(path)):
            if not any(overlap(one.path, key) for key in carried):
                what = f"would change as well: {format_difference(one)}"
                raise Refused(what, path, "nothing was written; please report this as a bug")


class _Landing:
    """The changes that belong to ported presets: their texts, the plans, the record."""

    def __init__(
        self, workspace: Workspace, source: EditSource, porter: Porter, ports: Sequence[PresetPort]
    ) -> None:
        self.workspace = workspace
        self.source = source
        self.today = source.rollout
        self.ports = {one.planned.name: one for one in ports}
        self.porter = porter

    def changes(self) -> ChangeSet:
        """All of it. Raises Refused for a plan that cannot be edited without a loss."""
        texts = {path: after for one in self.ports.values() for path, after in self._frozen(one)}
        plans = list(self._plans())
        frozen = refreeze(self.workspace.tree, texts) if texts else []
        records = self._records({path: sha256(after) for path, after in texts.items()}, plans)
        return ChangeSet.of(
            [*(one.change for one in self.ports.values()), *plans, *frozen, *records]
        )

    def _frozen(self, port: PresetPort) -> Iterator[tuple[str, bytes]]:
        """The newer texts of a preset's old files that belong into the legacy tree. What comes from
        a revision has no other place, and what git merged is there already: both are frozen
        whatever becomes of them."""
        amends = self._amends(port)
        incoming = self.source.incoming
        brought = {file.frozen for file in (*incoming.files, *incoming.touched)}
        for file in self.today.old.moved_in(self.today.legacy_chain(port.planned).paths):
            if file.before != file.after and (amends or file.frozen in brought):
                yield file.frozen, file.after

    def _amends(self, port: PresetPort) -> bool:
        """Whether the record of a preset takes in what its old files say by now."""
        evidence = self.workspace.evidence[port.planned.name]
        return port.arrived and self.today.old.differs_from(evidence.chain)

    def _plans(self) -> Iterator[Change]:
        """The plans, which inline what became active."""
        plans = self.workspace.plans
        texts = PlanTexts(self.workspace.tree, self.workspace.layout)
        for port in self.ports.values():
            missing: dict[str, list[KeyPath]] = {}
            for key, source in port.unplanned:
                missing.setdefault(source, []).append(key)
            if missing:
                named = {
                    inner_path(self.today.live(source), plans.config_root): condense(
                        self.today.legacy, source, keys
                    )
                    for source, keys in missing.items()
                }
                texts.add_keys(port.planned.file, port.planned.name, named)
        yield from texts.changes()

    def _records(self, frozen: dict[str, str], plans: Sequence[Change]) -> Iterator[Change]:
        """The evidence of each preset that is ported, or of whose old files one was frozen anew."""
        workspace = self.workspace
        after = load_plans(Overlay(workspace.tree, plans), workspace.plans.folder)
        last = self._last_users(frozen)
        amended = [one for one in self.ports.values() if self._amends(one)]
        known = {path for one in amended for path in self.today.legacy_chain(one.planned).paths}
        for name, evidence in workspace.evidence.items():
            port = self.ports.get(name)
            lacking = [path for path, _ in evidence.chain if path in frozen.keys() - known]
            done = PortRecord(
                content=port.content if port is not None and port.untouched else None,
                plan=plan_digest(after.presets[name]) if port is not None else evidence.plan,
                frozen=frozen,
                brought=tuple((path, frozen[path]) for path in lacking),
                consumed={self.today.live(path): path for path in last if last[path] == name},
            )
            amendment = self._amendment(port, evidence) if port in amended else None
            change = ported_record(evidence, done, amendment)
            if change.before != change.after:
                yield change

    def _last_users(self, frozen: Iterable[str]) -> dict[str, str]:
        """Of files that are frozen for the first time and never stood here, the preset that is the
        last one made of each."""
        tree, known = self.workspace.tree, self.workspace.rollout.old.frozen_digests
        new = [one for one in frozen if one not in known and not tree.exists(self.today.live(one))]
        return {
            path: name
            for name, port in self.ports.items()
            for path in self.today.legacy_chain(port.planned).paths
            if path in new
        }

    def _amendment(self, port: PresetPort, evidence: Evidence) -> Amendment:
        """What the record of a preset takes in."""
        config = OldConfig(self.today, port.planned, evidence, self.porter.before)
        chain = self.today.legacy_chain(port.planned).chain
        digests = tuple((document.path, document.digest) for document in chain)
        known = set(evidence.chain)
        new = self.porter.loaded(evidence.target)
        return Amendment(
            digests={path: digest for path, digest in digests if (path, digest) not in known},
            resolved=ready(config.today),
            differences=tuple(config.edits()),
            chain=digests,
            sources={one.key: str(one.source) for one in port.outcomes},
            revision=self.source.tip,
            verdict=judge(config.today, new, self.workspace.plans.profile),
        )
