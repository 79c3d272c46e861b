"""What each key of a preset comes to when an edit of its old config is carried into it."""

from __future__ import annotations

import copy
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from migrate.locations import KeyPath
from migrate.parity import ABSENT, equal, find
from migrate.parity.values import token

NAMES = ("name", "id", "key", "alias")
"""The keys by which items of a list of mappings are told apart, the first that all have."""


class Goal(NamedTuple):
    """One key that the old config changed, and what the preset is to say.

    `value` is `ABSENT` for a key that goes; `by_item` says that a list was merged item by item.
    `conflict` tells why the key is left alone, empty where it is not.
    """

    key: KeyPath
    base: Any
    theirs: Any
    ours: Any
    value: Any
    by_item: bool = False
    conflict: str = ""


def goal(key: KeyPath, base: Any, theirs: Any, ours: dict[Any, Any]) -> Goal:
    """What becomes of a key that went from `base` to `theirs`, in a config that says `ours`."""
    here = find(ours, key)
    known = Goal(key, base, theirs, here, theirs)
    if equal(here, theirs):
        return known
    above = _other_above(ours, key)
    if above:
        return known._replace(value=here, conflict=f"{above} is not a mapping here")
    if equal(here, base):
        return known
    if all(isinstance(side, list) for side in (base, theirs, here)):
        merged = merged_list(base, theirs, here)
        if merged is not None:
            return known._replace(value=merged, by_item=True)
        return known._replace(value=here, conflict="the list was changed here as well")
    return known._replace(value=here, conflict="it was changed here as well")


def _other_above(config: dict[Any, Any], key: KeyPath) -> str:
    """The first part of a key path that a config has and that holds no keys."""
    for length in range(1, len(key)):
        there = find(config, key[:length])
        if there is ABSENT:
            return ""
        if not isinstance(there, dict):
            return str(key[length - 1])
    return ""


def with_goals(config: dict[Any, Any], goals: Iterable[Goal], theirs: Any) -> dict[Any, Any]:
    """A config with these goals reached; a mapping of which all keys went goes where it went in
    `theirs`."""
    wanted = copy.deepcopy(config)
    for one in goals:
        _put(wanted, one.key, one.value)
        for length in range(len(one.key) - 1, 0, -1):
            above = one.key[:length]
            if find(wanted, above) != {} or find(theirs, above) is not ABSENT:
                break
            _put(wanted, above, ABSENT)
    return wanted


def _put(config: dict[Any, Any], key: KeyPath, value: Any) -> None:
    *above, last = key
    for part in above:
        inner = config.get(part)
        if not isinstance(inner, dict):
            if value is ABSENT:
                return
            inner = config[part] = {}
        config = inner
    if value is ABSENT:
        config.pop(last, None)
    else:
        config[last] = value


# Lists.


def merged_list(base: list[Any], theirs: list[Any], ours: list[Any]) -> list[Any] | None:
    """A list with the edit of another, item by item; None where the items have no names, one was
    changed on both sides, or their order was."""
    naming = _naming(base, theirs, ours)
    if naming is None:
        return None
    old, new, here = (dict(side) for side in naming)
    if not _in_one_order(old, new, here):
        return None
    merged = dict(here)
    for name, item in old.items():
        if name in new and equal(item, new[name]):
            continue
        if name not in here or not equal(here[name], item):
            if equal(here.get(name, ABSENT), new.get(name, ABSENT)):
                continue
            return None
        if name in new:
            merged[name] = new[name]
        else:
            del merged[name]
    added = [name for name in new if name not in old]
    if any(name in here and not equal(here[name], new[name]) for name in added):
        return None
    return [item for _, item in _inserted(merged, new, [n for n in added if n not in here])]


Named = list[tuple[Hashable, Any]]


def _naming(*sides: list[Any]) -> tuple[Named, ...] | None:
    """The items of several lists by their names; None where they have none, or twice the same.

    Texts are their own names. Numbers are not: what they mean is often said by their position.
    """
    items = [item for side in sides for item in side]
    if items and all(isinstance(item, str) for item in items):
        named = tuple([(item, item) for item in side] for side in sides)
    else:
        key = next((name for name in NAMES if all(_is_named(item, name) for item in items)), None)
        if key is None:
            return None
        named = tuple([(token(item[key]), item) for item in side] for side in sides)
    unique = all(len(dict(side)) == len(side) for side in named)
    return named if unique else None


def _is_named(item: Any, name: str) -> bool:
    return isinstance(item, dict) and isinstance(item.get(name), str)


def _in_one_order(*sides: Mapping[Hashable, Any]) -> bool:
    """Whether the items that all of them have come in the same order."""
    common = [[name for name in side if all(name in one for one in sides)] for side in sides]
    return all(one == common[0] for one in common)


def _inserted(
    merged: Mapping[Hashable, Any], new: Mapping[Hashable, Any], added: list[Hashable]
) -> Iterator[tuple[Hashable, Any]]:
    """The merged items, each added one behind the item that it follows in the other list."""
    order = list(merged)
    names = list(new)
    for name in added:
        before = names[: names.index(name)]
        at = max((order.index(one) + 1 for one in before if one in order), default=0)
        order.insert(at, name)
    for name in order:
        yield name, merged[name] if name in merged else new[name]
