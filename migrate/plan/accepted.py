"""Differences that are intended: `accepted.yaml` as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from migrate.canonical import ABSENT, restore
from migrate.errors import MigrateError
from migrate.locations import KeyPath, Place, dotted, parse_dotted
from migrate.plan.checks import as_errors, check_accepted
from migrate.plan.faults import ReadableFile, sound
from migrate.plan.source import read_source
from migrate.plan.structs import AcceptedFile
from migrate.trees.tree import Tree


class Acceptance(NamedTuple):
    """One preset may differ from its record at one key in just this way.

    `key` is dotted. `was` and `now` are values as a loader makes them, `ABSENT` where that side
    has no such key.
    """

    preset: str
    key: str
    was: Any
    now: Any
    reason: str
    even_forbidden: bool = False
    """Whether it was meant although the parity profile forbids the difference."""
    place: Place | None = None
    written: str | None = None
    """The key as the file spells it, where it came from one."""

    @property
    def path(self) -> KeyPath:
        """The key, parsed; one that has no spelling for a parser is one part."""
        try:
            return parse_dotted(self.key)
        except ValueError:
            return (self.key,)


class Accepted(NamedTuple):
    """What the file holds: acceptances by preset and key, and presets deleted on purpose."""

    values: Mapping[str, Mapping[str, Acceptance]] = {}
    retired: Mapping[str, str] = {}
    """Preset to the reason why it was deleted."""

    def of(self, preset: str) -> Mapping[str, Acceptance]:
        """The acceptances of one preset by dotted key."""
        return self.values.get(preset, {})

    def each(self) -> Iterator[Acceptance]:
        """All acceptances, in the order of the file."""
        for entries in self.values.values():
            yield from entries.values()


NOTHING_ACCEPTED = Accepted()


def read_accepted(tree: Tree, path: str, faults: list[MigrateError]) -> Accepted:
    """Read the file; everything that is wrong with it goes to `faults`."""
    source = read_source(tree, path, faults)
    file = sound(source, AcceptedFile, faults) if source else None
    if file is None:
        return NOTHING_ACCEPTED
    wrong = list(as_errors(file.source, check_accepted(file.value)))
    faults.extend(wrong)
    return NOTHING_ACCEPTED if wrong else _accepted(file)


def _accepted(file: ReadableFile[AcceptedFile]) -> Accepted:
    values: dict[str, dict[str, Acceptance]] = {}
    for preset, entries in file.value.accepted.items():
        for key, one in entries.items():
            was, now = _side(one.was), _side(one.now)
            place = file.source.place(("accepted", preset, key))
            found = Acceptance(
                preset, spelled_key(key), was, now, one.reason, one.even_forbidden, place, key
            )
            values.setdefault(preset, {})[found.key] = found
    return Accepted(values, file.value.retired)


def _side(value: Any) -> Any:
    return ABSENT if value is msgspec.UNSET else restore(value)


def spelled_key(key: str) -> str:
    """A key as `dotted` spells it, however a person wrote it."""
    # A key such as a moment has a spelling that no parser takes for more than a text.
    return key if "<" in key else dotted(parse_dotted(key))
