"""`migrate diff`: what differs between two configs after resolving, allowed and forbidden apart."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from migrate.errors import MigrateError
from migrate.locations import LEGACY as FROZEN
from migrate.locations import Index, KeyPath, Place
from migrate.parity import ABSENT, Difference, OrderChange, find, judge
from migrate.parity.lists import list_pairs
from migrate.plan import NOTHING_ALLOWED, Allowance, Profile, load_plans, load_profile
from migrate.workspace.config_names import LEGACY, NamedConfig, side
from migrate.workspace.view import View
from migrate.yaml_text import Opaque

if TYPE_CHECKING:
    from migrate.verification.acceptances import Acceptances


@dataclass(frozen=True, slots=True)
class JudgedDifference:
    """One difference: where both sides say so, and by what it is allowed or why it is forbidden.

    `name` is the name of the list item that differs, or of the nearest around it that has one.
    """

    difference: Difference
    left: Place | None
    right: Place | None
    rule: Allowance | None
    why: str
    name: str | None


@dataclass(frozen=True)
class ConfigComparison:
    """Two configs side by side."""

    left: NamedConfig
    right: NamedConfig
    profile: str | None
    forbidden: tuple[JudgedDifference, ...]
    allowed: tuple[JudgedDifference, ...]
    order: tuple[OrderChange, ...]
    accepted: tuple[JudgedDifference, ...] = ()
    """What would be forbidden, and was accepted for this preset; its rule is the acceptance."""

    @property
    def equal(self) -> bool:
        """Whether nothing differs, the order of keys apart."""
        return not self.forbidden and not self.allowed and not self.accepted


def compare(view: View, left: str, right: str, profile: str | None = None) -> ConfigComparison:
    """Compare two configs by a parity profile; by the plans' own if none is named.

    By the plans' own an old config and what it became are judged as the gate does, accepted
    differences included. Raises InputError for a side or a profile that cannot be read.
    """
    old, new = side(view, left), side(view, right)
    path, rules = profile_of(view, profile)
    compared = view.dialect.compared
    verdict = judge(compared(old.python), compared(new.python), rules)
    lists = ListPairs(old.python, new.python)
    sides = old, new, lists
    own = _Accepted.of(view, old, new) if verdict.forbidden and profile is None else None
    excused = [(item, why, own and own.rule(item, why)) for item, why in verdict.forbidden]
    forbidden = (judged(*sides, item, None, why) for item, why, rule in excused if rule is None)
    accepted = (judged(*sides, item, rule, rule.reason) for item, _, rule in excused if rule)
    allowed = (judged(*sides, item, rule, rule.reason) for item, rule in verdict.allowed)
    # The record of a config keeps its values, not the order of its keys.
    order = verdict.order if old.resolved and new.resolved else ()
    groups = tuple(forbidden), tuple(allowed)
    return ConfigComparison(old, new, path, *groups, order, tuple(accepted))


class _Accepted(NamedTuple):
    """What was accepted for one preset, whose record and whose file are compared."""

    known: Acceptances
    preset: str
    old: NamedConfig
    new: NamedConfig

    @classmethod
    def of(cls, view: View, old: NamedConfig, new: NamedConfig) -> _Accepted | None:
        """The acceptances of the preset of which these are the old and the new form."""
        if not old.label.startswith(LEGACY) and not old.path.startswith(f"{FROZEN}/"):
            return None
        from migrate.verification.acceptances import Acceptances  # most comparisons need none

        with suppress(MigrateError):  # plans with faults accept nothing
            plans = load_plans(view.tree, view.layout.plans)
            for name, one in plans.presets.items():
                record = plans.legacy_path(one.preset.from_)
                named = old.label == f"{LEGACY}{name}" or old.path == record
                if named and new.path == one.preset.to:
                    known = Acceptances(plans, view.resolver, view.loader, lambda _: None)
                    return cls(known, name, old, new)
        return None

    def rule(self, item: Difference, why: str) -> Allowance | None:
        """The acceptance of a difference, as a rule that allows it; None if there is none."""
        sides = self.old.python, self.new.python
        found = self.known.excusing(self.preset, self.new.path, item, sides, why)
        return found and Allowance(found.key, found.reason, place=found.place)


def _profile_path(view: View, given: str | None) -> str | None:
    """The profile's file: `parity` is the plans' own, which also stands where none is named."""
    own = view.layout.profile
    if given is None:
        return own if view.tree.exists(own) else None
    if given == "parity" and not os.path.exists(given):
        return own
    return view.path(given)


def judged(
    old: NamedConfig,
    new: NamedConfig,
    lists: ListPairs,
    item: Difference,
    rule: Allowance | None,
    why: str,
) -> JudgedDifference:
    """One difference with its places in both configs."""
    path = item.path
    # A list position counts in the new list, but for a removed item in the old one.
    gone = item.new is ABSENT and isinstance(path[-1], Index)
    left = right = None
    if item.old is not ABSENT:
        left = old.origin(lists.in_old(path[:-1]) + path[-1:] if gone else lists.in_old(path))
    if item.new is not ABSENT:
        right = new.origin(path)
    name = _name(item.old) if gone else _item_name(new.python, path)
    return JudgedDifference(item, left, right, rule, why, name)


def _item_name(config: Any, path: KeyPath) -> str | None:
    """The `name` of the innermost list item on a path that has one."""
    for length in range(len(path), 0, -1):
        if isinstance(path[length - 1], Index):
            name = _name(find(config, path[:length]))
            if name is not None:
                return name
    return None


def _name(item: Any) -> str | None:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None


def profile_of(view: View, given: str | None) -> tuple[str | None, Profile]:
    """The parity profile that is named, else the plans' own, with its path; one that allows nothing
    where there is none. Raises InputError for one that cannot be read."""
    path = _profile_path(view, given)
    return path, load_profile(view.tree, path) if path is not None else NOTHING_ALLOWED


Items = dict[int, tuple[int, Any, Any]]


class ListPairs:
    """Two configs whose list items belong together, though at other positions."""

    def __init__(self, old: Any, new: Any) -> None:
        self.old = old
        self.new = new
        self._aligned: dict[tuple[int, int], Items] = {}

    def in_old(self, path: KeyPath) -> KeyPath:
        """The path in the old config of a value that it has, from one whose positions are new."""
        old, new = self.old, self.new
        found: list[Any] = []
        for part in path:
            old, new = _inner(old), _inner(new)
            if isinstance(part, Index):
                position, old, new = self._items(old, new)[part]
                found.append(Index(position))
            else:
                old, new = old[part], new.get(part) if isinstance(new, dict) else None
                found.append(part)
        return tuple(found)

    def _items(self, old: list[Any], new: list[Any]) -> Items:
        """New position to old position and both items; aligned once, since that takes time."""
        lists = id(old), id(new)
        if lists not in self._aligned:
            aligned = self._aligned[lists] = {}
            position = 0
            for index, left, right in list_pairs(old, new):
                if left is not ABSENT and right is not ABSENT:
                    aligned[index] = position, left, right
                position += left is not ABSENT
        return self._aligned[lists]


def _inner(value: Any) -> Any:
    return value.value if isinstance(value, Opaque) else value
