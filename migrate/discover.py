"""Find what to migrate in a tree that nobody prepared: presets, components, old base presets."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from migrate.errors import BrokenChain, InputError, MigrateError, MissingFile, raise_all
from migrate.globs import matches
from migrate.graph import Graph
from migrate.layout import DEFAULT, Layout
from migrate.locations import BASE, COMPONENTS, KeyPath, parse_dotted
from migrate.plan.structs import LAUNCH_SETTINGS
from migrate.resolve import Resolved, Resolver

OLD_BASE_NAMES = ("*_base", "base_*", "_*")
MAX_OVERLAY_FILES = 4
MAX_NAME_BYTES = 120
_NOT_IN_A_NAME = re.compile("[/\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the user said about which files are what; empty means: find out."""

    presets: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    components: tuple[str, ...] = COMPONENTS
    base: str = BASE
    required: tuple[str, ...] = LAUNCH_SETTINGS


@dataclass(frozen=True, slots=True)
class Found:
    """One preset to migrate: its path, and the preset it stays an overlay of, if it does."""

    path: str
    parent: str | None = None


@dataclass(slots=True)
class Discovery:
    """What a tree holds. `left_alone` says why, by path; `outside_users` who else needs a file.

    `old_bases` are the frozen files that presets extended besides components and the base.
    """

    presets: list[Found] = field(default_factory=list)
    frozen: list[str] = field(default_factory=list)
    base: str | None = None
    left_alone: dict[str, str] = field(default_factory=dict)
    outside_users: dict[str, str] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    old_bases: list[str] = field(default_factory=list)


class Discoverer:
    """Reads the graph of who extends whom. Raises InputError for what cannot be resolved."""

    def __init__(self, resolver: Resolver, scope: Scope, layout: Layout = DEFAULT) -> None:
        self.resolver = resolver
        self.scope = scope
        self.graph = Graph(resolver, scope.exclude, layout=layout)
        self.tree = resolver.tree
        self._counts: dict[str, int] = {}
        self.unloadable: dict[str, MigrateError] = {}

    def discover(self) -> Discovery:
        """Sort the composing configs into what migrates, what is inlined and what is left alone."""
        self._check()
        found = Discovery(excluded=self.scope.exclude)
        if self.tree.exists(self.scope.base):
            found.base = self.scope.base
        chosen = {path for path in self._candidates() if self._is_preset(path, found)}
        if not chosen:
            self._raise_unloadable()
        for path, error in self.unloadable.items():
            found.left_alone[path] = f"cannot be loaded: {error}"
        for path in self._parents_first(chosen):
            found.presets.append(Found(path, self._parent(path, chosen)))
        found.frozen = sorted({known for path in chosen for known in self.graph.reach(path)})
        found.old_bases = sorted(self._inlined & set(found.frozen))
        self._outside_users(found, chosen)
        return found

    def _check(self) -> None:
        """Sort out what cannot be loaded.

        Raises, all at once, what nobody may pass over: a chain that cannot be followed, and a
        config that the user chose.
        """
        for path in self.graph.links:
            try:
                resolved = self.resolver.resolve(path)
                _ = resolved.python
            except MigrateError as error:
                self.unloadable[path] = error
                continue
            for document in resolved.chain:
                self.graph.note_values(document)
        self.unloadable.update(self.graph.broken)
        if any(self._stops(path, error) for path, error in self.unloadable.items()):
            self._raise_unloadable()

    def _stops(self, path: str, error: MigrateError) -> bool:
        return isinstance(error, (BrokenChain, MissingFile)) or matches(path, self.scope.presets)

    def _raise_unloadable(self) -> None:
        faults = list({str(error): error for error in self.unloadable.values()}.values())
        hint = self._leave_out()
        if hint:
            faults.append(InputError("files far from the base are among these", None, hint))
        raise_all(faults)

    def _leave_out(self) -> str:
        """How to leave out what lies elsewhere than the base: fixtures and examples."""
        root = self.scope.base.rpartition("/")[0]
        if not root or not any(path.startswith(f"{root}/") for path in self.resolver.tree.files()):
            return ""  # another layout: nobody knows what belongs
        elsewhere = [path for path in self.unloadable if not path.startswith(f"{root}/")]
        globs = sorted({re.sub("/.*", "/**", path) for path in elsewhere})
        options = " ".join(f"--exclude '{glob}'" for glob in globs)
        return f"if they are no configs of this tree: {options}" if globs else ""

    # What is what.

    @cached_property
    def dataset_layer(self) -> frozenset[str]:
        """Configs that a value names, with all that those extend by their own rules."""
        named = self.graph.named_by_values
        return frozenset(known for path in named for known in self.graph.reach(path))

    @cached_property
    def components(self) -> frozenset[str]:
        """The fragments that the globs name."""
        return frozenset(path for path in self.graph.files if matches(path, self.scope.components))

    @cached_property
    def old_bases(self) -> frozenset[str]:
        """Extended files that no run starts from: settings are missing, or the name says so."""
        return frozenset(
            path
            for path in self.graph.extended
            if path not in self.components and path != self.scope.base and self._is_old_base(path)
        )

    def _is_old_base(self, path: str) -> bool:
        if path in self.unloadable:
            return False
        stem = posixpath.splitext(posixpath.basename(path))[0]
        return matches(stem, OLD_BASE_NAMES) or not self._complete(self.resolver.resolve(path))

    def _complete(self, resolved: Resolved) -> bool:
        return all(is_set(resolved, parse_dotted(key)) for key in self.scope.required)

    def _reaches_fragments(self, path: str) -> bool:
        """Whether a chain goes through a component, or through an old base preset of this family.

        In a tree with components, a file that is merely extended elsewhere (another team's
        `common.yaml`) is no old base preset: it belongs to no chain with a component in it.
        """
        reach = self.graph.reach(path) - {path}
        if reach & self.components:
            return True
        return bool(reach & self.old_bases) and not self.components

    def _candidates(self) -> list[str]:
        globs = self.scope.presets
        loadable = [path for path in self.graph.links if path not in self.unloadable]
        return [path for path in loadable if not globs or matches(path, globs)]

    def _is_preset(self, path: str, found: Discovery) -> bool:
        reason = self._why_left_alone(path)
        if reason is not None:
            found.left_alone[path] = reason
        return reason is None and path not in self.components and path not in self._inlined

    def _why_left_alone(self, path: str) -> str | None:
        if path in self.dataset_layer:
            return "a value of another config names it"
        if path in self.components or path in self._inlined or path == self.scope.base:
            return None
        if not self._reaches_fragments(path):
            shallow = self.scope.base in self.graph.reach(path)
            return "is shallow already" if shallow else "reaches no component"
        return None

    @cached_property
    def _inlined(self) -> frozenset[str]:
        """The old base presets of this family: those that a preset's chain holds."""
        if not self.components:
            return self.old_bases
        family = {
            known
            for path in self.graph.links
            if self._reaches_fragments(path)
            for known in self.graph.reach(path)
        }
        return self.old_bases & family

    # Which shape.

    def _parent(self, path: str, chosen: set[str]) -> str | None:
        """The preset that this one stays an overlay of: the only one it extends, if it is close."""
        bases = self.graph.links[path]
        parents = [base for base in bases if base in chosen or self._stays(base)]
        if len(parents) != 1 or bases.count(parents[0]) != 1:
            return None
        return parents[0] if self._files(parents[0], chosen) < MAX_OVERLAY_FILES else None

    def _stays(self, path: str) -> bool:
        """Whether a file is a preset that is shallow already."""
        known = self.components | self.old_bases | self.dataset_layer | {self.scope.base}
        return path not in known and bool(self.graph.links.get(path))

    def _files(self, path: str, chosen: set[str]) -> int:
        """How many files the new preset merges: itself, its parent's files, or the base."""
        if path not in self._counts:
            self._counts[path] = self._count(path, chosen)
        return self._counts[path]

    def _count(self, path: str, chosen: set[str]) -> int:
        if path not in chosen:
            return len(self.graph.reach(path))
        parent = self._parent(path, chosen)
        if parent is not None:
            return self._files(parent, chosen) + 1
        return 2 if self.scope.base in self.graph.reach(path) else 1

    def _parents_first(self, chosen: set[str]) -> list[str]:
        done: dict[str, None] = {}

        def visit(path: str) -> None:
            for base in self.graph.links[path]:
                if base in chosen and base not in done:
                    visit(base)
            done.setdefault(path)

        for path in sorted(chosen):
            visit(path)
        return list(done)

    def _outside_users(self, found: Discovery, chosen: set[str]) -> None:
        """Files of the chains that something outside the migration needs, and what those extend."""
        frozen = set(found.frozen)
        # The base and the presets stay without being told to.
        going = [path for path in found.frozen if path not in chosen | {self.scope.base}]
        for path in going:
            for source in (*self.graph.extended.get(path, ()), *self.graph.guessed.get(path, ())):
                if source not in frozen:
                    found.outside_users.setdefault(path, f"{source} still extends it")
            if path in self.dataset_layer:
                found.outside_users.setdefault(path, "a value of another config names it")
        for path in list(found.outside_users):
            for below in sorted(self.graph.reach(path) & set(going)):
                found.outside_users.setdefault(below, f"{path} stays and extends it")


