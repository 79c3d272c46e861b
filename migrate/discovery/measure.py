"""Which extended configs no run can start from, by the tree's own measure: what its runs set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrate.locations import KeyPath, dotted

FEWEST = 2
"""A key that one config alone sets is no measure: the config may as well be a variant."""


USUAL = 10
"""Of so many runs of a tree one may lack a key that runs have."""


SETTING = 2
"""How deep a setting of a section stands: `training.run_name`."""


class Measure:
    """The keys that each config sets and that are not null; a set of them is kept as one number.

    `runs` are the configs that nobody extends, as far as they are no fragments by name.
    """

    def __init__(self) -> None:
        self.runs: set[str] = set()
        self._numbers: dict[KeyPath, int] = {}
        self._set: dict[str, int] = {}

    def note(self, path: str, config: Mapping[Any, Any], is_run: bool) -> None:
        """Note what a resolved config sets."""
        bits = 0
        for key in _keys_set(config):
            bits |= 1 << self._numbers.setdefault(key, len(self._numbers))
        self._set[path] = bits
        if is_run:
            self.runs.add(path)

    def sets_the_same(self, path: str, other: str) -> bool:
        """Whether two configs set the same keys; that they set them alike is another question."""
        return self._set.get(path) == self._set.get(other)

    def missing(self, path: str, below: frozenset[str], beside: frozenset[str]) -> str:
        """A key for want of which a config is no run; "" for one that may be started.

        All runs `below` it set the key, as hardly a run of the tree does not. That proves nothing
        where as many runs `beside` it (on the same files) set no more than it does.
        """
        below = below & self.runs
        keys = [key for key in self._wanted(path, below) if self._is_usual(key, len(below))]
        if not keys:
            return ""
        own = self._set[path]
        equals = sum(not self._set[run] & ~own for run in beside & self.runs)
        return "" if equals >= len(below) else dotted(keys[0])

    def lacks(self, path: str, below: frozenset[str]) -> str:
        """A key that all runs below a config set and it does not, usual or not; "" for none."""
        return next(map(dotted, self._wanted(path, below & self.runs)), "")

    def _wanted(self, path: str, below: frozenset[str]) -> list[KeyPath]:
        if not below or path not in self._set:
            return []
        wanted = ~self._set[path]
        for run in below:
            wanted &= self._set[run]
        return self._keys(wanted) if wanted else []

    def _keys(self, bits: int) -> list[KeyPath]:
        """Keys with the shallowest first; sections are told by what they hold."""
        keys = [key for key, number in self._numbers.items() if bits >> number & 1]
        return sorted(keys, key=lambda key: (len(key), self._numbers[key]))

    def _is_usual(self, key: KeyPath, below: int) -> bool:
        """Whether runs have a key: no more do without it than are `below`, or one in ten.

        A key that a tenth of a large tree does without may be a detail of a section, which a
        variant adds; it is a measure only if it is no deeper than a setting of a section.
        """
        bit = 1 << self._numbers[key]
        count = sum(bool(self._set[run] & bit) for run in self.runs)
        without = len(self.runs) - count
        nearly = len(key) <= SETTING and without * USUAL <= len(self.runs)
        return count >= FEWEST and (without <= below or nearly)


def _keys_set(config: Mapping[Any, Any]) -> Iterator[KeyPath]:
    """Every key path that is set and not null, sections included."""
    waiting: list[tuple[KeyPath, Mapping[Any, Any], tuple[int, ...]]] = [((), config, ())]
    while waiting:
        above, mapping, holders = waiting.pop()
        for key, value in mapping.items():
            if value is not None:
                yield (*above, key)
            # An alias may make a mapping hold itself.
            if isinstance(value, dict) and id(value) not in holders:
                waiting.append(((*above, key), value, (*holders, id(mapping))))
