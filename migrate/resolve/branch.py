"""Resolved mappings that remember who said each value."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any

from migrate.locations import KeyPath, Place, printable, shortened
from migrate.yaml_text import MAPPING, Document, Entry, Node


class Setting:
    """One file saying one key: the document and the entry in it."""

    __slots__ = ("document", "entry")

    def __init__(self, document: Document, entry: Entry) -> None:
        self.document = document
        self.entry = entry

    @property
    def place(self) -> Place:
        """Where the key stands."""
        return self.document.place(self.entry.start)


_NOT_MADE = object()


class Slot:
    """A key of a resolved mapping.

    `settings` are the files that make the active value, base first: one for a leaf, all
    contributors for a merged mapping. `lost` are the settings that were overridden, in merge order.
    """

    __slots__ = ("_python", "key", "lost", "settings", "value")

    def __init__(
        self,
        key: Hashable,
        value: Branch | Node,
        settings: tuple[Setting, ...],
        lost: tuple[Setting, ...] = (),
    ) -> None:
        self.key = key
        self.value = value
        self.settings = settings
        self.lost = lost
        self._python: Any = _NOT_MADE

    @property
    def winner(self) -> Setting:
        """Who said the active value; of a merged mapping, the last contributor."""
        return self.settings[-1]

    @property
    def python(self) -> Any:
        """The active value as the loader sees it; shared, so read it only."""
        if isinstance(self.value, Branch):
            return self.value.python
        if self._python is _NOT_MADE:
            self._python = self.winner.document.value(self.value)
        return self._python

    def all_settings(self) -> tuple[Setting, ...]:
        """Everyone who said this key: what lost, then what is active."""
        return self.lost + self.settings if self.lost else self.settings


class Branch:
    """A resolved mapping. `source` is the node it was read from, None once it was merged.

    Branches are shared between configs and never changed after they are made.
    """

    __slots__ = ("_python", "slots", "source")

    def __init__(self, slots: dict[Hashable, Slot], source: Node | None = None) -> None:
        self.slots = slots
        self.source = source
        self._python: dict[Any, Any] | None = None

    @property
    def python(self) -> dict[Any, Any]:
        """The mapping as the loader sees it; shared, so read it only."""
        if self._python is None:
            self._python = {key: slot.python for key, slot in self.slots.items()}
        return self._python

    def leaves(self, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Slot]]:
        """Every slot that is not a mapping, and every empty mapping, with its key path."""
        for key, slot in self.slots.items():
            if isinstance(slot.value, Branch) and slot.value.slots:
                yield from slot.value.leaves((*path, key))
            else:
                yield (*path, key), slot

    @property
    def size(self) -> int:
        """How many leaves there are."""
        found = 0
        for slot in self.slots.values():
            below = slot.value.size if isinstance(slot.value, Branch) else 0
            found += below or 1
        return found

    def nearest(self, path: KeyPath) -> tuple[Slot, KeyPath] | None:
        """The slot at a key path, or the nearest around it, with what is left of the path below it;
        None where not even the first key is there."""
        branch, found = self, None
        for number, key in enumerate(path, 1):
            slot = branch.slots.get(key)
            if slot is None:
                break
            found = slot, path[number:]
            if not isinstance(slot.value, Branch):
                break
            branch = slot.value
        return found

    def find(self, path: KeyPath) -> Slot | None:
        """The slot at a key path, None where there is none."""
        branch, slot = self, None
        for number, key in enumerate(path):
            slot = branch.slots.get(key)
            if slot is None or number + 1 == len(path):
                return slot
            if not isinstance(slot.value, Branch):
                return None
            branch = slot.value
        return slot


EMPTY = Branch({})


Say = Callable[[Document, Entry], Setting]
"""Makes the setting of an entry."""


def read_branch(
    document: Document, entries: list[Entry], source: Node | None, say: Say = Setting
) -> Branch:
    """A mapping of one file, keys in the loader's order; a repeated key keeps its last value."""
    slots: dict[Hashable, Slot] = {}
    lost: dict[Hashable, list[Setting]] = {}
    for entry in entries:
        key = entry.pykey
        setting = (say(document, entry),)
        before = slots.get(key)
        if before is not None:
            lost.setdefault(key, []).extend(before.settings)
        shown_key = key if before is None else before.key
        slots[key] = Slot(shown_key, read_value(document, entry.value, say), setting)
    for key, settings in lost.items():
        slots[key].lost = tuple(settings)
    return Branch(slots, source)


def read_value(document: Document, node: Node, say: Say = Setting) -> Branch | Node:
    """A mapping as a branch, anything else as the node it is."""
    target = node.resolved()
    if target.kind == MAPPING and target.tag in (None, "!", "tag:yaml.org,2002:map"):
        return read_branch(document, document.values.logical(target), target, say)
    return node


def merge(base: Branch, over: Branch) -> Branch:
    """Deep merge as the trainer does it: mapping onto mapping merges, anything else replaces."""
    if not base.slots and base.source is None:
        return over
    slots = dict(base.slots)
    for key, new in over.slots.items():
        old = slots.get(key)
        slots[key] = new if old is None else _merge_slot(old, new)
    return Branch(slots)


def _merge_slot(old: Slot, new: Slot) -> Slot:
    if isinstance(old.value, Branch) and isinstance(new.value, Branch):
        merged = merge(old.value, new.value)
        return Slot(
            old.key, merged, together(old.settings, new.settings), together(old.lost, new.lost)
        )
    return Slot(old.key, new.value, new.settings, together(old.all_settings(), new.lost))


_MANY_SETTINGS = 256


def together(first: tuple[Setting, ...], then: tuple[Setting, ...]) -> tuple[Setting, ...]:
    """Settings in merge order. Of many, each once, where it came last: a file that is reached over
    and over would else double them with each level."""
    both = first + then
    if len(both) < _MANY_SETTINGS:
        return both
    last = {id(setting.entry): setting for setting in reversed(both)}
    return tuple(reversed(last.values()))


_WORDS = {"None": "null", "True": "true", "False": "false"}
"""What Python prints, and how a config spells it."""


def shown(value: Any, limit: int = 60) -> str:
    """A value for messages, on one line, shortened in the middle."""
    return shortened(_WORDS.get(repr(value)) or printable(repr(value)), limit)
