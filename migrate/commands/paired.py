"""Where a list item stood in the old config, when positions count in the new one."""

from __future__ import annotations

from typing import Any

from migrate.locations import Index, KeyPath
from migrate.parity import ABSENT
from migrate.parity.lists import list_pairs
from migrate.yaml_text import Opaque

Items = dict[int, tuple[int, Any, Any]]


class Paired:
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
