"""What the rules about several presets ask of each."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, NamedTuple


class Shape(NamedTuple):
    """What one preset extends, which fusion config it names, how many keys it sets itself."""

    bases: tuple[str, ...]
    fusion: str | None
    own_keys: int


def normalised(named: Any) -> str | None:
    """The path of a fusion config as a value names it; None for what is no path."""
    return posixpath.normpath(named) if isinstance(named, str) and named else None


def overlays(shapes: Mapping[str, Shape]) -> dict[str, list[str]]:
    """The overlays of each preset that has any, by its path."""
    found: dict[str, list[str]] = {}
    for path, shape in shapes.items():
        for parent in shape.bases:
            if parent in shapes:
                found.setdefault(parent, []).append(path)
    return found
