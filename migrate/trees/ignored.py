"""Which files a tree's `.gitignore` files leave out, for trees that are no repository."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import lru_cache

from migrate.locations import parents
from migrate.trees.globs import matches
from migrate.trees.tree import Tree

IGNORE_FILE = ".gitignore"


class IgnoreRules:
    """The rules of all `.gitignore` files; the last rule that matches decides (gitignore(5))."""

    def __init__(self, tree: Tree, files: Iterable[str]) -> None:
        self.rules: list[tuple[str, str, bool, bool]] = []
        found = [path for path in files if f"/{path}".endswith(f"/{IGNORE_FILE}")]
        for path in sorted(found, key=lambda path: path.count("/")):
            text = tree.read(path).decode("utf-8", "replace")
            self.rules.extend(_rules(posixpath.dirname(path), text))
        self._folder = lru_cache(maxsize=None)(self._decide_folder)

    def __contains__(self, path: str) -> bool:
        """Whether the file, or a folder above it, is ignored."""
        if not self.rules:
            return False
        folder = next(parents(path), "")
        return (bool(folder) and self._folder(folder)) or self._decide(path, is_folder=False)

    def _decide_folder(self, folder: str) -> bool:
        above = next(parents(folder), "")
        return (bool(above) and self._folder(above)) or self._decide(folder, is_folder=True)

    def _decide(self, path: str, is_folder: bool) -> bool:
        for base, glob, negated, folders_only in reversed(self.rules):
            below = not base or path.startswith(base + "/")
            if below and (is_folder or not folders_only):
                relative = path[len(base) + 1 :] if base else path
                if matches(relative, [glob]):
                    return not negated
        return False


def _rules(base: str, text: str) -> Iterator[tuple[str, str, bool, bool]]:
    """`(folder, glob, negated, folders only)` of each line."""
    for line in text.splitlines():
        rule = line.rstrip()
        if not rule or rule.startswith("#"):
            continue
        negated = rule.startswith("!")
        rule = rule[1:] if negated else rule
        folders_only = rule.endswith("/")
        rule = rule.rstrip("/").removeprefix("\\")
        glob = rule.lstrip("/") if "/" in rule else f"**/{rule}"
        yield base, glob, negated, folders_only
