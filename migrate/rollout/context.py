"""What a set of plans means for a tree: the old chains, who uses what, what moves, what stays."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from migrate.dialect import Dialect
from migrate.errors import InputError, MigrateError
from migrate.loading.graph import SettingText, said_by
from migrate.loading.trainer import PlainLoader
from migrate.plan import PlannedPreset, Plans
from migrate.references import ScanStore
from migrate.resolve import Resolved, Resolver, Store
from migrate.rollout.old_tree import OldTree
from migrate.workers import HERE

MANY = 256
"""So many presets are kept as they were loaded; of more, each is loaded when it is asked for."""


class Rollout:
    """One set of plans and the old chains as they are today; who asks shares what was parsed.

    `scans` has what earlier commands found when they looked for references; `with_origins` asks
    of new presets where each line came from; `workers` look for references in a large tree.
    """

    with_origins = False
    workers = HERE

    def __init__(
        self, plans: Plans, old: OldTree, dialect: Dialect, scans: ScanStore | None = None
    ) -> None:
        self.plans = plans
        self.scans = scans
        self.old = old
        self.dialect = dialect
        self.store: Store = {}
        self.loaded: dict[bytes, Any] = {}
        self.said: SettingText = {}
        self.legacy = Resolver(old.tree, dialect, self.store)
        self.legacy_plain = PlainLoader(old.tree, dialect, self.loaded)
        self.targets = {planned.preset.to: planned for planned in plans.presets.values()}

    def frozen(self, planned: PlannedPreset) -> str:
        """The frozen copy of a preset's old file."""
        return self.plans.legacy_path(planned.preset.from_)

    def live(self, frozen: str) -> str:
        """Where a frozen file stood."""
        return self.plans.layout.live(frozen)

    def legacy_chain(self, planned: PlannedPreset) -> Resolved:
        """The old preset as it is today. Raises InputError at the plan's line."""
        path = self.frozen(planned)
        if not self.legacy.tree.exists(path):
            hint = "correct `from:`, or run `migrate init` first"
            raise InputError(f"comes from {path}, which does not exist", planned.place, hint)
        try:
            return self.legacy.resolve(path)
        except MigrateError as error:
            raise self.old.in_live_terms(error) from None

    def _recorded_chain(self, planned: PlannedPreset) -> Resolved:
        """The same; of a preset whose files cannot be read today, as it was frozen."""
        try:
            return self.legacy_chain(planned)
        except MigrateError:
            if not self.old.moved:
                raise
            return Resolver(self.old.below, self.dialect).resolve(self.frozen(planned))

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """For each frozen file, the planned presets whose old chain holds it."""
        found: dict[str, list[str]] = {}
        for planned in self.plans.presets.values():
            for document in self._recorded_chain(planned).chain:
                found.setdefault(document.path, []).append(planned.name)
                if document.source not in self.said:
                    self.said[document.source] = said_by(self.legacy, document)
        return found

    @cached_property
    def moved(self) -> dict[str, PlannedPreset]:
        """The presets whose target is another place than their old file, by that file's path."""
        places = {self.live(self.frozen(p)): p for p in self.plans.presets.values()}
        return {path: planned for path, planned in places.items() if path != planned.preset.to}

    def forget(self, planned: PlannedPreset, content: bytes) -> None:
        """Of many presets, keep no value of one whose step is done, nor of its new text."""
        path = self.frozen(planned)
        if len(self.plans.presets) > MANY and path not in self._shared:
            self.legacy_plain.forget(path)
            self.loaded.pop(content, None)

    @cached_property
    def _shared(self) -> frozenset[str]:
        """The old files of presets that other presets extend or inline."""
        presets = [planned.preset for planned in self.plans.presets.values()]
        inlined = {self.plans.legacy_path(path) for preset in presets for path in preset.inline}
        parents = {path for preset in presets for path in preset.extends if path in self.targets}
        return frozenset(inlined | {self.frozen(self.targets[path]) for path in parents})
