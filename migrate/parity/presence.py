"""Whether a key pattern, or an allowance, has anything to say of a resolved config."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate.locations import KeyPath
from migrate.parity.differences import equal
from migrate.parity.values import ABSENT, children, find
from migrate.plan import Allowance, covers
from migrate.plan.patterns import MANY, ONE


def names_key(pattern: KeyPath, value: Any) -> bool:
    """Whether a pattern names a key that the config has, whatever its value."""
    if ONE in pattern or MANY in pattern:
        return any(covers(pattern, path) for path in _paths((), value))
    for part in pattern:
        # Almost every step is a text in a mapping; `find` compares with every key there.
        plain = type(part) is str and isinstance(value, dict)
        value = value.get(part, ABSENT) if plain else find(value, (part,))
    return value is not ABSENT


def _paths(above: KeyPath, value: Any) -> Iterator[KeyPath]:
    for step, inner in children(value):
        yield (*above, step)
        yield from _paths((*above, step), inner)


def concerns(allowance: Allowance, value: Any) -> bool:
    """Whether an allowance could excuse something in the config: its key is there, `when` holds."""
    return names_key(allowance.pattern, value) and all(
        equal(find(value, path), wanted) for path, wanted in allowance.conditions
    )
