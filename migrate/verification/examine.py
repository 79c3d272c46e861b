"""What the gate asks of one preset, from its files alone: in any process, in any order.

Most presets are as they should be, and that shows in the values that the trainer's loader makes.
Of any other it is said that it wants a closer look; `verify` takes it, with every place at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from migrate.errors import MigrateError
from migrate.loading.trainer import PlainLoader
from migrate.locations import dotted
from migrate.parity import Verdict, concerns, judge
from migrate.rollout.evidence import Evidence, new_text, read_evidence
from migrate.rules.glance import Glance, Glances
from migrate.trees.recording import RecordingTree
from migrate.trees.tree import DiskTree

if TYPE_CHECKING:
    from migrate.dialect import Dialect
    from migrate.layout import Layout
    from migrate.limits import Limits
    from migrate.plan import Profile, Rules


_SAME = Verdict()


class Unit(NamedTuple):
    """One planned preset: its name, the frozen copy of its old file, its new file."""

    name: str
    frozen: str
    target: str


class PresetExamination(NamedTuple):
    """What was seen of one preset. `evidence_differs`: its record wants a closer look."""

    unit: Unit
    applied: bool = False
    evidence_differs: bool = False
    verdict: Verdict | MigrateError | None = None
    """None where there is nothing to compare."""
    glance: Glance | None = None
    retired: tuple[str, ...] = ()
    """The files that its step deleted."""
    source: str = ""
    """The frozen copy of its old file, as its evidence has it."""
    target: str = ""
    """Where its step put it."""
    plan: str = ""
    """The digest of what the plan said then."""
    concerned: tuple[int, ...] = ()
    """The allowances of the profile, by number, that this preset is the first seen to need."""
    changed: bool = False
    """Whether a value is another than when the preset was migrated."""


class WorkerResult(NamedTuple):
    """What one process saw, and what it looked at for that (`recording.RecordingTree`)."""

    examined: list[PresetExamination]
    digests: dict[str, bytes]
    asked: dict[str, bool]
    moved: bool


class VerifyRequest(NamedTuple):
    """What is asked of every preset; it travels to another process, where the files are read."""

    root: str
    limits: Limits
    dialect: Dialect
    profile: Profile
    rules: Rules
    base: str
    layout: Layout
    frozen: bool
    """Whether the legacy tree is there to be compared with."""
    shared: frozenset[str]
    """Files that several presets extend: kept once they are loaded."""

    def part(self, units: Sequence[Unit]) -> WorkerResult:
        """Examine some presets on their own."""
        tree = RecordingTree(DiskTree(self.root, self.limits))
        found = list(self.each(units, tree))
        return WorkerResult(found, tree.digests, tree.asked, tree.moved)

    def each(self, units: Iterable[Unit], tree: RecordingTree) -> Iterator[PresetExamination]:
        """Examine presets one after another. Raises InputError for broken evidence."""
        loader = PlainLoader(tree, self.dialect)
        glances = Glances(self.rules, self.base, loader)
        idle = list(range(len(self.profile.allow)))
        for unit in units:
            one = self._one(unit, tree, loader, glances, idle)
            idle = [number for number in idle if number not in one.concerned]
            yield one
            for path in (unit.target, unit.frozen):
                if path not in self.shared:
                    loader.forget(path)

    def _one(
        self,
        unit: Unit,
        tree: RecordingTree,
        loader: PlainLoader,
        glances: Glances,
        idle: Sequence[int],
    ) -> PresetExamination:
        evidence = read_evidence(tree, unit.name, self.layout)
        glance = glances.at(unit.target) if tree.exists(unit.target) else None
        if evidence is None:
            return PresetExamination(unit, glance=glance)
        if not tree.exists(evidence.target):
            return self._applied(unit, True, None, glance, evidence)
        evidence_differs = not (
            self._as_written(tree, evidence) and self._same(unit, loader, tree, evidence)
        )
        verdict = self._verdict(loader, evidence)
        concerned = self._concerned(loader, evidence, idle)
        found = self._applied(unit, evidence_differs, verdict, glance, evidence, concerned)
        return found._replace(changed=_changed(verdict, evidence))

    def _applied(
        self,
        unit: Unit,
        evidence_differs: bool,
        verdict: Verdict | MigrateError | None,
        glance: Glance | None,
        evidence: Evidence,
        concerned: tuple[int, ...] = (),
    ) -> PresetExamination:
        return PresetExamination(
            unit=unit,
            applied=True,
            evidence_differs=evidence_differs,
            verdict=verdict,
            glance=glance,
            retired=evidence.retired,
            source=evidence.source,
            target=evidence.target,
            plan=evidence.plan,
            concerned=concerned,
        )

    def _concerned(
        self, loader: PlainLoader, evidence: Evidence, idle: Sequence[int]
    ) -> tuple[int, ...]:
        """Which of the allowances that no preset needed so far have something to say of this."""
        if not idle:
            return ()
        sides = [evidence.resolved]
        with suppress(MigrateError):  # said by the verdict
            sides.append(loader.load(evidence.target))
        allow = self.profile.allow
        return tuple(n for n in idle if any(concerns(allow[n], side) for side in sides))

    def _as_written(self, tree: RecordingTree, evidence: Evidence) -> bool:
        return tree.digest(evidence.target) == evidence.digest

    def _same(
        self, unit: Unit, loader: PlainLoader, tree: RecordingTree, evidence: Evidence
    ) -> bool:
        """Whether the evidence speaks of the legacy config as it is."""
        if not self.frozen:
            return True
        try:
            resolved = loader.load(evidence.source)
            chain = loader.chain(unit.frozen) if unit.frozen == evidence.source else ()
            known = tuple((path, tree.digest(path)) for path in chain)
        except MigrateError:
            return False
        return evidence.matches(known, resolved)

    def _verdict(self, loader: PlainLoader, evidence: Evidence) -> Verdict | MigrateError:
        try:
            new = loader.load(evidence.target)
        except MigrateError as error:
            return error
        found = judge(evidence.resolved, new, self.profile)
        # The order of keys closes no gate; of many presets it would be most of what is kept.
        differs = found.allowed or found.forbidden
        return Verdict(found.allowed, found.forbidden) if differs else _SAME


def _changed(verdict: Verdict | MigrateError, evidence: Evidence) -> bool:
    if isinstance(verdict, MigrateError):
        return False
    differences = [one for one, _ in (*verdict.allowed, *verdict.forbidden)]
    return {(dotted(one.path), new_text(one)) for one in differences} != evidence.allowed
