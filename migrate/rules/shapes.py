"""What the rules about several presets ask of each."""

from __future__ import annotations

import posixpath
from typing import Any, NamedTuple


class Shape(NamedTuple):
    """What one preset extends, which fusion config it names, how many keys it sets itself."""

    bases: tuple[str, ...]
    fusion: str | None
    own_keys: int


def normalised(named: Any) -> str | None:
    """The path of a fusion config as a value names it; None for what is no path."""
    return posixpath.normpath(named) if isinstance(named, str) and named else None
