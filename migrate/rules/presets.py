"""Which files the rules speak of: the runnable presets of the tree as it is, and their layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import filterfalse

from migrate.errors import MigrateError, nearest
from migrate.findings import Finding
from migrate.locations import SUFFIXES, Place, parse_dotted
from migrate.plan import Plans, Rules
from migrate.plan.preset_files import preset_files
from migrate.resolve import Resolved, Resolver, Setting, read_branch
from migrate.rules.shapes import Shape, normalised
from migrate.rules.statements import Family, families


class Layers:
    """The presets that the globs of the rules find, resolved; those that cannot be are `broken`.

    What the plans inline or keep is no preset, nor is a fusion config. `only` narrows what is
    reported, never what is looked at: how many overlays a preset has is told by the others. Those
    of which a glance has shown that nothing is to be reported are `seen`: they are not resolved.
    `told` is told of each file that is looked at: its path, how many were, how many there are.
    """

    def __init__(
        self,
        plans: Plans,
        resolver: Resolver,
        only: Iterable[str] = (),
        seen: Mapping[str, Shape] | None = None,
        told: Callable[[str, int, int], None] | None = None,
    ) -> None:
        self.plans = plans
        self.resolver = resolver
        self.only = frozenset(only)
        self.seen = seen or {}
        self.told = told
        self.broken: list[Finding] = []
        self._near: dict[str, str] = {}

    @property
    def rules(self) -> Rules:
        """The thresholds."""
        return self.plans.rules

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Every runnable preset by its path, in path order."""
        looked = ((path, self.seen.get(path) or self.looked(path)) for path in self._each())
        found = {path: shape for path, shape in looked if shape is not None}
        layer = {shape.fusion for shape in found.values()}
        return {path: shape for path, shape in found.items() if path not in layer}

    @cached_property
    def presets(self) -> dict[str, Resolved]:
        """The same, resolved."""
        return {path: self.resolver.resolve(path) for path in self.shapes}

    def _each(self) -> Iterator[str]:
        paths = list(self.candidates())
        for number, path in enumerate(paths):
            if self.told is not None:
                self.told(path, number, len(paths))
            yield path

    @cached_property
    def chosen(self) -> list[Resolved]:
        """The presets that are reported on."""
        wanted = (path for path in self.shapes if not self.only or path in self.only)
        return [self.resolver.resolve(path) for path in wanted if path not in self.seen]

    @cached_property
    def others(self) -> list[Resolved]:
        """Files named in `only` that are no presets: no layer rule speaks of them."""
        found = [self._resolve(path) for path in sorted(self.only - set(self.shapes))]
        return [one for one in found if one is not None]

    def looked(self, path: str) -> Shape | None:
        """What the rules about several presets ask of this one; None if it cannot be resolved."""
        resolved = self._resolve(path)
        return self.shape(resolved) if resolved is not None else None

    def shape(self, resolved: Resolved) -> Shape:
        """What the rules about several presets ask of this one."""
        own = read_branch(resolved.document, resolved.document.entries, resolved.document.root)
        bases = tuple(base.path for base in resolved.bases)
        return Shape(bases, self.fusion(resolved), sum(1 for _ in own.leaves()))

    def candidates(self) -> Iterator[str]:
        """The files that may be presets, in path order: all but the fusion configs among them."""
        return preset_files(self.plans, self.resolver.tree)

    def _resolve(self, path: str) -> Resolved | None:
        try:
            resolved = self.resolver.resolve(path)
            _ = resolved.python
        except MigrateError as error:
            finding = Finding.of("resolves", error)
            if finding not in self.broken:
                self.broken.append(finding)
            return None
        return resolved

    def fusion(self, resolved: Resolved) -> str | None:
        """The fusion config that a preset names, normalised; None where it names none."""
        if self.rules.fusion_key is None:
            return None
        slot = resolved.branch.find(parse_dotted(self.rules.fusion_key))
        return normalised(slot.python) if slot is not None else None

    def near(self, path: str) -> str:
        """The config whose path is nearest; many presets may name the same wrong one."""
        if path not in self._near:
            live = filterfalse(self.plans.layout.is_record, self.resolver.tree.files())
            known = [one for one in live if one.endswith(SUFFIXES)]
            self._near[path] = nearest(path, known, 1)
        return self._near[path]

    @cached_property
    def families(self) -> dict[str, Family]:
        """Each preset among the others."""
        return families(self.shapes)


def first_place(resolved: Resolved) -> Place:
    """Where a config says what it extends; its first line, if it does not."""
    for base in resolved.bases:
        return resolved.document.place(base.node.props)
    return Place(resolved.path, 1, 1)


def said(setting: Setting) -> object:
    """The value that one file gives a key."""
    return setting.document.value(setting.entry.value)
