"""The tree under inspection: what was seen of each preset, and the means for a closer look."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from migrate.errors import MigrateError
from migrate.findings import WARNING, Finding
from migrate.loading.graph import Link, links_of
from migrate.loading.trainer import PlainLoader
from migrate.locations import KeyPath, Place
from migrate.plan import Allowance, PlannedPreset
from migrate.references import ScanStore
from migrate.resolve import Resolver
from migrate.rollout.evidence import Evidence, read_evidence
from migrate.rollout.leftovers import Leftover, leftovers
from migrate.rollout.legacy import MANIFEST, check_manifest, is_frozen
from migrate.rollout.missed_edits import MissedEdit, OldConfig
from migrate.rollout.old_tree import AppliedFiles, OldTree
from migrate.rules import Layers
from migrate.rules.glance import Glances, passed
from migrate.rules.shapes import Shape
from migrate.trees.recording import RecordingTree
from migrate.verification.acceptances import Acceptances
from migrate.verification.examine import PresetExamination, Unit, VerifyRequest, WorkerResult
from migrate.workers import PORTIONS, Workers, chunks
from migrate.workspace.parallel import Progress
from migrate.workspace.workspace import Workspace


class VerifyContext:
    """The tree under inspection: what was seen of each preset, and the means for a closer look."""

    def __init__(
        self,
        workspace: Workspace,
        chosen: list[PlannedPreset],
        so_far: bool = False,
        scans: ScanStore | None = None,
    ) -> None:
        self.workspace = workspace
        self.plans = workspace.plans
        self.chosen = chosen
        self.scans = scans
        self.so_far = so_far
        """Whether presets may wait for their step."""
        self.examined: dict[str, PresetExamination] = {}
        self._old_configs: dict[str, OldConfig | None] = {}
        self.tree = workspace.tree
        self.frozen = self.tree.exists(MANIFEST)

    def examine(self, workers: Workers, progress: Progress | None) -> None:
        """Look at each preset on its own, here or wherever the workers are."""
        ask, units = self._ask(), [self._unit(planned) for planned in self.chosen]
        if workers.pool is None:
            watched = (
                self.tree if isinstance(self.tree, RecordingTree) else RecordingTree(self.tree)
            )
            found = ask.each(units, watched)
        else:
            parts = workers.pool.map(ask.part, chunks(units, PORTIONS * workers.number))
            found = (one for part in parts for one in self._joined(part))
        for number, one in enumerate(found):
            self.examined[one.unit.name] = one
            if progress is not None:
                progress(one.unit.name, number, len(units))

    def _ask(self) -> VerifyRequest:
        presets = [planned.preset for planned in self.plans.presets.values()]
        shared = {path for preset in presets for path in preset.extends}
        shared |= {self.plans.legacy_path(path) for preset in presets for path in preset.inline}
        shared |= {
            self.plans.legacy_path(preset.from_) for preset in presets if preset.to in shared
        }
        return VerifyRequest(
            root=self.workspace.root,
            limits=self.workspace.limits,
            dialect=self.workspace.dialect,
            profile=self.plans.profile,
            rules=self.plans.rules,
            base=self.plans.base,
            layout=self.plans.layout,
            frozen=self.frozen,
            shared=frozenset(shared),
        )

    def _unit(self, planned: PlannedPreset) -> Unit:
        preset = planned.preset
        return Unit(planned.name, self.plans.legacy_path(preset.from_), preset.to)

    def _joined(self, part: WorkerResult) -> list[PresetExamination]:
        if isinstance(self.tree, RecordingTree):
            self.tree.join(part.digests, part.asked, part.moved)
        return part.examined

    @property
    def finalized(self) -> bool:
        """Whether the rollout is over and the legacy tree gone."""
        return not self.frozen and all(self.examined[one.name].applied for one in self.chosen)

    @property
    def compares(self) -> bool:
        """Whether a value that differs from the record is a finding: while the rollout lasts, and
        afterwards where the plans ask for it."""
        return self.plans.guard or not self.finalized

    @property
    def legacy_gone(self) -> bool:
        """Whether there is no legacy tree any more, although steps were taken from one."""
        return not self.frozen and any(one.applied for one in self.examined.values())

    @property
    def pending(self) -> list[str]:
        """The chosen presets that wait for their step."""
        return [one.name for one in self.chosen if not self.examined[one.name].applied]

    def evidence(self, name: str) -> Evidence | None:
        """The record of a preset, read for a closer look."""
        return read_evidence(self.tree, name, self.workspace.layout)

    @cached_property
    def old(self) -> OldTree:
        """The old chains as they are today; made from what was examined, where that suffices."""
        if len(self.examined) < len(self.plans.presets):
            return self.workspace.rollout.old
        steps = [one for one in self.examined.values() if one.applied]
        applied = AppliedFiles.of(
            [(one.source, one.target) for one in steps],
            {path for one in steps for path in one.retired},
            self.plans.layout,
        )
        return OldTree(self.plans, self.tree, self.workspace.dialect, applied)

    def old_config(self, planned: PlannedPreset) -> OldConfig | None:
        """An applied preset's old config as it is today; None for one without evidence."""
        if planned.name not in self._old_configs:
            evidence, workspace = self.evidence(planned.name), self.workspace
            self._old_configs[planned.name] = evidence and OldConfig(
                workspace.rollout, planned, evidence, workspace.resolver
            )
        return self._old_configs[planned.name]

    @cached_property
    def missed(self) -> dict[str, list[MissedEdit] | MigrateError]:
        """The edits that applied presets lack, by preset; or why that cannot be said."""
        found: dict[str, list[MissedEdit] | MigrateError] = {}
        for planned in self.chosen:
            seen = self.examined[planned.name]
            closer = (
                seen.applied and (self.old.moved or seen.evidence_differs) and not self.finalized
            )
            config = self.old_config(planned) if closer else None
            if config is not None and self.tree.exists(config.evidence.target):
                try:
                    found[planned.name] = config.missed()
                except MigrateError as error:
                    found[planned.name] = error
        return found

    def lacks_edit_of(self, name: str, frozen: str) -> bool:
        """Whether a preset lacks an edit of one of its old files, or that cannot be said."""
        missed = self.missed.get(name)
        if isinstance(missed, MigrateError):
            return True
        config = self.old_config(self.plans.presets[name])
        return bool(missed) and config is not None and config.lacks_edit_of(frozen)

    @cached_property
    def missing_at(self) -> set[tuple[Place, KeyPath]]:
        """Where an edit is missing: presets that inherit from there differ for the same reason."""
        lists = [one for one in self.missed.values() if not isinstance(one, MigrateError)]
        return {(edit.home, edit.key) for edits in lists for edit in edits}

    @cached_property
    def leftovers(self) -> list[Leftover]:
        """Consumed files that are still there."""
        applied = [name for name in self.plans.presets if self._is_applied(name)]
        return leftovers(self.old, lambda: self.workspace.rollout, applied, self.evidence)

    def _is_applied(self, name: str) -> bool:
        seen = self.examined.get(name)
        return seen.applied if seen is not None else self.evidence(name) is not None

    @cached_property
    def retired(self) -> set[str]:
        """The files that applied steps deleted, of presets that were not chosen too."""
        found = {path for one in self.examined.values() for path in one.retired}
        for name in self.plans.presets:
            evidence = self.evidence(name) if name not in self.examined else None
            found.update(evidence.retired if evidence is not None else ())
        return found

    @cached_property
    def manifest_faults(self) -> list[MigrateError]:
        """What is wrong with the frozen files."""
        try:
            return check_manifest(self.tree)
        except MigrateError as error:
            return [error]

    def may_be_merged(self, path: str) -> bool:
        """Whether a faulty frozen copy is of a file that went, so that git takes it for renamed."""
        if not (is_frozen(path) and self.tree.exists(path)) or self.old.is_live(path):
            return False
        known = (self.evidence(name) for name in self.plans.presets)
        return any(path in dict(one.chain) for one in known if one is not None)

    @cached_property
    def dangling(self) -> list[Link]:
        """Links of live configs to files that do not exist, by source."""
        seen = {one.unit.target: one.glance for one in self.examined.values() if one.glance}
        found: list[Link] = []
        for path in self.workspace.graph.composing():
            bases = seen[path].shape.bases if path in seen else _bases(self.loader, path)
            if not all(map(self.tree.exists, bases)):
                links = _links(self.workspace.resolver, path)
                found += (link for link in links if not self.tree.exists(link.target))
        return sorted(found, key=lambda link: (link.source, link.place.line))

    def passed(self) -> dict[str, Shape]:
        """The presets of which a glance shows that the layer rules have nothing to say."""
        known = {one.unit.target: one.glance for one in self.examined.values()}
        looking = Glances(self.plans.rules, self.plans.base, self.loader)
        return passed(Layers(self.plans, self.workspace.resolver), looking, known)

    @cached_property
    def acceptances(self) -> Acceptances:
        """What of the differences was accepted."""
        return Acceptances(self.plans, self.workspace.resolver, self.loader, self.evidence)

    @cached_property
    def loader(self) -> PlainLoader:
        """The trainer's loader, for what was not examined."""
        return PlainLoader(self.tree, self.workspace.dialect)

    def unused(self) -> Iterator[Finding]:
        """The allowances of the profile that could excuse nothing in any preset.

        Of presets that are not applied yet nobody looked at the values.
        """
        if not all(one.applied for one in self.examined.values()) or not self.compares:
            return
        known = {number for one in self.examined.values() for number in one.concerned}
        for number, rule in enumerate(self.plans.profile.allow):
            if number not in known:
                yield _unused(rule)


def _unused(rule: Allowance) -> Finding:
    what = f"the allowance for {rule.path} matches nothing in any preset"
    hint = "remove it, or keep it for edits to come; --strict fails on it"
    return Finding("unused-allowance", what, rule.place, hint, WARNING)


def _bases(loader: PlainLoader, path: str) -> list[str]:
    try:
        return loader.bases(path)
    except MigrateError:
        return []  # what cannot be loaded is a finding elsewhere


def _links(resolver: Resolver, path: str) -> list[Link]:
    try:
        return links_of(resolver, path)
    except MigrateError:
        return []
