"""What stands in a tree and is not ours to write: symbolic links, and other repositories."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from migrate.locations import outside, parents
from migrate.trees.tree import SKIPPED_FOLDERS, DiskTree, Tree, disk_below

_REPOSITORY = frozenset({".git", ".hg", ".svn", ".jj"})
"""A folder that holds one of these is a checkout; a submodule's `.git` is a file."""


class _Marks(NamedTuple):
    """Every symbolic link with where it leads, and every other repository, below a root."""

    links: dict[str, str]
    repositories: frozenset[str]


class Foreign:
    """Asked before anything is written or deleted. A tree in memory holds nothing of the kind."""

    def __init__(self, tree: Tree) -> None:
        self.disk = disk_below(tree)

    @cached_property
    def _marks(self) -> _Marks:
        return _marks(self.disk) if self.disk is not None else _Marks({}, frozenset())

    @property
    def links(self) -> dict[str, str]:
        """Where each symbolic link of the tree leads in the end, both relative to the root."""
        return self._marks.links

    def why(self, path: str) -> str:
        """Why a file must not be written or deleted; "" for one of this tree's own."""
        if self.disk is None:
            return ""
        if path in self.links:
            return f"is a symbolic link to {self.links[path]}"
        for folder in parents(path):
            if folder in self.links:
                return f"is reached through the symbolic link {folder}"
            if folder in self._marks.repositories:
                return f"lies in another repository ({folder})"
        return ""

    def own(self, path: str) -> str:
        """The path of a file without links in it; one that no link is part of is its own."""
        for name in (path, *parents(path)):
            if name in self.links:
                return self.links[name] + path[len(name) :]
        return path

    def names_of(self, path: str) -> Iterator[str]:
        """Every other path by which links lead to a file."""
        for link, target in self.links.items():
            if target == path or _below(path, target):
                yield link + path[len(target) :]

    def leading_to(self, path: str, living: Iterable[str]) -> Iterator[str]:
        """The links that would lead to nothing without this file; `living` are files that stay.

        A link to a folder does as long as something that stays is in it.
        """
        staying = list(living)
        for link, target in self.links.items():
            inside = _below(path, target) and not any(_below(file, target) for file in staying)
            if target == path or inside:
                yield link


def _below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")


def _marks(disk: DiskTree) -> _Marks:
    links: dict[str, str] = {}
    repositories: set[str] = set()
    real_root = os.path.realpath(disk.root)
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(disk.absolute(folder)))
        except OSError:
            continue  # whoever needs what is in there says why it cannot be read
        for entry in entries:
            path = posixpath.join(folder, entry.name)
            if entry.name in _REPOSITORY and folder:
                repositories.add(folder)
            elif entry.is_symlink():
                target = os.path.relpath(os.path.realpath(entry.path), real_root)
                if not outside(target):
                    links[path] = target
            elif entry.is_dir() and entry.name not in SKIPPED_FOLDERS:
                waiting.append(path)
    return _Marks(dict(sorted(links.items())), frozenset(repositories))
