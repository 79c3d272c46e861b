"""A look at values alone: of most presets it shows that the layer rules have nothing to say.

Positions cost several times what values cost, and only a finding needs them. A glance may be wrong
one way only: what it lets pass, the rules let pass too (tests/look/test_glance.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from migrate.errors import MigrateError
from migrate.loading.trainer import PlainLoader
from migrate.locations import KeyPath, parse_dotted
from migrate.plan import Rules
from migrate.rules.presets import Layers
from migrate.rules.shapes import Shape, normalised
from migrate.rules.statements import FAMILY_STATEMENTS, STATEMENTS, Family, families


class Glance(NamedTuple):
    """What was seen of one preset. `quiet`: no rule about a single preset can speak of it."""

    shape: Shape
    quiet: bool


class Glances:
    """Looks at presets by the values that the trainer's loader makes of them."""

    def __init__(self, rules: Rules, base: str, loader: PlainLoader) -> None:
        self.rules = rules
        self.base = base
        self.loader = loader

    def at(self, path: str) -> Glance | None:
        """A look at one preset; None for one that cannot be loaded."""
        try:
            facts = LoadedFacts(self.loader, path, self.rules.fusion_key)
        except MigrateError:
            return None
        if not all(map(self.loader.plainly_resolvable, facts.chain)):
            return Glance(facts.shape._replace(own_keys=0), quiet=False)
        quiet = not any(
            violation
            for statement in STATEMENTS.values()
            for violation in statement(self.rules, self.base, facts)
        )
        return Glance(facts.shape, quiet)


class LoadedFacts:
    """What the rules ask of a preset (`statements.PresetFacts`), of its values alone.

    Raises MigrateError for a preset that cannot be loaded.
    """

    def __init__(self, loader: PlainLoader, path: str, fusion_key: str | None) -> None:
        self.loader = loader
        self.values, self.chain = loader.load(path), loader.chain(path)
        self.bases = tuple(loader.bases(path))
        own = loader.own(path)
        self.own = {key: value for key, value in own.items() if key not in loader.dialect.keys}
        named = self.value(parse_dotted(fusion_key)) if fusion_key is not None else None
        self.fusion = normalised(named)

    @property
    def shape(self) -> Shape:
        """What the rules about several presets ask of it."""
        return Shape(self.bases, self.fusion, _leaves(self.own))

    def value(self, key: KeyPath) -> Any:
        """The resolved value of a key; None where it is null or not set."""
        return _find(self.values, key)

    def hiding_nulls(self) -> Iterator[tuple[KeyPath, Any]]:
        """The nulls of the file itself, each with what any of its bases gives for the key."""
        for key in _nulls(self.own):
            for base in self.loader.below(self.chain[-1]):
                yield key, _find(self.loader.load(base), key)

    def exists(self, path: str) -> bool:
        """Whether the tree has a file."""
        return self.loader.tree.exists(path)


def passed(
    layers: Layers, looking: Glances, known: Mapping[str, Glance | None]
) -> dict[str, Shape]:
    """The presets of which no layer rule has anything to say, by path; `known` was looked at."""
    glances: dict[str, Glance] = {}
    for path in layers.candidates():
        glance = known.get(path) or looking.at(path)
        shape = glance.shape if glance is not None else layers.looked(path)
        if shape is not None:
            glances[path] = glance or Glance(shape, quiet=False)
    # What is no preset is among them, and may make a family larger than it is.
    each = families({path: one.shape for path, one in glances.items()})
    return {
        path: one.shape
        for path, one in glances.items()
        if one.quiet and not _crowded(looking.rules, each[path])
    }


def _crowded(rules: Rules, family: Family) -> bool:
    """Whether a rule about several presets may speak of this one."""
    return any(any(statement(rules, family)) for statement in FAMILY_STATEMENTS.values())


def _find(values: Any, path: KeyPath) -> Any:
    for part in path:
        values = values.get(part) if isinstance(values, dict) else None
    return values


def _leaves(mapping: Mapping[Any, Any]) -> int:
    return sum(
        _leaves(value) if isinstance(value, dict) and value else 1 for value in mapping.values()
    )


def _nulls(mapping: Mapping[Any, Any], above: KeyPath = ()) -> Iterator[KeyPath]:
    for key, value in mapping.items():
        if value is None:
            yield (*above, key)
        elif isinstance(value, dict):
            yield from _nulls(value, (*above, key))
