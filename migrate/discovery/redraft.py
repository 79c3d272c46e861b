"""What a second `init` finds: presets that no plan has, keys that a plan lacks, old copies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from migrate.changes import Change, sha256
from migrate.discovery.discover import Discovery
from migrate.discovery.drafts import Draft, condense, draft, inner_path, onto_all, written_keys
from migrate.errors import MigrateError, Refused
from migrate.flatten import chosen_keys
from migrate.locations import KeyPath, Place
from migrate.plan import Patterns, PlannedPreset, Plans
from migrate.resolve import Resolver
from migrate.rollout.evidence import Evidence
from migrate.rollout.legacy import MANIFEST, manifest, read_manifest
from migrate.trees.tree import Overlay, Tree


@dataclass(frozen=True, slots=True)
class VanishedPreset:
    """A planned preset that is not applied, and whose old file is gone."""

    name: str
    path: str
    place: Place


@dataclass
class Redraft:
    """What is new since the plans were written. Nothing that a plan says is taken back."""

    added: list[Draft] = field(default_factory=list)
    missing: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Preset to the keys that its plan lacks, by the old file that gives them."""
    vanished: list[VanishedPreset] = field(default_factory=list)
    frozen: list[str] = field(default_factory=list)
    """The live files that are frozen, for the first time or again."""
    kept: list[str] = field(default_factory=list)
    """Live files that differ from their frozen copy, which an applied preset was made from."""
    changes: list[Change] = field(default_factory=list)
    """Those of the legacy tree."""


