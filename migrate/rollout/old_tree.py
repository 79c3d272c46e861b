"""The old chains as the trainer would load them today: the legacy tree, under what changed since.

A frozen copy is a record. While a preset waits for its step, people go on editing the files that
it is made of, and the live text of those is what the step migrates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from migrate.changes import Change, sha256
from migrate.dialect import Dialect
from migrate.errors import Faults, MigrateError, Refused
from migrate.layout import Layout
from migrate.loading.trainer import PlainLoader
from migrate.locations import Place
from migrate.parity import Difference, differences
from migrate.plan import Plans
from migrate.resolve import Resolver
from migrate.rollout.legacy import ATTRIBUTES, is_frozen, only_line_ends, read_manifest
from migrate.rollout.relink import relinked_text
from migrate.trees.recording import RecordingTree
from migrate.trees.tree import Overlay, Tree


class AppliedFiles(NamedTuple):
    """What the applied steps did to the old files. Paths are relative to the root."""

    targets: frozenset[str] = frozenset()
    """Where new presets stand: what is there is not the old text any more."""
    moved: Mapping[str, str] = {}
    """The old path of each preset that went to another place, with the new one."""
    retired: frozenset[str] = frozenset()
    """What was deleted."""
    edited: frozenset[str] = frozenset()
    """The targets that people edited since."""

    @classmethod
    def of(
        cls, steps: Iterable[tuple[str, str]], retired: Iterable[str], layout: Layout
    ) -> AppliedFiles:
        """From the frozen old file and the target of each applied step."""
        places = {layout.live(source): target for source, target in steps}
        moved = {old: new for old, new in places.items() if old != new}
        return cls(frozenset(places.values()), moved, frozenset(retired))


class MovedFile(NamedTuple):
    """A file of the old chains whose live text is not what was frozen."""

    path: str
    frozen: str
    """Its place in the legacy tree."""
    before: bytes | None
    """What was frozen; None for a file that a chain holds only since then."""
    after: bytes
    """The live text; links to presets that moved lead to their old places, as in the record."""
    changed: tuple[Difference, ...] = ()
    """What the file itself says otherwise than when it was frozen."""


class OldTree:
    """The tree in which old chains are resolved: the live one, with the legacy tree as it would be
    if it were frozen today.

    `brought` are newer texts from elsewhere, such as another branch; without `live` it is the
    record alone.

    Attributes:
        tree: the files; under the legacy folder stands the live text of whatever moved.
        moved: the files that moved, by their place in the legacy tree.
        frozen_digests: the manifest, digest by path; what moved is not in it.
    """

    def __init__(
        self,
        plans: Plans,
        tree: Tree,
        dialect: Dialect,
        applied: AppliedFiles,
        brought: Iterable[MovedFile] = (),
        live: bool = True,
    ) -> None:
        self.plans = plans
        self.below = tree
        self.dialect = dialect
        self.applied = applied
        self.tree: Tree = tree
        self.moved: dict[str, MovedFile] = {}
        self.frozen_digests = _manifest(tree)
        moved = [*self._edited(), *self._late()] if live else []
        for file in [*moved, *brought]:
            self._take(file)
        if self.moved:
            self._follow()

    def live(self, frozen: str) -> str:
        """Where a frozen file stood."""
        return self.plans.layout.live(frozen)

    @cached_property
    def staying(self) -> frozenset[str]:
        """Live files that no step deletes: targets, what these extend, what the plan keeps."""
        planned = [planned.preset for planned in self.plans.presets.values()]
        named = {parent for preset in planned for parent in preset.extends}
        kept = {self.plans.live_path(path) for path in self.plans.keep}
        base = {self.plans.base, *filter(None, [self.dialect.implicit_base])}
        return frozenset(named | {preset.to for preset in planned} | kept | base)

    def moved_in(self, chain: Iterable[str]) -> tuple[MovedFile, ...]:
        """The files of one old chain (paths in the legacy tree) that moved, in chain order."""
        there = [self.moved[path] for path in chain if path in self.moved]
        return tuple(file._replace(changed=self._changed(file)) for file in there)

    def live_place(self, place: Place) -> Place:
        """A place in the legacy tree, in the live file as long as that is still the old one."""
        return place._replace(path=self.live(place.path)) if self.is_live(place.path) else place

    def digest(self, frozen: str) -> str:
        """The SHA-256 of one old file's text today. Raises MissingFile."""
        if frozen in self.moved:
            return sha256(self.moved[frozen].after)
        return self.frozen_digests.get(frozen) or sha256(self.below.read(frozen))

    def differs_from(self, chain: Iterable[tuple[str, str]]) -> bool:
        """Whether any of these files, recorded with their digests, is another one today."""
        return bool(self.frozen_digests) and any(
            path in self.moved or self.frozen_digests.get(path) != digest for path, digest in chain
        )

    def missing_in(self, chain: Iterable[str]) -> Iterator[str]:
        """The live files of a chain that are gone, although no step deleted them."""
        for frozen in chain:
            path = self.live(frozen)
            known = path in self.applied.retired or path in self.applied.moved
            if not known and not self.below.exists(path):
                yield path

    # What moved.

    def _edited(self) -> Iterator[MovedFile]:
        """The frozen files whose live text changed. What steps rewrote did not move."""
        frozen_text = Resolver(self.below, self.dialect)
        for frozen, digest in self.frozen_digests.items():
            path = self.live(frozen)
            if path in self.applied.targets or not self.below.exists(path):
                continue
            if not self.below.exists(frozen):
                continue
            today = _digest(self.below, path)
            if today == digest or (path, today) in self.plans.declined:
                continue
            now = self.below.read(path)
            if now != relinked_text(frozen_text, frozen, path, self.applied.moved):
                before = self.below.read(frozen)
                yield MovedFile(path, frozen, before, self._unlinked(path, now))

    def touched(self, texts: Callable[[str, str], bytes | None]) -> Iterator[MovedFile]:
        """The frozen copies that are not what the manifest says: for git a file that went and came
        as a frozen copy was renamed, and it merges the edits of others into the copy.

        `texts` finds what was frozen, by path and digest, where anybody still knows.
        """
        for frozen in self.below.files():
            if not is_frozen(frozen) or frozen == ATTRIBUTES or self.is_live(frozen):
                continue
            digest, content = self.frozen_digests.get(frozen), self.below.read(frozen)
            if digest is None:
                yield MovedFile(self.live(frozen), frozen, None, content)
            elif sha256(content) != digest and not only_line_ends(content, digest):
                yield MovedFile(self.live(frozen), frozen, texts(frozen, digest), content)

    def is_live(self, frozen: str) -> bool:
        """Whether the old file still stands in its place."""
        path = self.live(frozen)
        return path not in self.applied.targets and self.below.exists(path)

    def _late(self) -> Iterator[MovedFile]:
        """Old files of presets that were planned by hand after the tree was frozen."""
        for planned in self.plans.presets.values():
            frozen = self.plans.legacy_path(planned.preset.from_)
            path = self.plans.live_path(planned.preset.from_)
            late = self.frozen_digests and frozen not in self.frozen_digests
            if late and path not in self.applied.targets and self.below.exists(path):
                yield MovedFile(path, frozen, None, self._unlinked(path, self.below.read(path)))

    def _unlinked(self, path: str, content: bytes) -> bytes:
        """A live text with its links to presets that moved leading to the old places."""
        back = {new: old for old, new in self.applied.moved.items()}
        if not back:
            return content
        try:
            return relinked_text(Resolver(self.below, self.dialect), path, path, back)
        except MigrateError:
            return content  # what cannot be read is refused where it is resolved

    def _take(self, file: MovedFile) -> None:
        self.moved[file.frozen] = file
        if self.tree is self.below:
            self.tree = Overlay(self.below)
        assert isinstance(self.tree, Overlay)
        self.tree.lay([Change(file.frozen, file.before, file.after)])

    def _follow(self) -> None:
        """Take in the files that moved texts extend and that were never frozen."""
        waiting = list(self.moved.values())
        while waiting:
            file = waiting.pop()
            for path, place in self._live_bases(file):
                frozen = self._frozen(path, place)
                if not self.tree.exists(frozen) and self.below.exists(path):
                    content = self._unlinked(path, self.below.read(path))
                    waiting.append(MovedFile(path, frozen, None, content))
                    self._take(waiting[-1])

    def _live_bases(self, file: MovedFile) -> list[tuple[str, Place]]:
        resolver = Resolver(
            Overlay(self.below, [Change(file.path, None, file.after)]), self.dialect
        )
        try:
            document = resolver.document(file.path)
            bases = resolver.bases(document)
        except MigrateError:
            return []  # said where the preset is resolved
        return [(base.path, document.place(base.node.props)) for base in bases]

    def _frozen(self, path: str, place: Place) -> str:
        """The place of a live file in the legacy tree. Raises Refused for one that has none."""
        root = self.plans.config_root
        if root != "." and not path.startswith(f"{root}/"):
            hint = f"put that file below {root}/, which the legacy tree mirrors"
            raise Refused(f"extends {path}, which is outside of {root}/", place, hint)
        return self.plans.layout.frozen(path)

    # How it is told.

    def _changed(self, file: MovedFile) -> tuple[Difference, ...]:
        """What it says otherwise; nothing for a text that cannot be read."""
        try:
            before = {} if file.before is None else self.own(file.frozen, file.before)
            return tuple(differences(before, self.own(file.frozen)))
        except MigrateError:
            return ()

    def own(self, frozen: str, content: bytes | None = None) -> dict[Any, Any]:
        """What one old file says itself today, or with another text. Raises InputError."""
        laid = [] if content is None else [Change(frozen, None, content)]
        said = PlainLoader(Overlay(self.tree, laid), self.dialect).own(frozen)
        return {key: value for key, value in said.items() if key not in self.dialect.keys}

    def in_live_terms(self, error: MigrateError) -> MigrateError:
        """An error about texts that moved, with the live file where it names the frozen copy."""
        if not self.moved:
            return error
        if isinstance(error, Faults):
            return Faults(self.in_live_terms(fault) for fault in error.faults())
        place = error.place
        if place is not None and place.path in self.moved:
            error.place = place._replace(path=self.live(place.path))
        error.what, error.hint = self._renamed(error.what), self._renamed(error.hint)
        return error

    def _renamed(self, text: str) -> str:
        for frozen, file in self.moved.items():
            text = text.replace(frozen, file.path)
        return text


def _manifest(tree: Tree) -> dict[str, str]:
    """The manifest; nothing where there is none, or a broken one, which `verify` tells and no step
    passes over."""
    try:
        return read_manifest(tree)
    except MigrateError:
        return {}


def _digest(tree: Tree, path: str) -> str:
    return tree.digest(path) if isinstance(tree, RecordingTree) else sha256(tree.read(path))
