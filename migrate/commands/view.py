"""A root as the looking verbs see it: its files and how they resolve; no plan is read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cached_property

from migrate.dialect import EXTENDS, Dialect, Recognised, named, recognise
from migrate.errors import InputError
from migrate.locations import outside
from migrate.resolve import Resolver
from migrate.tree import MAX_FILE_BYTES, CachedTree, DiskTree, Tree

PLANS = "plans"
_SAYS_DIALECT = re.compile(rb"(?m)^[\"']?dialect[\"']?\s*:")


def find_root(start: str, plans: str = PLANS) -> str:
    """The nearest folder upwards that holds plans; else the nearest with `.git`; else the start."""
    folder = os.path.abspath(start)
    for marker in (plans, ".git"):
        current = folder
        while not os.path.exists(os.path.join(current, marker)):
            above = os.path.dirname(current)
            if above == current:
                break
            current = above
        else:
            return current
    return folder


class View:
    """One root. Every file is read once; imports nothing that only a rollout needs."""

    def __init__(
        self,
        root: str,
        plans_folder: str = PLANS,
        max_bytes: int = MAX_FILE_BYTES,
        dialect_name: str | None = None,
    ) -> None:
        self.root = root
        self.plans_folder = plans_folder
        self.max_bytes = max_bytes
        self.dialect_name = dialect_name
        self.tell: Callable[[str], object] = str  # whoever prints says how remarks are told
        self.tree: Tree = CachedTree(DiskTree(root, max_bytes))

    def path(self, given: str) -> str:
        """A path from the command line, relative to the root. Raises InputError outside of it.

        What is not below the root as seen from here is looked for from the root.
        """
        path = os.path.relpath(os.path.abspath(given), self.root)
        inside = os.path.normpath(given)
        if outside(path) or (not os.path.exists(given) and self.tree.exists(inside)):
            path = inside
        if outside(path):
            raise InputError("is outside the root", given, f"the root is {self.root}; see --root")
        return path

    @cached_property
    def dialect(self) -> Dialect:
        """How this tree composes files: as the command line says, else the plans, else its files.

        Raises InputError for a name that nobody ships, and for plans with faults.
        """
        if self.dialect_name is not None:
            return named(self.dialect_name)
        folder = f"{self.plans_folder}/"
        plans = [
            path
            for path in self.tree.files()
            if path.startswith(folder) and path.endswith((".yaml", ".yml"))
        ]
        if not plans:
            return self.recognised.dialect
        if not any(_SAYS_DIALECT.search(self.tree.read(path)) for path in plans):
            return EXTENDS
        return self._planned_dialect()

    def _planned_dialect(self) -> Dialect:
        from migrate.plan import load_plans

        return load_plans(self.tree, self.plans_folder).dialect

    @cached_property
    def recognised(self) -> Recognised:
        """The dialect that the tree's own files speak, where neither plan nor option names one."""
        found = recognise(self.tree)
        if found.dialect is not EXTENDS:
            self.tell(str(found))
        return found

    @cached_property
    def resolver(self) -> Resolver:
        """Resolves configs of the tree as it is."""
        return Resolver(self.tree, self.dialect)
