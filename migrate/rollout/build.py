"""What one preset becomes: its new text, and the proof that it means what the old chain meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from migrate.canonical import RenderedPart, ready
from migrate.changes import sha256
from migrate.errors import InputError, MigrateError, Refused, raise_all
from migrate.flatten import (
    Account,
    FlatText,
    LineOrigin,
    Onto,
    Origins,
    RestatedKey,
    all_kept,
    flatten,
    same_lines,
)
from migrate.flatten.place import stay_in_place
from migrate.loading.trainer import PlainLoader
from migrate.locations import Index, KeyPath, dotted, overlap, parse_dotted
from migrate.parity import Verdict, differences, equal, find, judge
from migrate.plan import PlannedPreset
from migrate.plan.patterns import Patterns
from migrate.resolve import Resolved, Resolver
from migrate.rollout.context import Rollout
from migrate.rollout.overrides import lay_inherited, lay_over
from migrate.trees.tree import Tree

Digests = tuple[tuple[str, str], ...]
"""Files with the SHA-256 of their bytes."""


class NewPreset(NamedTuple):
    """The new text of a preset and where all of it came from. Paths are relative to the root."""

    name: str
    source: str
    target: str
    content: bytes
    chain: Digests
    """The old chain, in merge order."""
    inlined: dict[str, list[str]]
    unused: tuple[tuple[str, str], ...]
    """Keys, with their files, that the plan inlines and that are never active."""
    comments: Account
    keys: int
    follows: tuple[RestatedKey, ...] = ()
    """Keys that inlined files set and that are left to the parents, which say the same."""
    origins: Origins = ()
    """Where each line came from, if that was asked for."""


class Proof(NamedTuple):
    """What the trainer's own loader makes of both sides, and what it built the new one from."""

    verdict: Verdict
    resolved: RenderedPart
    """The old config as the trainer sees it, for the record."""
    chain: tuple[str, ...]
    said: tuple[str, ...]
    """What the new text extends, as it is written there."""
    built_on: Digests
    """The new chain without the preset itself."""


class BuiltPreset(NamedTuple):
    """All that one preset becomes. It is data alone, and can come from another process."""

    written: NewPreset
    proof: Proof


