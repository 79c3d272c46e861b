"""The trainer's loader itself: plain PyYAML and a deep merge. Parity trusts nothing else."""

from __future__ import annotations

from typing import Any

from migrate.dialect import EXTENDS, Dialect
from migrate.errors import InputError
from migrate.locations import join
from migrate.tree import Tree
from migrate.yaml_text import decode, load

MAX_DEPTH = 64


class PlainLoader:
    """Loads configs of one tree the way the trainer does; shares no code with `resolve`."""

    def __init__(
        self, tree: Tree, dialect: Dialect = EXTENDS, loaded: dict[bytes, Any] | None = None
    ) -> None:
        self.tree = tree
        self.dialect = dialect
        self._loaded: dict[bytes, Any] = {} if loaded is None else loaded
        self._resolved: dict[str, dict[Any, Any]] = {}

    def load(self, path: str, depth: int = 0) -> dict[Any, Any]:
        """The resolved config: bases in list order, each with its own bases first, then the file.

        The result is shared, so read it only. Raises InputError for what the trainer cannot load.
        """
        if path in self._resolved:
            return self._resolved[path]
        if depth > MAX_DEPTH:
            raise InputError("extends too many files in a row", path, "look for a cycle")
        own = self._file(path)
        merged: dict[Any, Any] = {}
        for key in self.dialect.keys:
            for name in _listed(own.get(key)):
                merged = deep_merge(merged, self.load(join(path, name), depth + 1))
        data = {key: value for key, value in own.items() if key not in self.dialect.keys}
        self._resolved[path] = deep_merge(merged, data)
        return self._resolved[path]

    def _file(self, path: str) -> dict[Any, Any]:
        content = self.tree.read(path)
        if content not in self._loaded:
            text = decode(path, content)
            self._loaded[content] = load(text, path, self.dialect.opaque_tags) or {}
        own: Any = self._loaded[content]
        if not isinstance(own, dict):
            raise InputError("the root of a config must be a mapping", path, "give the values keys")
        return own


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def deep_merge(base: dict[Any, Any], over: dict[Any, Any]) -> dict[Any, Any]:
    """Mapping onto mapping merges, anything else replaces; neither argument is changed."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = deep_merge(old, value)
        else:
            merged[key] = value
    return merged
