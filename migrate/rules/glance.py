"""A look at values alone: of most presets it shows that the layer rules have nothing to say.

Positions cost several times what values cost, and only a finding needs them. A glance may be wrong
one way only: what it lets pass, the rules let pass too (tests/look/test_glance.py).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from migrate.errors import MigrateError
from migrate.loading.trainer import PlainLoader
from migrate.locations import LEGACY, KeyPath, parse_dotted
from migrate.plan import Rules
from migrate.rules.presets import Layers
from migrate.rules.shapes import Shape, normalised, overlays

_ABSENT = object()


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
        self._required = [parse_dotted(key) for key in rules.required]
        lengths = rules.length_findings if rules.length_knob is not None else ()
        self._lengths = [parse_dotted(key) for key in lengths]
        self._fusion = parse_dotted(rules.fusion_key) if rules.fusion_key is not None else None

    def at(self, path: str) -> Glance | None:
        """A look at one preset; None for one that cannot be loaded."""
        try:
            values, chain = self.loader.load(path), self.loader.chain(path)
            bases = tuple(self.loader.bases(path))
        except MigrateError:
            return None
        named = _find(values, self._fusion) if self._fusion is not None else None
        if not all(map(self.loader.plainly_resolvable, chain)):
            return Glance(Shape(bases, normalised(named), 0), quiet=False)
        own = self.loader.own(path)
        said = {key: value for key, value in own.items() if key not in self.loader.dialect.keys}
        shape = Shape(bases, normalised(named), _leaves(said))
        quiet = (
            self._few(chain)
            and not any(base.startswith(f"{LEGACY}/") for base in bases)
            and all(_find(values, key) not in (None, _ABSENT) for key in self._required)
            and all(_find(values, key) in (None, _ABSENT) for key in self._lengths)
            and not self._hides(said, bases)
            and self._names_file(named, shape.fusion)
        )
        return Glance(shape, quiet)

    def _few(self, chain: tuple[str, ...]) -> bool:
        opened = sum(path != self.base for path in chain)
        return len(chain) <= self.rules.max_files and opened <= self.rules.max_open

    def _names_file(self, named: Any, path: str | None) -> bool:
        if named is None or named is _ABSENT:
            return True
        inside = path is not None and not posixpath.isabs(path) and not path.startswith("../")
        return path is not None and inside and self.loader.tree.exists(path)

    def _hides(self, said: Mapping[Any, Any], bases: tuple[str, ...]) -> bool:
        """Whether a null of the file itself may hide a value of what it extends."""
        return any(
            _find(self.loader.load(base), key) not in (None, _ABSENT)
            for key in _nulls(said)
            for base in bases
        )


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
    loud = _crowded(looking.rules, {path: one.shape for path, one in glances.items()})
    return {path: one.shape for path, one in glances.items() if one.quiet and path not in loud}


def _crowded(rules: Rules, shapes: Mapping[str, Shape]) -> set[str]:
    """The presets of which a rule about several of them may speak; what is no preset adds some."""
    found = {path for path, above in overlays(shapes).items() if len(above) > rules.max_overlays}
    for path, shape in shapes.items():
        parents = sum(base in shapes for base in shape.bases)
        if parents > 1 or (parents and shape.own_keys > rules.overlay_keys):
            found.add(path)
    return found


def _find(values: Any, path: Iterable[Any] | KeyPath) -> Any:
    for part in path:
        values = values.get(part, _ABSENT) if isinstance(values, dict) else _ABSENT
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
