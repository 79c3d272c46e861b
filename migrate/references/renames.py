"""What becomes of the files that references name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from migrate.layout import DEFAULT, Layout


class Fate(Enum):
    """What a plan may say instead of a new path."""

    DROP = "drop"


DROP: Final = Fate.DROP
"""The entry of a list that names the file can go."""


class IgnoredReference(NamedTuple):
    """References to the file stay as they are, for the reason that the plan gives."""

    reason: str


Successor = str | Fate | IgnoredReference | None
"""A new root-relative path, `DROP`, `IgnoredReference`, or None: removed without a successor."""


@dataclass(frozen=True)
class Renames:
    """Old root-relative path to its successor.

    `config_root` is the folder that a launcher's short names are relative to; `composing` are the
    keys by which configs extend one another; `layout` says which files are records. With `rename`
    false nothing moves: the paths are only looked for.
    """

    moves: Mapping[str, Successor]
    config_root: str = "configs"
    composing: tuple[str, ...] = ("extends",)
    rename: bool = True
    layout: Layout = DEFAULT
    targets: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "targets", frozenset(self.moves))

    @classmethod
    def looking_for(
        cls,
        targets: Iterable[str],
        config_root: str = "configs",
        composing: tuple[str, ...] = ("extends",),
        layout: Layout = DEFAULT,
    ) -> Renames:
        """No renames: only find who names these paths."""
        return cls(dict.fromkeys(targets), config_root, composing, False, layout)
