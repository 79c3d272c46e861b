"""Items of two lists side by side, so that an insertion in the middle is one insertion."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from migrate.locations import Index
from migrate.parity.values import ABSENT, token

ALIGNED_ITEMS = 4_000_000
"""Lists whose lengths multiply to more are compared position by position: aligning is quadratic."""


def list_pairs(old: list[Any], new: list[Any]) -> Iterator[tuple[Index, Any, Any]]:
    """`(position, old item, new item)`, equal items included: their keys may differ in order."""
    left, right = list(map(token, old)), list(map(token, new))
    start, end = _common_ends(left, right)
    yield from _side_by_side(old[:start], new[:start], 0, 0)
    old_end, new_end = len(old) - end, len(new) - end
    for kind, i1, i2, j1, j2 in _align(left[start:old_end], right[start:new_end]):
        stretch = _side_by_side if kind == "equal" else _gap
        old_part = old[start + i1 : start + i2]
        yield from stretch(old_part, new[start + j1 : start + j2], start + i1, start + j1)
    yield from _side_by_side(old[old_end:], new[new_end:], old_end, new_end)


def _common_ends(old: list[Hashable], new: list[Hashable]) -> tuple[int, int]:
    """How many items at the start and at the end are equal."""
    shortest = min(len(old), len(new))
    start = 0
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def _align(old: list[Hashable], new: list[Hashable]) -> Sequence[tuple[str, int, int, int, int]]:
    if len(old) * len(new) > ALIGNED_ITEMS:
        return [("replace", 0, len(old), 0, len(new))]
    if not old and not new:
        return []
    from difflib import SequenceMatcher  # only for lists that differ

    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()


def _gap(
    old: list[Any], new: list[Any], old_at: int, new_at: int
) -> Iterator[tuple[Index, Any, Any]]:
    """A stretch without equal items: by `name` where all have one, else position by position."""
    names = [_name(item) for item in (*old, *new)]
    if old and new and None not in names:
        for kind, i1, i2, j1, j2 in _align(names[: len(old)], names[len(old) :]):
            if kind == "equal":
                yield from _side_by_side(old[i1:i2], new[j1:j2], old_at + i1, new_at + j1)
            else:
                yield from _side_by_side(old[i1:i2], [], old_at + i1, new_at + j1)
                yield from _side_by_side([], new[j1:j2], old_at + i1, new_at + j1)
    elif len(old) == len(new) or len(old) * len(new) > ALIGNED_ITEMS:
        yield from _side_by_side(old, new, old_at, new_at)
    else:
        yield from _side_by_side(old, [], old_at, new_at)
        yield from _side_by_side([], new, old_at, new_at)


def _name(item: Any) -> Hashable:
    named = isinstance(item, dict) and "name" in item
    return token(item["name"]) if named else None


def _side_by_side(
    old: list[Any], new: list[Any], old_at: int, new_at: int
) -> Iterator[tuple[Index, Any, Any]]:
    for number in range(max(len(old), len(new))):
        left = old[number] if number < len(old) else ABSENT
        right = new[number] if number < len(new) else ABSENT
        yield Index((old_at if right is ABSENT else new_at) + number), left, right