class Redrafter:
    """Compares plans with the tree as it is."""

    def __init__(
        self, resolver: Resolver, plans: Plans, evidence: Mapping[str, Evidence], found: Discovery
    ) -> None:
        self.resolver = resolver
        self.tree: Tree = resolver.tree
        self.plans = plans
        self.evidence = evidence
        self.found = found
        self.result = Redraft()
        self._by_target = {planned.preset.to: planned for planned in plans.presets.values()}

    def redraft(self) -> Redraft:
        """What is new. Raises Refused for a preset that cannot be planned, as `draft` does."""
        result = self.result
        result.added = self._added()
        for planned in self._pending():
            path = self._live(planned)
            if self.tree.exists(path):
                missing = self._missing(planned, path)
                if missing:
                    result.missing[planned.name] = missing
            else:
                result.vanished.append(VanishedPreset(planned.name, path, planned.place))
        self._freeze()
        return result

    def _pending(self) -> list[PlannedPreset]:
        planned = self.plans.presets.values()
        return [one for one in planned if one.name not in self.evidence]

    def _live(self, planned: PlannedPreset) -> str:
        return self.plans.live_path(planned.preset.from_)

    # Presets.

    def _added(self) -> list[Draft]:
        presets = [planned.preset for planned in self.plans.presets.values()]
        known = {self.plans.live_path(preset.from_) for preset in presets}
        known |= {preset.to for preset in presets}
        # What a plan inlines is a fragment, whatever it looks like without it.
        known |= {self.plans.live_path(path) for preset in presets for path in preset.inline}
        new = [one for one in self.found.presets if one.path not in known]
        paths = {path for one in new for path in self.resolver.resolve(one.path).paths}
        self._refuse_outside(paths)
        found = replace(self.found, presets=new, frozen=sorted(paths))
        taken = (*self.plans.presets, *self.evidence)
        drafts = draft(self.resolver, found, self.plans.config_root, written_keys, taken)
        moved = {self._live(p): p.preset.to for p in self.plans.presets.values()}
        return [
            replace(one, extends=tuple(moved.get(path, path) for path in one.extends))
            for one in drafts
        ]

    def _refuse_outside(self, paths: Iterable[str]) -> None:
        root = self.plans.config_root
        for path in sorted(paths):
            if root != "." and not path.startswith(f"{root}/"):
                hint = f"--exclude '{path}' leaves it out, and what needs it is told"
                what = f"is needed by a new preset and is not below `{root}`, the config root"
                raise Refused(what, path, hint)

    def _missing(self, planned: PlannedPreset, path: str) -> dict[str, list[str]]:
        """The active keys that a pending preset's plan does not inline, by old file."""
        preset = planned.preset
        resolved = self.resolver.resolve(path)
        parents = [self._before(parent) for parent in preset.extends]
        if [base.path for base in resolved.bases] == parents or not all(
            map(self.tree.exists, parents)
        ):
            return {}
        try:
            keys = chosen_keys(self.resolver, resolved, onto_all(self.resolver, path, parents))
        except MigrateError:
            return {}  # `plan` says what is wrong with the parents
        own = Patterns(preset.override)
        planned_keys: dict[str, Patterns] = {}
        found: dict[str, list[KeyPath]] = {}
        for key, source in keys:
            if source == path or own.covering(key):
                continue
            inner = inner_path(source, self.plans.config_root)
            if inner not in planned_keys:
                planned_keys[inner] = Patterns(preset.inlined(inner))
            if not planned_keys[inner].covering(key):
                found.setdefault(source, []).append(key)
        return {
            inner_path(source, self.plans.config_root): condense(self.resolver, source, lacking)
            for source, lacking in found.items()
        }

    def _before(self, parent: str) -> str:
        """The live file that stands for a parent: its old one, until it is applied."""
        planned = self._by_target.get(parent)
        pending = planned is not None and planned.name not in self.evidence
        return self._live(planned) if planned is not None and pending else parent

    # The legacy tree.

    def _freeze(self) -> None:
        """Freeze what is new or has changed, but for what an applied preset was made from."""
        layout = self.plans.layout
        known = read_manifest(self.tree) if self.tree.exists(MANIFEST) else {}
        protected = self._protected(known)
        starts = [self._live(p) for p in self._pending() if self.tree.exists(self._live(p))]
        starts += [one.path for one in self.result.added]
        changes: dict[str, Change] = {}
        for live in sorted({p for path in starts for p in self.resolver.resolve(path).paths}):
            path, content = layout.frozen(live), self.tree.read(live)
            before = self.tree.read(path) if self.tree.exists(path) else None
            if path in protected:
                if before != content and live not in self._by_steps():
                    self.result.kept.append(live)
            else:
                changes[path] = Change(path, before, content, f"frozen copy of {live}")
        needed = protected | self._needed(changes.values(), starts)
        digests = {path: digest for path, digest in known.items() if path in needed}
        for path, change in changes.items():
            if path in needed and change.after is not None:
                digests[path] = sha256(change.after)
                self.result.changes.append(change)
        for path in sorted(known.keys() - needed):
            before = self.tree.read(path) if self.tree.exists(path) else None
            self.result.changes.append(Change(path, before, None, "no longer frozen"))
        before = self.tree.read(MANIFEST) if self.tree.exists(MANIFEST) else None
        why = "digests of the frozen files"
        self.result.changes.append(Change(MANIFEST, before, manifest(digests), why))
        self.result.frozen = sorted(
            path.removeprefix("frozen copy of ")
            for path in (c.why for c in self.result.changes if c.after != c.before)
            if path.startswith("frozen copy of ")
        )

    def _by_steps(self) -> set[str]:
        return {step.path for one in self.evidence.values() for step in one.steps}

    def _protected(self, known: Mapping[str, str]) -> set[str]:
        """Frozen copies that stay as they are: recorded, or of files that a step changed."""
        recorded = {path for one in self.evidence.values() for path, _ in one.chain}
        recorded |= {
            step.legacy
            for one in self.evidence.values()
            for step in one.steps
            if step.legacy is not None
        }
        layout = self.plans.layout
        touched = {layout.frozen(path) for path in self._by_steps()}
        gone = {layout.frozen(one.path) for one in self.result.vanished}
        legacy = Resolver(self.tree, self.resolver.dialect)
        for path in gone & known.keys():
            recorded.update(legacy.resolve(path).paths)
        return (recorded | touched) & known.keys()

    def _needed(self, changes: Iterable[Change], starts: Iterable[str]) -> set[str]:
        """The frozen files of all chains as they will be."""
        legacy = Resolver(Overlay(self.tree, changes), self.resolver.dialect)
        layout = self.plans.layout
        return {path for live in starts for path in legacy.resolve(layout.frozen(live)).paths}
