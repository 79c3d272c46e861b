"""Carry what people changed in old files into the presets that replaced them, key by key.

A preset is made anew from its old files as they are today, and what that changes of its text is
carried over, comments and spelling included. It counts only if the trainer loads what each key is
to come to, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from migrate.changes import Change, sha256
from migrate.errors import MigrateError, Refused
from migrate.flatten import FlatText
from migrate.loading.trainer import PlainLoader
from migrate.locations import KeyPath, Place, dotted, overlap, parse_dotted
from migrate.parity import ABSENT, differences, equal, find
from migrate.parity.format import format_difference
from migrate.plan import PlannedPreset
from migrate.resolve import Resolved, Resolver
from migrate.rollout.build import PresetBuilder
from migrate.rollout.context import Rollout
from migrate.rollout.evidence import Evidence
from migrate.rollout.missed_edits import OldConfig, set_at, whole_values
from migrate.rollout.old_tree import MovedFile, OldTree
from migrate.rollout.own_lines import carried_over
from migrate.rollout.port_revision import Incoming
from migrate.rollout.port_text import KeyWords, carried
from migrate.rollout.port_values import Goal, goal, with_goals
from migrate.trees.tree import MemoryTree, Overlay, Tree
from migrate.yaml_text.find import find_node

PORTED, NEW, UNSET = "ported", "new", "unset"
ALREADY, NO_EFFECT, CONFLICT = "already", "no effect", "conflict"
CARRIED = (PORTED, NEW, UNSET)
"""The outcomes that change what a preset says."""


class Outcome(NamedTuple):
    """What became of one edited key in one preset. Values are `ABSENT` where there is none."""

    preset: str
    key: KeyPath
    kind: str
    old: Any
    """What the old config said before the edit."""
    new: Any
    here: Any
    """What the preset said before it was ported."""
    source: Place
    """Where the old files say it."""
    home: Place
    """Where the preset says it now, or the section in which it would."""
    note: str = ""


class PresetPort(NamedTuple):
    """One preset with the edits of its old files: its new text, and what became of each key."""

    planned: PlannedPreset
    before: bytes
    content: bytes
    outcomes: tuple[Outcome, ...] = ()
    unplanned: tuple[tuple[KeyPath, str], ...] = ()
    """Keys that the plan does not inline yet, each with its old file."""
    untouched: bool = False
    """Whether the preset was as its step left it."""

    @property
    def arrived(self) -> bool:
        """Whether the preset has all that its old files say."""
        return all(one.kind != CONFLICT for one in self.outcomes)

    @property
    def carried(self) -> bool:
        """Whether a value of the preset changed."""
        return any(one.kind in CARRIED for one in self.outcomes)

    @property
    def change(self) -> Change:
        """The change of the preset's file."""
        why = f"what changed in the old files of {self.planned.name}"
        return Change(self.planned.preset.to, self.before, self.content, why)


class Porter:
    """Ports one preset after another, parents before what builds on them.

    `today` is the rollout with the old files as they are by now, what is `incoming` from another
    revision included. Nothing is written; `tree` is what the presets so far leave.
    """

    def __init__(
        self,
        today: Rollout,
        tree: Tree,
        evidence: Mapping[str, Evidence],
        incoming: Incoming,
        revision: str = "",
    ) -> None:
        old = today.old
        self.incoming = incoming
        self.revision = revision
        before = [Change(one.frozen, one.after, one.before) for one in incoming.touched]
        frozen = OldTree(
            today.plans, Overlay(old.below, before), today.dialect, old.applied, live=False
        )
        self.today = today
        self.record = Rollout(today.plans, frozen, today.dialect)
        self.evidence = evidence
        self.below = tree
        self.tree = Overlay(tree)
        self.before = Resolver(tree, today.dialect, today.store)

    def port(self, planned: PlannedPreset) -> PresetPort:
        """Carry edits into one applied preset. Raises InputError where a side cannot be read,
        Refused where what it builds on would change a value of it that no edit changed."""
        return _Carrier(self, planned).port()

    def loaded(self, path: str, content: bytes | None = None) -> dict[Any, Any]:
        """What the trainer sees of a config, what was ported so far included, or with this text.

        Raises InputError.
        """
        laid = [] if content is None else [Change(path, None, content)]
        return PlainLoader(Overlay(self.tree, laid), self.today.dialect).load(path)

    def source(self, place: Place, key: KeyPath) -> Place:
        """Where the old files say a key, as people know it: in the live file, or in that of the
        revision."""
        live = self.today.old.live_place(place)
        if live.path in self.incoming.back:
            return _place_in(live, key, self.incoming.back[live.path])
        path = self.today.live(place.path)
        brought = any(file.path == path for file in self.incoming.files)
        if live.path == place.path and brought:
            return place._replace(path=f"git:{self.revision}:{path}")
        return live

    def resolved(self, path: str) -> Resolved:
        """A config with what was ported so far. Raises InputError."""
        return Resolver(self.tree, self.today.dialect, self.today.store).resolve(path)