class PresetBuilder:
    """Makes new presets of the legacy tree, the plan and the new text of their parents."""

    def __init__(self, rollout: Rollout) -> None:
        self.rollout = rollout

    def write(self, live: Resolver, planned: PlannedPreset, done: Iterable[str]) -> NewPreset:
        """The new text, its parents as `live` has them; `done` names the presets migrated so far.

        Raises Refused or InputError.
        """
        legacy = self.rollout.legacy_chain(planned)
        flat = self._flat(live, planned, legacy, done)
        return NewPreset(
            name=planned.name,
            source=legacy.path,
            target=planned.preset.to,
            content=flat.content,
            chain=tuple((document.path, document.digest) for document in legacy.chain),
            inlined=_inlined(flat, legacy),
            unused=self._authority(planned, flat, legacy),
            comments=flat.comments,
            keys=legacy.branch.size,
            follows=flat.follows,
            origins=tuple(map(self._as_today, flat.origins)),
        )

    def _as_today(self, origin: LineOrigin) -> LineOrigin:
        """An origin in the live file where that is another text than the frozen one by now."""
        old = self.rollout.old
        places = (
            place._replace(path=old.live(place.path)) if place.path in old.moved else place
            for place in origin.places
        )
        return origin._replace(places=tuple(places))

    def content(self, live: Resolver, planned: PlannedPreset) -> bytes:
        """What the step writes at its target, its parents as they are in `live`."""
        return self.flat(live, planned).content

    def flat(
        self, live: Resolver, planned: PlannedPreset, carried: Sequence[KeyPath] = ()
    ) -> FlatText:
        """The same with what it was made of. The keys in `carried` are as the old chain says them,
        whatever the preset loads from its parents today. Raises Refused or InputError."""
        legacy = self.rollout.legacy_chain(planned)
        return self._flat(live, planned, legacy, self.rollout.plans.presets, carried)

    def _flat(
        self,
        live: Resolver,
        planned: PlannedPreset,
        legacy: Resolved,
        done: Iterable[str],
        carried: Sequence[KeyPath] = (),
    ) -> FlatText:
        return self._content(planned, legacy, live, self._parents(planned, done), carried)

    def prove(self, tree: Tree, live: Resolver, written: NewPreset) -> Proof:
        """Compare old and new as the trainer loads them; the new text stands in `tree`.

        Nothing that was made while the text was written is taken over: the judge loads the bytes
        of both sides itself. The parents are resolved in `live`. Raises InputError for what the
        trainer cannot load.
        """
        old = self.rollout.legacy_plain.load(written.source)
        loader = PlainLoader(tree, self.rollout.dialect, self.rollout.loaded)
        verdict = judge(old, loader.load(written.target), self.rollout.plans.profile)
        said = tuple(loader.named(written.target))
        above = self._above(tree, live, written.target, said)
        digests = tuple((path, sha256(tree.read(path))) for path in above)
        return Proof(verdict, ready(old), (*above, written.target), said, digests)

    def _above(
        self, tree: Tree, live: Resolver, target: str, said: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The files under a preset, each once, where it counts most."""
        dialect = self.rollout.dialect
        named = [dialect.find(target, text, tree.exists) for text in said]
        implicit = dialect.implicit(target) if not named else None
        below = named if implicit is None else [implicit]
        return dialect.each_once([live.resolve(path).paths for path in below])

    def _parents(self, planned: PlannedPreset, done: Iterable[str]) -> dict[str, str]:
        """New parent path to the frozen path of what it was. Raises Refused if one is not ready."""
        parents: dict[str, str] = {}
        for path in planned.preset.extends:
            other = self.rollout.targets.get(path)
            if other is not None and other.name not in done:
                hint = f"migrate apply --preset {other.name} --preset {planned.name}"
                raise Refused(f"extends {path}, which is not migrated yet", planned.place, hint)
            frozen = self.rollout.plans.layout.frozen(path)
            parents[path] = self.rollout.frozen(other) if other is not None else frozen
        return parents

    def _content(
        self,
        planned: PlannedPreset,
        legacy: Resolved,
        live: Resolver,
        parents: dict[str, str],
        carried: Sequence[KeyPath],
    ) -> FlatText:
        preset = planned.preset
        for path in parents:
            if not live.tree.exists(path):
                hint = "correct `extends:` in the plan"
                raise InputError(f"extends {path}, which does not exist", planned.place, hint)
        onto = Onto(
            parents=tuple(live.resolve(path) for path in parents),
            links=tuple(self.rollout.dialect.link(path, preset.to) for path in parents),
            retained=frozenset(known for path in parents.values() for known in self._old(path)),
            kept_bases=tuple(parents.values()),
            place=self.rollout.plans.layout.frozen(preset.to),
        )
        if not preset.override and self._extends_only(legacy, parents):
            return self._as_it_was(legacy, parents, onto, planned, live)
        resolved = lay_over(legacy, planned, self.rollout.dialect)
        inherited = self._handed_on(planned, legacy, live, onto.parents)
        handed_on = [key for key in inherited if not any(overlap(key, one) for one in carried)]
        if handed_on:
            resolved = lay_inherited(resolved, onto.parents, handed_on, self.rollout.dialect)
        keep_pins = planned.pins == "keep"
        return flatten(
            self.rollout.legacy,
            resolved,
            onto,
            planned.order,
            planned.headers,
            keep_pins,
            self.rollout.with_origins,
        )

    def _handed_on(
        self, planned: PlannedPreset, legacy: Resolved, live: Resolver, parents: Sequence[Resolved]
    ) -> list[KeyPath]:
        """The keys that the preset loads from a new parent today otherwise than by its old chain.

        People edited that parent after its step, or old files that it does not follow any more.
        The trainer loads what the parent says, so the preset goes on inheriting it.
        """
        old = self.rollout.old
        path = self.rollout.live(legacy.path)
        if not live.tree.exists(path):
            path = planned.preset.to  # of a step that was taken, when it is looked at again
        behind = old.moved and old.applied.targets
        if not (behind or old.applied.edited) or not live.tree.exists(path):
            return []
        try:
            today = live.resolve(path).python
        except MigrateError:
            return []  # it extends what is gone: its old chain is all that is known
        purpose = {parse_dotted(key) for one in self._below(planned) for key in one.preset.override}
        return [
            key
            for key in dict.fromkeys(one.path for one in differences(legacy.python, today))
            if all(isinstance(part, str) and not isinstance(part, Index) for part in key)
            and not any(overlap(key, other) for other in purpose)
            and any(_says(parent, key, find(today, key)) for parent in parents)
        ]

    def _below(self, planned: PlannedPreset) -> Iterator[PlannedPreset]:
        """The presets that a preset builds on by its plan."""
        for path in planned.preset.extends:
            other = self.rollout.targets.get(path)
            if other is not None:
                yield other
                yield from self._below(other)

    def _old(self, frozen: str) -> tuple[str, ...]:
        return (
            self.rollout.legacy.resolve(frozen).paths
            if self.rollout.legacy.tree.exists(frozen)
            else ()
        )

    def _extends_only(self, legacy: Resolved, parents: dict[str, str]) -> bool:
        """Whether the old preset already extends just what stays, in the same order."""
        return [base.path for base in legacy.bases] == list(parents.values())

    def _as_it_was(
        self,
        legacy: Resolved,
        parents: dict[str, str],
        onto: Onto,
        planned: PlannedPreset,
        live: Resolver,
    ) -> FlatText:
        """The old text byte for byte; only links that lead elsewhere from the new place change."""
        content = legacy.document.source
        there = planned.preset.to
        texts = [str(legacy.document.value(base.node)) for base in legacy.bases]
        edits = [
            (base.node, link)
            for base, text, link, path in zip(legacy.bases, texts, onto.links, parents, strict=True)
            if not self.rollout.dialect.leads(there, text, path, live.tree.exists)
        ]
        if edits:
            content = legacy.document.replaced(edits)
        own = [
            (path, slot.winner)
            for path, slot in legacy.branch.leaves()
            if slot.winner.document is legacy.document
        ]
        stay_in_place(self.rollout.dialect, legacy, onto.place, own)
        keys = tuple((path, setting.document.path) for path, setting in own)
        origins = same_lines(legacy.document) if self.rollout.with_origins else ()
        return FlatText(content, all_kept(legacy.document), keys, origins=origins)

    def _authority(
        self, planned: PlannedPreset, flat: FlatText, legacy: Resolved
    ) -> tuple[tuple[str, str], ...]:
        """The plan says what is inlined: a key it does not name is refused. Returns idle keys.

        `pins: keep` names the keys that the parents say alike.
        """
        preset = planned.preset
        unplanned = self.unplanned(planned, flat)
        faults = [self._unplanned(planned, path, source, legacy) for path, source in unplanned]
        raise_all(faults)
        patterns = self._patterns(planned)
        used = {
            (source, key)
            for path, source in flat.keys
            if source in patterns
            for key in patterns[source].covering(path)
        }
        known = (
            (self.rollout.plans.legacy_path(path), key)
            for path in preset.inline
            for key in preset.inlined(path)
        )
        return tuple(item for item in known if item not in used)

    def unplanned(self, planned: PlannedPreset, flat: FlatText) -> list[tuple[KeyPath, str]]:
        """The keys of a new text that the plan does not inline, each with its old file."""
        patterns = self._patterns(planned)
        own = (self.rollout.frozen(planned), planned.file)
        return [
            (path, source)
            for path, source in flat.keys
            if source not in own
            and path not in flat.pinned
            and not (source in patterns and patterns[source].covering(path))
        ]

    def _patterns(self, planned: PlannedPreset) -> dict[str, Patterns]:
        """The keys that a plan inlines, by old file."""
        preset = planned.preset
        return {
            self.rollout.plans.legacy_path(path): Patterns(preset.inlined(path))
            for path in preset.inline
        }

    def _unplanned(
        self, planned: PlannedPreset, path: KeyPath, source: str, legacy: Resolved
    ) -> Refused:
        slot = legacy.branch.find(path)
        where = slot.winner.place if slot is not None else source
        inner = source.removeprefix(self.rollout.plans.legacy_path(""))
        what = f"{planned.name}: the active {dotted(path)} comes from {where}, which is not inlined"
        key = dotted(path[:1])
        return Refused(what, planned.place, f"add `{inner}: [{key}]` to its `inline:`")


def _says(parent: Resolved, key: KeyPath, value: Any) -> bool:
    slot = parent.branch.find(key)
    return slot is not None and equal(slot.python, value)


def _inlined(flat: FlatText, legacy: Resolved) -> dict[str, list[str]]:
    """The keys that came from each file of the old chain, in merge order."""
    found: dict[str, list[str]] = {}
    for path, source in flat.keys:
        if source != legacy.path:
            found.setdefault(source, []).append(dotted(path))
    return {path: found[path] for path in legacy.paths if path in found}
