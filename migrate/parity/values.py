"""What makes two values one: type by type, to the sign of a zero."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Iterator
from typing import Any

from migrate.canonical import ABSENT
from migrate.locations import Index, KeyPath
from migrate.yaml_text import Opaque

__all__ = ["ABSENT", "children", "find", "leaf", "texts_only", "token"]


def leaf(value: Any) -> Hashable:
    """What two scalars of one type must share: -0.0 is not 0.0, a not-a-number is itself, and a
    moment in another time zone is another value."""
    if isinstance(value, float | datetime.datetime):
        return repr(value)
    return (value.tag, token(value.value)) if isinstance(value, Opaque) else value


def token(value: Any) -> Hashable:
    """Something hashable that is equal for the same values only; of keys and of list items."""
    if type(value) is str:
        return value  # no other token is a text
    if isinstance(value, dict):
        return dict, frozenset((token(key), token(item)) for key, item in value.items())
    if isinstance(value, list):
        return list, tuple(map(token, value))
    return type(value), leaf(value)


def texts_only(mapping: dict[Any, Any]) -> bool:
    """Whether all keys are texts: then equal keys are the same keys, whatever their types."""
    return all(type(key) is str for key in mapping)


def children(value: Any) -> Iterator[tuple[Any, Any]]:
    """What a mapping or a list holds, with the step of the key path; tags are looked through."""
    if isinstance(value, Opaque):
        yield from children(value.value)
    elif isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((Index(number), item) for number, item in enumerate(value))


def find(value: Any, path: KeyPath) -> Any:
    """The value at a key path, `ABSENT` where there is none. Keys of another type do not match."""
    for part in path:
        if type(part) is str and type(value) is dict:  # almost always; no other key equals a text
            value = value.get(part, ABSENT)
            continue
        steps = children(value)
        value = next((inner for step, inner in steps if token(step) == token(part)), ABSENT)
    return value
