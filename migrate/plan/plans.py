"""All plan files of a tree as one value: its presets, what holds for all of them, the profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heapify, heappop, heappush
from typing import Any

from migrate.dialect import Dialect
from migrate.errors import InputError, MigrateError, nearest, raise_all
from migrate.layout import DEFAULT, Layout
from migrate.locations import LEGACY, Place
from migrate.plan.accepted import NOTHING_ACCEPTED, Accepted
from migrate.plan.checks import base_of
from migrate.plan.dialects import dialect_of
from migrate.plan.profile import NOTHING_ALLOWED, Profile
from migrate.plan.source import PlanSource
from migrate.plan.structs import Headers, Ignore, Pins, Preset, Rules, Trainer, TreeWide


@dataclass(frozen=True)
class PlannedPreset:
    """One preset of one plan file; `order`, `headers`, `gates` and `pins` are what holds for it."""

    name: str
    preset: Preset
    source: PlanSource = field(repr=False, compare=False)
    order: tuple[str, ...] = ()
    headers: Headers = "keep"
    gates: tuple[str, ...] = ()
    pins: Pins = "follow"

    @property
    def file(self) -> str:
        """The plan file."""
        return self.source.path

    @property
    def place(self) -> Place:
        """Where the preset stands in the plan file."""
        return self.place_of()

    def place_of(self, *path: Any) -> Place:
        """Where one of its fields stands: `place_of("inline", "components/a.yaml", Index(0))`."""
        return self.source.place(("presets", self.name, *path))


@dataclass(frozen=True)
class Plans:
    """Made by `load_plans` alone: whoever holds one knows that it is sound."""

    presets: Mapping[str, PlannedPreset]
    wide: TreeWide = field(default_factory=TreeWide)
    profile: Profile = NOTHING_ALLOWED
    folder: str = DEFAULT.plans
    accepted: Accepted = NOTHING_ACCEPTED

    @property
    def rules(self) -> Rules:
        """The layer rules."""
        return self.wide.rules

    @property
    def references(self) -> Mapping[str, str | Ignore]:
        """Old path to its new path, to `drop`, or to an `Ignore` with the reason."""
        return self.wide.references

    @property
    def keep(self) -> Mapping[str, str]:
        """Old files that stay although every planned user is migrated, each with the reason."""
        return self.wide.keep

    @cached_property
    def declined(self) -> frozenset[tuple[str, str]]:
        """Edits of old files that nobody wants: the live path, and the SHA-256 of the content."""
        return frozenset((self.live_path(one.file), one.sha256) for one in self.wide.declined)

    @property
    def guard(self) -> bool:
        """Whether values are compared with the record after `finalize` too."""
        return self.wide.guard

    @property
    def trainer(self) -> Trainer | None:
        """How the team's trainer is asked; None where no plan says it."""
        return self.wide.trainer

    @property
    def dialect(self) -> Dialect:
        """How the tree composes files."""
        return dialect_of(self.wide.dialect)

    @property
    def config_root(self) -> str:
        """The folder that the legacy tree mirrors, `.` for the root."""
        return self.wide.config_root

    @property
    def layout(self) -> Layout:
        """The folders of this rollout."""
        return Layout(self.folder, self.config_root)

    @property
    def base(self) -> str:
        """The base, relative to the root; it need not exist."""
        return base_of(self.wide.base, self.wide.config_root)

    @property
    def include(self) -> tuple[str, ...]:
        """Globs of the files scanned for references; empty for all."""
        return self.wide.include

    @property
    def exclude(self) -> tuple[str, ...]:
        """Globs of files never scanned for references."""
        return self.wide.exclude

    def legacy_path(self, relative: str) -> str:
        """Where the frozen copy of a file stands; `relative` is relative to `config_root`."""
        return f"{LEGACY}/{relative}"

    def live_path(self, relative: str) -> str:
        """Where the file itself stood before the rollout; `relative` as in `legacy_path`."""
        return relative if self.config_root == "." else f"{self.config_root}/{relative}"

    def gates_of(self, name: str) -> tuple[str, ...]:
        """The gate commands of a preset. Raises KeyError for a name that is not planned."""
        return self.presets[name].gates

    def in_order(self) -> list[PlannedPreset]:
        """Parents before the presets that extend them, else as the files have them.

        Raises InputError for a cycle.
        """
        presets = list(self.presets.values())
        number = {planned.preset.to: position for position, planned in enumerate(presets)}
        needs = [_parents(planned, number) for planned in presets]
        users: list[list[int]] = [[] for _ in presets]
        for position, parents in enumerate(needs):
            for parent in parents:
                users[parent].append(position)
        ready = [position for position, parents in enumerate(needs) if not parents]
        heapify(ready)
        done: list[PlannedPreset] = []
        while ready:
            position = heappop(ready)
            done.append(presets[position])
            for user in users[position]:
                needs[user].discard(position)
                if not needs[user]:
                    heappush(ready, user)
        if len(done) < len(presets):
            raise _cycle(presets, needs)
        return done


def _parents(planned: PlannedPreset, number: Mapping[str, int]) -> set[int]:
    return {number[path] for path in planned.preset.extends if path in number}


def _cycle(presets: list[PlannedPreset], needs: list[set[int]]) -> InputError:
    """A letter about one cycle; what still needs something leads into one."""
    position = next(position for position, parents in enumerate(needs) if parents)
    seen: list[int] = []
    while position not in seen:
        seen.append(position)
        position = min(needs[position])
    cycle = seen[seen.index(position) :]
    first = presets[min(cycle)]
    names = [presets[member].name for member in [*cycle, cycle[0]]]
    what = f"the preset `{first.name}` extends itself"
    return InputError(what, first.place_of("extends"), " -> ".join(names) + "; remove one of these")


def select(plans: Plans, names: Iterable[str] = ()) -> list[PlannedPreset]:
    """The presets of these names in dependency order; all of them for no name.

    Raises InputError for names that no plan has, with the nearest ones.
    """
    wanted = list(dict.fromkeys(names))
    faults: list[MigrateError] = []
    for name in wanted:
        if name not in plans.presets:
            hint = nearest(name, plans.presets) or f"{plans.folder}/ plans {_some(plans.presets)}"
            faults.append(InputError(f"no preset is called `{name}`", hint=hint))
    raise_all(faults)
    chosen = set(wanted)
    return [planned for planned in plans.in_order() if not chosen or planned.name in chosen]


def _some(names: Iterable[str], limit: int = 8) -> str:
    known = list(names)
    more = f" and {len(known) - limit} more" if len(known) > limit else ""
    return (", ".join(known[:limit]) + more) or "no preset"
