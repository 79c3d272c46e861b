"""Keys that two presets spell differently: `learningRate` and `learning_rate`, or a letter off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from migrate.locations import KeyPath

LONG_ENOUGH = 6
"""Shorter keys are one letter from each other by chance: `lr` and `tr`."""

FEW = 50
"""Of so many keys each is compared with each."""

LONG = 200
"""Where there are more, longer keys are alike only in all but case and separators."""


def outliers(users: Mapping[KeyPath, set[str]]) -> Iterator[tuple[KeyPath, KeyPath]]:
    """`(rare, usual)` for keys of one section that no preset has both of, and that look alike.

    `users` maps each key path to the presets that have it.
    """
    siblings: dict[KeyPath, list[KeyPath]] = {}
    for path in users:
        if isinstance(path[-1], str):
            siblings.setdefault(path[:-1], []).append(path)
    for paths in siblings.values():
        for first, second in _pairs([path[-1] for path in paths]):
            left, right = paths[first], paths[second]
            if alike(left[-1], right[-1]) and users[left].isdisjoint(users[right]):
                by_use = sorted((left, right), key=lambda path: len(users[path]))
                yield by_use[0], by_use[1]


def _pairs(keys: list[str]) -> list[tuple[int, int]]:
    """The places of keys that may be alike, in order: they hold the same digits.

    Of many such keys, those that are equal once one letter is left out of each.
    """
    by_digits: dict[str, list[int]] = {}
    for number, key in enumerate(keys):
        by_digits.setdefault("".join(filter(str.isdigit, _bare(key))), []).append(number)
    found: set[tuple[int, int]] = set()
    for numbers in by_digits.values():
        groups = [numbers] if len(numbers) <= FEW else _by_rest(keys, numbers)
        found.update(pair for group in groups for pair in combinations(group, 2))
    return sorted(found)


def _by_rest(keys: list[str], numbers: list[int]) -> Iterable[list[int]]:
    rests: dict[str, list[int]] = {}
    for number in numbers:
        bare = _bare(keys[number])
        places = range(len(bare) if len(bare) <= LONG else 0)
        for rest in {bare, *(bare[:place] + bare[place + 1 :] for place in places)}:
            rests.setdefault(rest, []).append(number)
    return rests.values()


def alike(left: str, right: str) -> bool:
    """Whether two keys are one in all but case and separators, or one letter apart."""
    plain_left, plain_right = _bare(left), _bare(right)
    if plain_left == plain_right:
        return True
    return min(len(left), len(right)) >= LONG_ENOUGH and _one_edit(plain_left, plain_right)


def _bare(key: str) -> str:
    return re.sub(r"[_\-. ]", "", key).casefold()


def _one_edit(left: str, right: str) -> bool:
    """One letter added, changed or swapped with its neighbour; digits tell keys apart."""
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    old, new = left[start : len(left) - end], right[start : len(right) - end]
    if any(char.isdigit() for char in old + new):
        return False
    swapped = len(old) == 2 and old == new[::-1]
    return swapped or sorted((len(old), len(new))) in ([0, 1], [1, 1])


def near(count: int) -> str:
    """How many presets say so."""
    return "another preset" if count == 1 else f"{count} other presets"