class _Carrier:
    """One preset, and the edits of its old files."""

    def __init__(self, porter: Porter, planned: PlannedPreset) -> None:
        self.porter = porter
        self.planned = planned
        self.target = planned.preset.to
        self.evidence = porter.evidence[planned.name]
        self.old = OldConfig(porter.today, planned, self.evidence, porter.before)
        self.chain = porter.today.legacy_chain(planned)
        self.text = porter.below.read(self.target)
        self.ours = PlainLoader(porter.below, porter.today.dialect).load(self.target)

    def port(self) -> PresetPort:
        goals = [self._goal(key) for key in self.old.edited()]
        goals += self._inherited({one.key for one in goals})
        flat, why = self._flat([one.key for one in _reached(goals)])
        wanted = with_goals(self.ours, _reached(goals), self.old.today)
        content = self._carried(goals, wanted, flat)
        after = self.porter.loaded(self.target, content)
        self._refuse_other_changes(after, wanted, goals)
        self.porter.tree.lay([Change(self.target, self.text, content)])
        outcomes = [self._outcome(one, after, why) for one in goals if not self._follows(one)]
        unplanned = self._builder.unplanned(self.planned, flat) if flat is not None else ()
        return PresetPort(
            self.planned,
            self.text,
            content,
            tuple(self._told(outcomes)),
            tuple(unplanned),
            sha256(self.text) == self.evidence.digest,
        )

    def _goal(self, key: KeyPath) -> Goal:
        return goal(key, find(self.evidence.resolved, key), find(self.old.today, key), self.ours)

    def _inherited(self, known: set[KeyPath]) -> Iterator[Goal]:
        """The keys that change with a parent and that the preset's own record has already: its step
        took the edit, and went on inheriting from a parent that lacked it."""
        follows = differences(self.ours, self.porter.loaded(self.target))
        for key in dict.fromkeys(whole_values(one.path) for one in follows):
            theirs = find(self.old.today, key)
            if key not in known and equal(find(self.porter.loaded(self.target), key), theirs):
                here = find(self.ours, key)
                yield Goal(key, here, theirs, here, theirs)

    def _refuse_other_changes(
        self, after: dict[Any, Any], wanted: dict[Any, Any], goals: Sequence[Goal]
    ) -> None:
        edited = [one.key for one in _reached(goals)]
        for one in differences(wanted, after):
            left_alone = equal(find(after, one.path), find(self.ours, one.path))
            if not (left_alone and any(overlap(one.path, key) for key in edited)):
                what = f"would change {format_difference(one)}, which its old files do not say"
                hint = f"set `{dotted(one.path)}` in {self.target} itself, then port again"
                raise Refused(what, self.target, hint)

    # The text.

    @property
    def _builder(self) -> PresetBuilder:
        return PresetBuilder(self.porter.today)

    def _flat(self, carried: Sequence[KeyPath]) -> tuple[FlatText | None, str]:
        """The preset as it would be made today, or why it cannot be."""
        porter = self.porter
        live = Resolver(porter.tree, porter.today.dialect, porter.today.store)
        try:
            return self._builder.flat(live, self.planned, carried), ""
        except MigrateError as error:
            return None, str(error)

    def _as_recorded(self) -> bytes | None:
        """The preset as its step wrote it; None if its old files of then are not there any more."""
        porter = self.porter
        digests = porter.record.old.frozen_digests
        if all(digests.get(path) == digest for path, digest in self.evidence.chain):
            try:
                return PresetBuilder(porter.record).content(porter.before, self.planned)
            except MigrateError:
                pass  # its parents say more by now than it did
        return self.text if sha256(self.text) == self.evidence.digest else None

    def _carried(
        self, goals: Sequence[Goal], wanted: dict[Any, Any], flat: FlatText | None
    ) -> bytes:
        """The preset's text with as many goals as can be reached, and no other value changed."""
        base = self._as_recorded()
        theirs = flat.content if flat is not None else None
        texts = [self.text]
        if theirs is not None and base is not None:
            text = theirs if base == self.text else carried_over(base, theirs, self.text)
            texts = [text, self.text]
        words = KeyWords(self.target, self.porter.today.dialect, theirs, base, self.chain)
        keys = {one.key for one in _reached(goals)}
        return carried(self.text, texts, wanted, keys, self._load, words)

    def _load(self, content: bytes) -> dict[Any, Any]:
        return self.porter.loaded(self.target, content)

    # What is told.

    def _outcome(self, one: Goal, after: dict[Any, Any], why: str) -> Outcome:
        kind, note = self._kind(one, after), one.conflict
        if kind == CONFLICT and not note:
            note = why or "its text cannot be changed without changing another value"
        elif kind != CONFLICT and isinstance(one.value, list) and kind != ALREADY:
            note = "the list item by item" if one.by_item else "the list as a whole"
        source = self.porter.source(set_at(self.chain, one.key), one.key)
        home = set_at(self.porter.resolved(self.target), one.key)
        return Outcome(
            self.planned.name, one.key, kind, one.base, one.theirs, one.ours, source, home, note
        )

    def _follows(self, one: Goal) -> bool:
        """Whether a preset has an edit because it extends the file that was edited."""
        path = self.porter.today.live(set_at(self.chain, one.key).path)
        return equal(one.ours, one.theirs) and path in self._staying

    def _kind(self, one: Goal, after: dict[Any, Any]) -> str:
        if one.conflict or not equal(find(after, one.key), one.value):
            return CONFLICT
        if equal(one.ours, one.theirs):
            return ALREADY
        if one.theirs is ABSENT:
            return UNSET
        return NEW if one.base is ABSENT else PORTED

    def _told(self, outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
        """With the keys of edited files that this preset takes from elsewhere, and those that could
        not be put into its old files."""
        known = {one.key for one in outcomes}
        yield from outcomes
        for one in (*self._clashing(), *self._idle()):
            if not any(overlap(one.key, key) for key in known):
                known.add(one.key)
                yield one

    def _clashing(self) -> Iterator[Outcome]:
        """Keys that the revision and the record both changed, each in its own way."""
        for document in self.chain.chain:
            for one in self.porter.incoming.clashes.get(document.path, ()):
                slot = self.chain.branch.find(one.key)
                here = find(self.ours, one.key)
                if slot is None or slot.winner.document is document:
                    same = equal(here, one.theirs)
                    yield self._aside(
                        ALREADY if same else CONFLICT,
                        one,
                        document.path,
                        "" if same else one.conflict,
                    )
                else:
                    yield self._aside(NO_EFFECT, one, document.path, "another file sets it")

    def _idle(self) -> Iterator[Outcome]:
        """The keys of edited files that another file or the plan decides."""
        today = self.porter.today
        overridden = [parse_dotted(key) for key in self.planned.preset.override]
        for file in self._moved(self.chain):
            before = {} if file.before is None else today.old.own(file.frozen, file.before)
            after = today.old.own(file.frozen)
            for difference in file.changed:
                key = whole_values(difference.path)
                purpose = any(overlap(key, other) for other in overridden)
                note = "the plan overrides it" if purpose else "another file sets it"
                base, theirs = find(before, key), find(after, key)
                one = Goal(key, base, theirs, find(self.ours, key), None)
                yield self._aside(NO_EFFECT, one, file.frozen, note)

    def _aside(self, kind: str, one: Goal, frozen: str, note: str) -> Outcome:
        """The outcome of a key that the preset is not changed for."""
        here = find(self.ours, one.key)
        source = self.porter.source(self._said(frozen, one.key), one.key)
        home = set_at(self.porter.before.resolve(self.target), one.key)
        return Outcome(
            self.planned.name, one.key, kind, one.base, one.theirs, here, source, home, note
        )

    def _said(self, frozen: str, key: KeyPath) -> Place:
        """Where an old file says a key, or as a whole where it does not any more."""
        document = self.porter.today.legacy.document(frozen)
        found = find_node(document, document.root, key) if document.root is not None else None
        return document.place(found.start) if found is not None else Place(frozen)

    def _moved(self, old: Resolved) -> Iterator[MovedFile]:
        """The edited files of the old chain, but for those that stay and that presets extend, and
        for those of which nobody knows what they said before."""
        digests = self.porter.record.old.frozen_digests
        for file in self.porter.today.old.moved_in(old.paths):
            unknown = file.before is None and file.frozen in digests
            if file.path not in self._staying and not unknown:
                yield file

    @cached_property
    def _staying(self) -> frozenset[str]:
        old = self.porter.today.old
        return old.staying - old.applied.targets


def _place_in(live: Place, key: KeyPath, content: bytes) -> Place:
    """Where a text of a live file says a key; the file as a whole where it does not."""
    document = Resolver(MemoryTree({live.path: content})).document(live.path)
    found = find_node(document, document.root, key) if document.root is not None else None
    return document.place(found.start) if found is not None else Place(live.path)


def _reached(goals: Sequence[Goal]) -> list[Goal]:
    return [one for one in goals if not one.conflict]
