"""The parity profile: what may differ between old and new, and what never may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from migrate.locations import KeyPath, Place, parse_dotted
from migrate.plan.patterns import parse_pattern


@dataclass(frozen=True)
class Allowance:
    """Differences that are no harm. `when` maps dotted keys to what both sides must say."""

    path: str
    reason: str
    when: Mapping[str, Any] = field(default_factory=dict)
    place: Place | None = None

    @cached_property
    def pattern(self) -> KeyPath:
        """The pattern, parsed. Raises ValueError if it is none."""
        return parse_pattern(self.path)

    @cached_property
    def conditions(self) -> tuple[tuple[KeyPath, Any], ...]:
        """The conditions, parsed. Raises ValueError for what is not a key path."""
        return tuple((parse_dotted(key), value) for key, value in self.when.items())


class Forbidden(NamedTuple):
    """Differences that no allowance can excuse."""

    path: str
    reason: str = ""
    place: Place | None = None

    @property
    def pattern(self) -> KeyPath:
        """The pattern, parsed. Raises ValueError if it is none."""
        return parse_pattern(self.path)


class Profile(NamedTuple):
    """Allowances in the order of the file; a forbidden pattern beats every one of them."""

    allow: tuple[Allowance, ...] = ()
    forbid: tuple[Forbidden, ...] = ()


NOTHING_ALLOWED = Profile()
