"""Keys that two presets spell differently: `learningRate` and `learning_rate`, or a letter off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from migrate.locations import KeyPath

LONG_ENOUGH = 6
"""Shorter keys are one letter from each other by chance: `lr` and `tr`."""


def outliers(users: Mapping[KeyPath, set[str]]) -> Iterator[tuple[KeyPath, KeyPath]]:
    """`(rare, usual)` for keys of one section that no preset has both of, and that look alike.

    `users` maps each key path to the presets that have it.
    """
    siblings: dict[KeyPath, list[KeyPath]] = {}
    for path in users:
        if isinstance(path[-1], str):
            siblings.setdefault(path[:-1], []).append(path)
    for paths in siblings.values():
        for number, left in enumerate(paths):
            for right in paths[number + 1 :]:
                if alike(left[-1], right[-1]) and not users[left] & users[right]:
                    by_use = sorted((left, right), key=lambda path: len(users[path]))
                    yield by_use[0], by_use[1]


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
