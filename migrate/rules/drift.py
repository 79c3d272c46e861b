"""Drift: for the same key across presets, which values there are, and where they are set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from migrate.locations import KeyPath, Place
from migrate.parity.values import token
from migrate.plan import covers
from migrate.rules.presets import Layers


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a key, with the presets that have it and the place where each was set."""

    value: Any
    presets: tuple[tuple[str, Place], ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it is set, each place once."""
        return tuple(dict.fromkeys(place for _, place in self.presets))


@dataclass(frozen=True, slots=True)
class Drift:
    """A key that presets disagree about: its values, the commonest first."""

    key: KeyPath
    values: tuple[Value, ...]


def drift(
    layers: Layers, skip: Iterable[KeyPath] = (), key: KeyPath | None = None
) -> Iterator[Drift]:
    """Every key that two of the chosen presets set to different values, in order of appearance.

    `skip` are patterns of keys that differ by nature, such as a run's name; `key` narrows it to a
    pattern.
    """
    skipped = tuple(skip)
    found: dict[KeyPath, dict[Any, list[tuple[Any, str, Place]]]] = {}
    for resolved in layers.chosen:
        for path, slot in resolved.branch.leaves():
            if any(covers(one, path) for one in skipped) or (key and not covers(key, path)):
                continue
            said = (slot.python, resolved.path, slot.winner.place)
            found.setdefault(path, {}).setdefault(token(slot.python), []).append(said)
    for path, groups in found.items():
        if len(groups) > 1:
            values = [_value(group) for group in groups.values()]
            yield Drift(path, tuple(sorted(values, key=lambda one: -len(one.presets))))


def _value(group: list[tuple[Any, str, Place]]) -> Value:
    return Value(group[0][0], tuple((preset, place) for _, preset, place in group))
