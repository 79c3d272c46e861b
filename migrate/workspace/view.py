"""A root as the looking verbs see it: its files and how they resolve; no plan is read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from migrate.dialect import EXTENDS, Dialect
from migrate.errors import InputError
from migrate.layout import DEFAULT as DEFAULT_LAYOUT
from migrate.layout import Layout
from migrate.limits import DEFAULT, Limits
from migrate.locations import SUFFIXES, outside
from migrate.trees.tree import CachedTree, DiskTree, Tree

if TYPE_CHECKING:
    from migrate.dialect.recognise import DetectedDialect
    from migrate.loading.trainer import PlainLoader
    from migrate.references import ScanStore
    from migrate.resolve import Resolver

_SAYS_DIALECT = re.compile(rb"(?m)^[\"']?dialect[\"']?\s*:")
_HAS_PRESETS = re.compile(rb"(?m)(?:^|[{,]\s*)[\"']?presets[\"']?\s*:")


class View:
    """One root. Every file is read once; imports nothing that only a rollout needs."""

    def __init__(
        self,
        root: str,
        plans_folder: str = DEFAULT_LAYOUT.plans,
        limits: Limits = DEFAULT,
        dialect_name: str | None = None,
    ) -> None:
        self.root = root
        self.layout = Layout.of(plans_folder)
        self.limits = limits
        self.dialect_name = dialect_name
        self.tell: Callable[[str], object] = str  # whoever prints says how remarks are told
        self.tree: Tree = CachedTree(DiskTree(root, limits))

    def __reduce__(self) -> tuple[object, ...]:
        """How a view travels to another process: the options; files are read there."""
        return type(self), (self.root, self.layout.plans, self.limits, self.dialect_name)

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
            from migrate.dialect.named import named

            return named(self.dialect_name)
        plans = self.plan_files()
        texts = [self.tree.read(path) for path in plans]
        if any(map(_SAYS_DIALECT.search, texts)):
            return self._planned_dialect()
        if any(map(_HAS_PRESETS.search, texts)):
            return EXTENDS
        return self.recognised.dialect  # whoever wrote plans before `init` says what he knows

    def plan_files(self) -> list[str]:
        """The YAML files of the plans; listing the folder alone spares a walk over the tree."""
        try:
            names = os.listdir(os.path.join(self.root, self.layout.plans))
        except OSError:
            names = []
        there = [f"{self.layout.plans}/{name}" for name in sorted(names)]
        if not any(map(self.tree.exists, there)):  # a tree in memory may have plans of its own
            there = [path for path in self.tree.files() if path.startswith(f"{self.layout.plans}/")]
        yaml = (path for path in there if path.endswith(SUFFIXES))
        return [path for path in yaml if self.tree.exists(path)]

    def _planned_dialect(self) -> Dialect:
        from migrate.plan import load_plans

        return load_plans(self.tree, self.layout.plans).dialect

    @cached_property
    def recognised(self) -> DetectedDialect:
        """The dialect that the tree's own files speak, where neither plan nor option names one."""
        from migrate.dialect.recognise import recognise

        found = recognise(self.tree, self.layout)
        for remark in found.remarks:
            self.tell(remark)
        return found

    def unfollowed(self, paths: Iterable[str] | None = None) -> list[str]:
        """What the configs that were read seem to build on and do not, by the dialect in use."""
        if paths is None:
            # Where nobody asked for the dialect, nobody read a config.
            asked = "dialect" in self.__dict__
            paths = self.tree.known if asked and isinstance(self.tree, CachedTree) else ()
        live = [path for path in paths if not self.is_out_of_sight(path)]
        if not live:
            return []
        from migrate.dialect.unfollowed import unfollowed

        unread = self.recognised.unread if "recognised" in self.__dict__ else ()
        known = [*(key for key, _ in unread), *self._dataset_key()]
        return unfollowed(self.tree, live, self.dialect, known)

    def _dataset_key(self) -> list[str]:
        """The key of the dataset layer, where a plan names it. Raises InputError for faults."""
        if not any(b"fusion_key" in self.tree.read(path) for path in self.plan_files()):
            return []
        from migrate.plan import load_plans

        return [str(load_plans(self.tree, self.layout.plans).rules.fusion_key)]

    def is_out_of_sight(self, path: str) -> bool:
        """Whether a file is a record of a rollout: nobody runs it, and nothing is told of it."""
        return self.layout.is_record(path)

    def scans(self, name: str) -> ScanStore:
        """What earlier scans for references found, by the kind of question."""
        from migrate.workspace.scan_store import SealedScans  # only large trees need it

        return SealedScans(self.root, name, self.limits)

    @cached_property
    def loader(self) -> PlainLoader:
        """Loads configs of the tree as the trainer does: values alone."""
        from migrate.loading.trainer import PlainLoader  # `explain` needs none

        return PlainLoader(self.tree, self.dialect)

    @cached_property
    def resolver(self) -> Resolver:
        """Resolves configs of the tree as it is."""
        from migrate.resolve import Resolver  # `inspect` needs none

        return Resolver(self.tree, self.dialect)
