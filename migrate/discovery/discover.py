"""Find what to migrate in a tree that nobody prepared: presets, components, old base presets."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from migrate.discovery.measure import Measure
from migrate.discovery.usage import Usage, usages
from migrate.errors import InputError, MigrateError, raise_all
from migrate.layout import DEFAULT, Layout
from migrate.loading.graph import Graph
from migrate.locations import BASE, COMPONENTS, SUFFIXES
from migrate.parity import equal
from migrate.resolve import Resolver
from migrate.rollout.legacy import common_root
from migrate.trees.foreign import Foreign
from migrate.trees.globs import literal, matches

OLD_BASE_NAMES = ("*_base", "base_*", "_*")
OLD_BASE_FOLDERS = frozenset({"_base_", "include"})
MAX_OVERLAY_FILES = 4
MAX_NAME_BYTES = 120
SHALLOW_FILES = 2
"""A config on one file is shallow, whatever that file is."""
MOSTLY = 9
"""A tree is shallow if for each config with a longer chain there are so many shallow ones."""
SHALLOW = "is shallow already"
_NOT_IN_A_NAME = re.compile("[/\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the user said about which files are what; empty means: find out."""

    presets: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    components: tuple[str, ...] = COMPONENTS
    base: str = BASE


@dataclass(frozen=True, slots=True)
class PresetCandidate:
    """One preset to migrate: its path, and the preset it stays an overlay of, if it does."""

    path: str
    parent: str | None = None


@dataclass(slots=True)
class Discovery:
    """What a tree holds; every mapping is by path, and says why.

    `outside_users` are files of the old chains that stay, `retired` those that go once the presets
    are migrated, `extended` the presets that others extend and that might be taken for fragments.
    `old_bases` are the frozen files that presets extended besides components and the base; `heirs`
    the presets that say just what one of those that go said; `excluded` are globs, and with them
    what cannot be loaded; `components` are the globs that some component matches; `turns` are the
    places where paths in frozen files turn down again, as a file there.
    """

    presets: list[PresetCandidate] = field(default_factory=list)
    frozen: list[str] = field(default_factory=list)
    base: str | None = None
    left_alone: dict[str, str] = field(default_factory=dict)
    outside_users: dict[str, str] = field(default_factory=dict)
    excluded: tuple[str, ...] = ()
    old_bases: list[str] = field(default_factory=list)
    retired: dict[str, str] = field(default_factory=dict)
    extended: dict[str, str] = field(default_factory=dict)
    heirs: dict[str, str] = field(default_factory=dict)
    components: tuple[str, ...] = ()
    turns: list[str] = field(default_factory=list)

    @property
    def config_root(self) -> str:
        """The folder that a copy must mirror for every path in the frozen files to hold in it."""
        return common_root([*self.frozen, *self.turns])

    @property
    def shallow(self) -> bool:
        """Whether there is nothing to do because the tree is what a rollout is after."""
        return not self.presets and SHALLOW in self.left_alone.values()


