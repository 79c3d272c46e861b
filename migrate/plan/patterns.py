"""Key patterns: dotted paths in which `*` is any one level and `**` any number of levels."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from migrate.locations import KeyPath, parse_dotted

ONE, MANY = "*", "**"


@lru_cache(maxsize=4096)
def parse_pattern(text: str) -> KeyPath:
    """Read a pattern. Raises ValueError where the text is none, with the reason."""
    if not text:
        raise ValueError("is empty")
    parts = parse_dotted(text)
    for part in parts:
        if isinstance(part, str) and "*" in part and part not in {ONE, MANY}:
            raise ValueError("has a `*` inside a name; `*` stands for a whole level")
    return parts


def covers(pattern: KeyPath, path: KeyPath) -> bool:
    """Whether a key path is what a pattern names, or lies below it."""
    if MANY not in pattern:
        return len(pattern) <= len(path) and all(map(_is, pattern, path))
    # All places in the path that the pattern may have come to, so that `**.**` is no explosion.
    reached = {0}
    for part in pattern:
        if isinstance(part, str) and part == MANY:
            reached = set(range(min(reached), len(path) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(path) and _is(part, path[at])}
        if not reached:
            return False
    return True


Named = tuple[KeyPath, str]


class Patterns:
    """Many patterns, asked for many paths: each path meets only those that may cover it."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._exact: dict[KeyPath, list[Named]] = {}
        self._lengths: set[int] = set()
        self._open: list[Named] = []
        for text in texts:
            pattern = parse_pattern(text)
            if ONE in pattern or MANY in pattern:
                self._open.append((pattern, text))
            else:
                self._exact.setdefault(pattern, []).append((pattern, text))
                self._lengths.add(len(pattern))

    def covering(self, path: KeyPath) -> list[str]:
        """Those that name a key path, or what it lies in."""
        candidates = list(self._open)
        for length in self._lengths:
            candidates += self._exact.get(path[:length], ())
        return [text for pattern, text in candidates if covers(pattern, path)]


def _is(part: Any, key: Any) -> bool:
    if isinstance(part, str) and part == ONE:
        return True
    return type(part) is type(key) and bool(part == key)