def is_set(resolved: Resolved, key: KeyPath) -> bool:
    """Whether a key is there and not null."""
    slot = resolved.branch.find(key)
    return slot is not None and slot.python is not None


def require_presets(found: Discovery, scope: Scope) -> Discovery:
    """The discovery, if there is anything to migrate. Raises InputError otherwise."""
    if found.presets:
        return found
    hint = "name presets with --presets GLOB, components with --components GLOB"
    if scope.presets:
        hint = f"nothing that --presets {' '.join(scope.presets)} matches reaches a component"
    raise InputError("found no preset that reaches a component or an old base preset", None, hint)


def shown_names(
    paths: Sequence[str], config_root: str, others: Iterable[str] = ()
) -> dict[str, str]:
    """A short name for each preset: its path below the config root without `train/`.

    The evidence is named after it, so names differ by more than upper and lower case, from
    `others` too.
    """
    names: dict[str, str] = {}
    taken = {name.casefold() for name in others}
    for path in paths:
        inner = posixpath.splitext(path.removeprefix(f"{config_root}/"))[0]
        short = file_name(inner.removeprefix("train/"))
        name = short if short.casefold() not in taken else file_name(inner)
        while name.casefold() in taken:
            name += "_2"
        taken.add(name.casefold())
        names[path] = name
    return names


def file_name(path: str) -> str:
    """A path as one name that a plan accepts: `_` for what a file name had better not hold."""
    name = _NOT_IN_A_NAME.sub("_", path).strip().lstrip(".-").strip()
    return name.encode()[:MAX_NAME_BYTES].decode("utf-8", "ignore").strip() or "preset"
