"""Differences that somebody accepted: which key stands for one, and whether it is excused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrate.locations import Index, KeyPath, dotted
from migrate.parity.differences import Difference, equal
from migrate.parity.values import find
from migrate.plan import Acceptance


def acceptance(
    preset: str, key: KeyPath, old: Any, new: Any, reason: str, even_forbidden: bool = False
) -> Acceptance:
    """What accepts that a preset's resolved config differs at a key as these two do."""
    was, now = find(old, key), find(new, key)
    return Acceptance(preset, dotted(key), was, now, reason, even_forbidden)


def accepted_key(difference: Difference, old: Any, new: Any) -> KeyPath:
    """The key at which a difference is accepted.

    In a list that only one value tells apart it is the difference's own. Where items of a list
    moved, no position means the same on both sides, and the list is accepted as a whole.
    """
    path = difference.path
    if _in_place(difference, old, new):
        return path
    positions = [number for number, part in enumerate(path) if isinstance(part, Index)]
    return path[: positions[0]] if positions else path


def _in_place(difference: Difference, old: Any, new: Any) -> bool:
    """Whether the key path of a difference leads to its values on both sides."""
    sides = (old, difference.old), (new, difference.new)
    return all(equal(find(config, difference.path), value) for config, value in sides)


def excuse(
    known: Mapping[str, Acceptance], difference: Difference, old: Any, new: Any, ruled: bool
) -> Acceptance | None:
    """The acceptance, of those by dotted key, that a difference of two resolved configs is what it
    says; None if there is none. `ruled`: the profile forbids the difference by name.

    One that stands for a section or a list excuses whatever differs in it, as long as the whole is
    what was accepted.
    """
    path = difference.path
    for length in range(len(path), 0, -1):
        found = known.get(dotted(path[:length]))
        if found is None or (ruled and not found.even_forbidden):
            continue
        key = path[:length]
        by_position = any(isinstance(part, Index) for part in key)
        if by_position and not _in_place(difference, old, new):
            continue
        if equal(find(old, key), found.was) and equal(find(new, key), found.now):
            return found
    return None
