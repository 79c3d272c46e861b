"""What each layer rule asks, stated once, of values alone.

`layers` asks it of resolved presets and says where; `glance` asks it of what the trainer's loader
makes, which has no places and costs several times less.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from migrate.locations import LEGACY, KeyPath, dotted, parse_dotted
from migrate.plan import Rules
from migrate.rules.shapes import Shape


class PresetFacts(Protocol):
    """What the rules ask of one preset. Paths are root-relative."""

    @property
    def bases(self) -> tuple[str, ...]:
        """The files that it extends itself."""

    @property
    def fusion(self) -> str | None:
        """The path of the fusion config that it names, normalised; None for what is no path."""

    @property
    def chain(self) -> tuple[str, ...]:
        """The files that make it."""

    def value(self, key: KeyPath) -> Any:
        """The resolved value of a key; None where it is null or not set."""

    def hiding_nulls(self) -> Iterator[tuple[KeyPath, Any]]:
        """The keys that the file itself sets to null, each with the value that this hides.

        By values alone there may be more of them than there are.
        """

    def exists(self, path: str) -> bool:
        """Whether the tree has a file."""


class Violation(NamedTuple):
    """One way in which a preset breaks a rule: at a key, at some files, or as a whole."""

    path: KeyPath = ()
    """The key path."""
    value: Any = None
    """What was found there; of a null, what it hides."""
    paths: tuple[str, ...] = ()
    """The files that are too many."""

    @property
    def key(self) -> str:
        """The key path, dotted."""
        return dotted(self.path)


Statement = Callable[[Rules, str, PresetFacts], Iterator[Violation]]
"""A rule about one preset: thresholds, path of the base, the preset."""


def max_files(rules: Rules, base: str, preset: PresetFacts) -> Iterator[Violation]:
    """At most `max_files` merged per preset."""
    if len(preset.chain) > rules.max_files:
        yield Violation(paths=preset.chain)


def max_open(rules: Rules, base: str, preset: PresetFacts) -> Iterator[Violation]:
    """At most `max_open` of them to open, besides the base."""
    paths = tuple(path for path in preset.chain if path != base)
    if len(paths) > rules.max_open:
        yield Violation(paths=paths)


def required(rules: Rules, base: str, preset: PresetFacts) -> Iterator[Violation]:
    """Launch settings are explicit and not null."""
    for key in rules.required:
        path = parse_dotted(key)
        if preset.value(path) is None:
            yield Violation(path)


def hiding_null(rules: Rules, base: str, preset: PresetFacts) -> Iterator[Violation]:
    """No null placeholder hides an inherited value; a comment beside the key makes it meant."""
    for path, hidden in preset.hiding_nulls():
        if hidden is not None:
            yield Violation(path, hidden)


def length_knob(rules: Rules, base: str, preset: PresetFacts) -> Iterator[Violation]:
    """One key sets the length, and nothing beside it."""
    for key in rules.length_findings if rules.length_knob is not None else ():
        path = parse_dotted(key)
        value = preset.value(path)
        if value is not None:
            yield Violation(path, value)


def fusion_config(rules: Rules, base: str, preset: PresetFacts) -> Iterator[Violation]:
    """The fusion config exists."""
    key = parse_dotted(rules.fusion_key) if rules.fusion_key is not None else ()
    named = preset.value(key) if key else None
    path = preset.fusion
    if named is not None and (path is None or is_outside(path) or not preset.exists(path)):
        yield Violation(key, named)


def is_outside(path: str) -> bool:
    """Whether a normalised path leads out of the root."""
    return posixpath.isabs(path) or path.startswith("../")


def legacy(rules: Rules, base: str, preset: PresetFacts) -> Iterator[Violation]:
    """Nothing runs on the legacy tree, which goes when the rollout is over."""
    paths = tuple(path for path in preset.bases if path.startswith(f"{LEGACY}/"))
    if paths:
        yield Violation(paths=paths)


STATEMENTS: dict[str, Statement] = {
    "max-files": max_files,
    "max-open": max_open,
    "required": required,
    "hiding-null": hiding_null,
    "length-knob": length_knob,
    "fusion-config": fusion_config,
    "legacy": legacy,
}
"""The rules about a preset by itself."""


class Family(NamedTuple):
    """A preset among the others: its shape, the presets that it extends, its overlays."""

    shape: Shape
    parents: tuple[str, ...]
    overlays: tuple[str, ...]


FamilyStatement = Callable[[Rules, Family], Iterator[Violation]]
"""A rule about a preset among the others."""


def one_preset(rules: Rules, family: Family) -> Iterator[Violation]:
    """An overlay extends exactly one preset."""
    if len(family.parents) > 1:
        yield Violation(paths=family.parents)


def overlay_keys(rules: Rules, family: Family) -> Iterator[Violation]:
    """An overlay stays small."""
    if family.parents and family.shape.own_keys > rules.overlay_keys:
        yield Violation(value=family.shape.own_keys)


def max_overlays(rules: Rules, family: Family) -> Iterator[Violation]:
    """At most `max_overlays` overlays per preset."""
    if len(family.overlays) > rules.max_overlays:
        yield Violation(paths=family.overlays)


FAMILY_STATEMENTS: dict[str, FamilyStatement] = {
    "one-preset": one_preset,
    "overlay-keys": overlay_keys,
    "max-overlays": max_overlays,
}


def families(shapes: Mapping[str, Shape]) -> dict[str, Family]:
    """Each of these files among the others, by path."""
    overlays: dict[str, list[str]] = {}
    for path, shape in shapes.items():
        for parent in shape.bases:
            overlays.setdefault(parent, []).append(path)
    return {
        path: Family(
            shape,
            tuple(base for base in shape.bases if base in shapes),
            tuple(overlays.get(path, ())),
        )
        for path, shape in shapes.items()
    }