class Discoverer:
    """Reads the graph of who extends whom. Raises InputError where nothing can be resolved.

    What is excluded is no preset and says nothing of what presets are; but it has its users' say
    about what may be deleted.
    """

    def __init__(self, resolver: Resolver, scope: Scope, layout: Layout = DEFAULT) -> None:
        self.resolver = resolver
        self.scope = scope
        self.graph = Graph(resolver, layout=layout)
        self.tree = resolver.tree
        self.foreign = Foreign(resolver.tree)
        self.measure = Measure()
        self._counts: dict[str, int] = {}
        self.unloadable: dict[str, MigrateError] = {}

    def discover(self) -> Discovery:
        """Sort the composing configs into what migrates, what is inlined and what is left alone."""
        self._check()
        found = Discovery(excluded=self.scope.exclude)
        found.components = self.scope.components if self.components else ()
        if self.tree.exists(self.scope.base):
            found.base = self.scope.base
        for path, error in self.unloadable.items():
            found.left_alone[path] = f"cannot be loaded: {error}"
        chosen = {path for path in self._candidates() if self._is_preset(path, found)}
        if chosen and self._is_mostly_shallow(chosen, found):
            for path in chosen:
                found.left_alone[path] = _longer(path, len(self.graph.reach(path)))
            chosen = set()
        if not chosen and not found.shallow:
            self._raise_unloadable()
        for path in self._parents_first(chosen):
            found.presets.append(PresetCandidate(path, self._parent(path, chosen)))
        if chosen:
            broken = sorted(self.unloadable.keys() - self.components)
            found.excluded = (*found.excluded, *map(literal, broken))
        frozen = {known for path in chosen for known in self.graph.reach(path)}
        found.frozen = sorted(frozen | self._implicit(frozen))
        found.turns = sorted({turn for path in found.frozen for turn in self._turns(path)})
        found.old_bases = sorted(self._inlined & set(found.frozen))
        self._sort_chains(found, chosen)
        for path in self._inlined & found.retired.keys():
            found.heirs.update(self._heir(path, chosen))
        return found

    def runs(self) -> list[str]:
        """The configs that somebody may run, deep or shallow: the presets, the runs beside them.

        What composes nothing cannot be told from any other YAML file, and is not among them.
        """
        self._check()
        fragments = self.components | self.old_bases.keys() | self.dataset_layer
        loadable = [path for path in self.visible if path.endswith(SUFFIXES)]
        return [path for path in loadable if path not in fragments and path != self.scope.base]

    def _implicit(self, frozen: set[str]) -> set[str]:
        """What the loader puts under these files unasked."""
        under = map(self.resolver.dialect.implicit, frozen)
        return {path for path in under if path is not None and self.tree.exists(path)}

    # What can be read.

    @cached_property
    def visible(self) -> list[str]:
        """The composing configs that the user did not exclude."""
        return [path for path in self.graph.links if not matches(path, self.scope.exclude)]

    def _check(self) -> None:
        """Sort out what cannot be loaded; it stops only the presets that need it."""
        extended = self.graph.extended.keys() - self.components
        for path in self.visible:
            try:
                resolved = self.resolver.resolve(path)
                config = resolved.python
            except MigrateError as error:
                self.unloadable[path] = error
                continue
            for document in resolved.chain:
                self.graph.note_values(document)
            if extended:
                self.measure.note(path, config, self._is_run(path))
        for path in extended - set(self.visible):
            if self.tree.exists(path):
                self._note_fragment(path)
        for path, fault in self.graph.broken.items():
            if not matches(path, self.scope.exclude):
                self.unloadable[path] = fault
        self._refuse_chosen()

    def _note_fragment(self, path: str) -> None:
        with suppress(MigrateError):  # whoever extends it cannot be loaded either, and says so
            self.measure.note(path, self.resolver.resolve(path).python, False)

    def _refuse_chosen(self) -> None:
        """A config that the user names, and no glob that happens to hold it, must be readable."""
        named = [path for path in self.scope.presets if path in self.unloadable]
        raise_all([self.unloadable[path] for path in named])

    def _is_run(self, path: str) -> bool:
        return (
            path not in self.graph.extended
            and path not in self.components
            and path not in self.foreign.links
            and not _name_says(path)
        )

    def _raise_unloadable(self) -> None:
        faults = list({str(error): error for error in self.unloadable.values()}.values())
        raise_all(faults)

    # What is what.

    @cached_property
    def dataset_layer(self) -> frozenset[str]:
        """Configs that a value names, with all that those extend by their own rules."""
        named = self.graph.named_by_values(self.visible)
        return frozenset(known for path in named for known in self.graph.reach(path))

    @cached_property
    def components(self) -> frozenset[str]:
        """The fragments that the globs name, and no `--presets`."""
        every = (*self.graph.files, *self.graph.fragments)
        named = frozenset(self.scope.presets)
        implicit = self.resolver.dialect.is_implicit
        return frozenset(
            path
            for path in every
            if matches(path, self.scope.components) and path not in named and not implicit(path)
        )

    @cached_property
    def old_bases(self) -> dict[str, str]:
        """Extended files that no run starts from, each with what says so."""
        found: dict[str, str] = {}
        for path in self.graph.extended:
            if not self._may_be_an_old_base(path):
                continue
            reason = _name_says(path) or self._incomplete(path)
            if reason and not self._is_used(path):
                found[path] = reason
        return found

    def _may_be_an_old_base(self, path: str) -> bool:
        return (
            path not in self.components
            and path != self.scope.base
            and not self.resolver.dialect.is_implicit(path)
            and path not in self.unloadable
            and not matches(path, self.scope.presets)
        )

    def _incomplete(self, path: str) -> str:
        if path in self.graph.fragments:
            return "its name has no YAML suffix"
        key = self._missing(path)
        return f"sets no {key}, which every config below it sets" if key else ""

    def _missing(self, path: str) -> str:
        below = self._below(path)
        reach = self.graph.reach(path)
        beside = frozenset(self.graph.dependents(reach)) - below - {path}
        return self.measure.missing(path, below, beside)

    def _below(self, path: str) -> frozenset[str]:
        return frozenset(self.graph.dependents([path])) - {path}

    def _is_used(self, path: str) -> bool:
        """Whether a command runs a file; where only its keys spoke against it, a word will do."""
        usage = self.usages.get(path)
        return usage is not None and (usage.runs or not usage.prose or not _name_says(path))

    @cached_property
    def usages(self) -> dict[str, Usage]:
        """Who runs or names a file that might be retired, outside of the configs that compose."""
        suspects = {
            path
            for path in self.graph.extended
            if path != self.scope.base
            and (path in self.components or _name_says(path) or self._incomplete(path))
        }
        if not suspects:
            return {}
        root = common_root([*suspects, *self.visible])
        besides = {*self.graph.links, *self.graph.broken}
        keys, layout = self.resolver.dialect.keys, self.graph.layout
        return usages(self.tree, suspects, root, keys, besides, layout)

    def _reaches_fragments(self, path: str) -> bool:
        """Whether a chain goes through a component, or through an old base preset of this family.

        Or through more files than a preset may merge. In a tree with components, a file that is
        merely extended elsewhere (another team's `common.yaml`) is no old base preset: it belongs
        to no chain with a component in it.
        """
        reach = self.graph.reach(path)
        if reach & self.components:
            return True
        deep = bool(reach & self.old_bases.keys()) or len(reach) > MAX_OVERLAY_FILES
        return deep and not self.components

    def _candidates(self) -> list[str]:
        globs = self.scope.presets
        loadable = [
            path for path in self.visible if path not in self.unloadable and path.endswith(SUFFIXES)
        ]
        return [path for path in loadable if not globs or matches(path, globs)]

    def _is_preset(self, path: str, found: Discovery) -> bool:
        reason = self._why_left_alone(path)
        if reason is not None:
            found.left_alone[path] = reason
        return reason is None and path not in self.components and path not in self._inlined

    def _why_left_alone(self, path: str) -> str | None:
        named = path in self.scope.presets
        if path in self.dataset_layer and not named:
            return "a value of another config names it"
        if path in self.components or path in self._inlined or path == self.scope.base:
            return None
        if reason := self._why_not_ours(path):
            return reason
        if not self._reaches_fragments(path):
            shallow = self.scope.base in self.graph.reach(path) or self._is_shallow(path)
            return SHALLOW if shallow else "builds on no component"
        return SHALLOW if not named and self._is_shallow(path) else None

    def _why_not_ours(self, path: str) -> str:
        """What keeps a config from being written: a link, another repository, a second reading."""
        reason = self.foreign.why(path)
        if path in self.foreign.links:
            return f"{reason}: one config by two names"
        for link in self._second_names.get(path, ()):
            if not self._reads_alike(link, path):
                return f"the symbolic link {link} leads to it and composes other files there"
        return reason

    @cached_property
    def _second_names(self) -> dict[str, list[str]]:
        """The composing links that lead to a config, by its path."""
        found: dict[str, list[str]] = {}
        for link, target in self.foreign.links.items():
            if link in self.graph.links:
                found.setdefault(target, []).append(link)
        return found

    def _reads_alike(self, link: str, path: str) -> bool:
        """Whether a config means the same by its second name, or means nothing there."""
        bases = self.graph.links[link]
        if not all(map(self.tree.exists, bases)):
            return True
        own = self.foreign.own
        return list(map(own, bases)) == list(map(own, self.graph.links.get(path, ())))

    def _is_shallow(self, path: str) -> bool:
        """Whether a chain is short already: one file below, or a shallow preset."""
        reach = self.graph.reach(path)
        if reach & self.components:
            return False
        if len(reach) <= SHALLOW_FILES:
            return True
        bases = self.graph.links[path]
        near = len(bases) == 1 and len(reach) <= MAX_OVERLAY_FILES
        return near and self._stays(bases[0]) and self._is_shallow(bases[0])

    def _is_mostly_shallow(self, chosen: set[str], found: Discovery) -> bool:
        """Whether the few longer chains of a shallow tree are no reason to migrate it."""
        if self.scope.presets or any(self.graph.reach(path) & self.components for path in chosen):
            return False
        shallow = sum(reason == SHALLOW for reason in found.left_alone.values())
        longest = max(len(self.graph.reach(path)) for path in chosen)
        return longest <= MAX_OVERLAY_FILES and shallow >= MOSTLY * len(chosen)

    @cached_property
    def _inlined(self) -> frozenset[str]:
        """The old base presets of this family: those that a preset's chain holds."""
        old = frozenset(self.old_bases)
        if not self.components:
            return old
        family = {
            known
            for path in self.graph.links
            if self._reaches_fragments(path)
            for known in self.graph.reach(path)
        }
        return old & family

    # Which shape.

    def _parent(self, path: str, chosen: set[str]) -> str | None:
        """The preset that this one stays an overlay of: the only one it extends, if it is close."""
        bases = list(map(self.foreign.own, self.graph.links[path]))
        only = len(bases) == 1
        parents = [
            base
            for base in bases
            if base in chosen or (self._stays(base) and (only or self.graph.links.get(base)))
        ]
        if len(parents) != 1 or bases.count(parents[0]) != 1:
            return None
        return parents[0] if self._files(parents[0], chosen) < MAX_OVERLAY_FILES else None

    def _stays(self, path: str) -> bool:
        """Whether a file is a preset that is shallow already, or a config of its own."""
        fragment = path in self.components or path in self.old_bases
        return not fragment and path not in self.dataset_layer and path != self.scope.base

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
            for base in map(self.foreign.own, self.graph.links[path]):
                if base in chosen and base not in done:
                    visit(base)
            done.setdefault(path)

        for path in sorted(chosen):
            visit(path)
        return list(done)

    # What becomes of the files of the old chains.

    def _sort_chains(self, found: Discovery, chosen: set[str]) -> None:
        """Which files of the chains go, which stay, and why."""
        going = [path for path in found.frozen if path in self.components | self._inlined]
        for path in found.frozen:
            if path not in chosen and path not in going and path != self.scope.base:
                found.outside_users[path] = self._why_of_its_own(path)
        living = [path for path in found.frozen if path not in going]
        found.outside_users.update(self._held(going, chosen, living))
        for path in going:
            if path not in found.outside_users:
                found.retired[path] = self.old_bases.get(path) or "is a component"
        for path in sorted(chosen | set(found.outside_users)):
            if path in self.graph.extended and path not in going and not self.foreign.why(path):
                found.extended.update(self._why_a_preset(path))

    def _turns(self, path: str) -> Iterator[str]:
        """How far the bases of a file climb: `../../configs/a.yaml` needs the folder above."""
        for text in self.graph.written(path):
            up = posixpath.normpath(text).split("/").count("..")
            folders = path.split("/")[:-1]
            yield "/".join([*folders[: max(0, len(folders) - up)], "-"])

    def _heir(self, path: str, chosen: set[str]) -> dict[str, str]:
        """The preset that means what an old base preset meant, so that it may take its name."""
        resolve = self.resolver.resolve
        for user in sorted(chosen.intersection(self.graph.dependents([path]))):
            alike = self.measure.sets_the_same(path, user)
            if alike and equal(resolve(path).python, resolve(user).python):
                return {path: user}
        return {}

    def _why_of_its_own(self, path: str) -> str:
        if reason := self.foreign.why(path):
            return reason
        if self.resolver.dialect.is_implicit(path):
            return "the loader puts it under the others"
        if path in self.dataset_layer:
            return "a value of another config names it"
        return "may be run as it is"

    def _why_a_preset(self, path: str) -> dict[str, str]:
        """Why an extended file was not taken for a fragment; nothing where nothing spoke for it."""
        if path in self.dataset_layer:
            return {}
        if matches(path, self.scope.presets):
            return {path: "--presets names it"}
        if path in self.usages:
            return {path: str(self.usages[path])}
        key = self.measure.lacks(path, self._below(path))
        few = f"sets no {key}, which what extends it sets; that is too little to go by"
        return {path: few} if key else {}

    def _held(self, going: Sequence[str], chosen: set[str], living: list[str]) -> dict[str, str]:
        """What somebody outside of the rollout needs, and what that extends in turn."""
        seen = set(self.visible)
        hidden = [path for path in self.graph.links if path not in seen]
        values = self.graph.named_by_values(hidden)
        held: dict[str, str] = {}
        for path in going:
            reason = self.foreign.why(path) or self._needed(path, values, living)
            if reason:
                held[path] = reason
        waiting = list(going)
        while waiting:  # what stays may hold what it extends
            again: list[str] = []
            for path in waiting:
                user = next(
                    (u for u in self._users(path) if not self._leaves(u, chosen, held, going)), None
                )
                if path not in held and user is not None:
                    held[path] = f"{user} still extends it"
                    again += sorted(self.graph.reach(path) & set(going))
            waiting = again
        return held

    def _needed(self, path: str, values: dict[str, str], living: list[str]) -> str:
        """Who needs a file otherwise than by extending it."""
        if path in self.dataset_layer:
            return "a value of another config names it"
        if path in values:
            return f"a value of {values[path]} names it"
        for link in self.foreign.leading_to(path, living):
            return f"the symbolic link {link} leads to it"
        usage = self.usages.get(path)
        return str(usage) if usage is not None and usage.runs else ""

    def _users(self, path: str) -> Iterator[str]:
        yield from self.graph.extended.get(path, ())
        yield from (place.path for place in self.graph.guessed.get(path, ()))

    def _leaves(
        self, user: str, chosen: set[str], held: dict[str, str], going: Iterable[str]
    ) -> bool:
        """Whether a config stops extending what it does: it is migrated, or goes itself."""
        link = self.foreign.links.get(user)
        if link is not None and user not in going:
            alike = user in self.graph.links and self._reads_alike(user, link)
            return link in chosen and alike
        return user in chosen or (user in going and user not in held)


def _name_says(path: str) -> str:
    """What the name of a file or of its folder says; "" where it says nothing."""
    stem = posixpath.splitext(posixpath.basename(path))[0]
    if matches(stem, OLD_BASE_NAMES):
        return "its name says that it is a base"
    folder = next((name for name in path.split("/")[:-1] if name in OLD_BASE_FOLDERS), "")
    return f"it lies in {folder}/" if folder else ""


def _longer(path: str, files: int) -> str:
    return f"merges {files} files; --presets '{path}' migrates it"


def require_presets(found: Discovery, scope: Scope) -> Discovery:
    """The discovery, if there is anything to migrate. Raises InputError otherwise."""
    if found.presets or (found.shallow and not scope.presets):
        return found
    hint = "name presets with --presets GLOB, components with --components GLOB"
    if scope.presets:
        hint = f"nothing that --presets {' '.join(scope.presets)} matches builds on a component"
    raise InputError("found no preset that builds on a component or an old base preset", None, hint)


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
