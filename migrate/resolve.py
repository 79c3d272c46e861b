"""Follow a config through all it extends, remembering who said each value."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from migrate.dialect import EXTENDS, Dialect
from migrate.errors import InputError, MissingFile, Refused, nearest
from migrate.locations import KeyPath, Place, join, outside, printable
from migrate.tree import Tree
from migrate.yaml_text import MAPPING, SCALAR, SEQUENCE, Document, Entry, Node

MAX_CHAIN_DEPTH = 64
"""How many files may extend one another in a row; real trees stay below 10."""


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


class Slot:
    """A key of a resolved mapping.

    `settings` are the files that make the active value, base first: one for a leaf, all
    contributors for a merged mapping. `lost` are the settings that were overridden, in merge order.
    """

    __slots__ = ("key", "lost", "settings", "value")

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

    @property
    def winner(self) -> Setting:
        """Who said the active value; of a merged mapping, the last contributor."""
        return self.settings[-1]

    @property
    def python(self) -> Any:
        """The active value as the loader sees it."""
        if isinstance(self.value, Branch):
            return self.value.python
        return self.winner.document.value(self.value)

    def all_settings(self) -> tuple[Setting, ...]:
        """Everyone who said this key: what lost, then what is active."""
        return self.lost + self.settings


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
        """Every slot that is no mapping, and every empty mapping, with its key path."""
        for key, slot in self.slots.items():
            if isinstance(slot.value, Branch) and slot.value.slots:
                yield from slot.value.leaves((*path, key))
            else:
                yield (*path, key), slot

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


def read_branch(document: Document, entries: list[Entry], source: Node | None) -> Branch:
    """A mapping of one file, keys in the loader's order; a repeated key keeps its last value."""
    slots: dict[Hashable, Slot] = {}
    for entry in entries:
        key = entry.pykey
        setting = (Setting(document, entry),)
        before = slots.get(key)
        if before is None:
            slots[key] = Slot(key, read_value(document, entry.value), setting)
        else:
            value = read_value(document, entry.value)
            slots[key] = Slot(before.key, value, setting, before.all_settings())
    return Branch(slots, source)


def read_value(document: Document, node: Node) -> Branch | Node:
    """A mapping as a branch, anything else as the node it is."""
    target = node.resolved()
    if target.kind == MAPPING and target.tag in (None, "!", "tag:yaml.org,2002:map"):
        return read_branch(document, document.values.logical(target), target)
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
        return Slot(old.key, merged, old.settings + new.settings, old.lost + new.lost)
    return Slot(old.key, new.value, new.settings, old.all_settings() + new.lost)


@dataclass(frozen=True, slots=True)
class Base:
    """One file that a config extends, as its author wrote it."""

    path: str
    node: Node


@dataclass(frozen=True)
class Resolved:
    """A config with all it extends. `chain` is every file once, in order of precedence, itself last."""

    path: str
    document: Document
    branch: Branch
    chain: tuple[Document, ...]
    bases: tuple[Base, ...]
    depth: int = field(default=1, compare=False)

    @property
    def python(self) -> dict[Any, Any]:
        """The resolved config: what the trainer sees."""
        return self.branch.python

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The paths of the chain."""
        return tuple(document.path for document in self.chain)


Store = dict[tuple[str, bytes], Document]
"""Parsed files by path and content: resolvers of trees that differ a little can share one."""


class Resolver:
    """Resolves configs of one tree; every file is read and parsed once."""

    def __init__(self, tree: Tree, dialect: Dialect = EXTENDS, store: Store | None = None) -> None:
        self.tree = tree
        self.dialect = dialect
        self._store = {} if store is None else store
        self._documents: dict[str, Document] = {}
        self._resolved: dict[str, Resolved] = {}
        self._open: list[str] = []

    def document(self, path: str) -> Document:
        """Parse one file. Raises InputError."""
        if path not in self._documents:
            content = self.tree.read(path)
            document = self._store.get((path, content))
            if document is None:
                document = Document(path, content, self.dialect.keys, self.dialect.opaque_tags)
                self._store[path, content] = document
            for key, hint in self.dialect.rejected:
                entry = document.layer(key)
                if entry is not None:
                    raise Refused(
                        f"uses `{key}:`, which composes nothing here",
                        document.place(entry.start),
                        hint,
                    )
            self._documents[path] = document
        return self._documents[path]

    def resolve(self, path: str) -> Resolved:
        """Resolve one config, each base with its own bases first.

        Raises InputError for a missing file, a cycle, or anything that is no config.
        """
        if path in self._resolved:
            return self._resolved[path]
        document = self.document(path)
        bases = tuple(self.bases(document))
        self._open.append(path)
        try:
            resolved_bases = [self._base(document, base) for base in bases]
        finally:
            self._open.pop()
        branch = EMPTY
        for base in resolved_bases:
            branch = merge(branch, base.branch)
        own = read_branch(document, document.entries, document.root)
        depth = 1 + max((base.depth for base in resolved_bases), default=0)
        chain = _last_of_each(resolved_bases, document)
        resolved = Resolved(path, document, merge(branch, own), chain, bases, depth)
        self._resolved[path] = resolved
        return resolved

    def _base(self, document: Document, base: Base) -> Resolved:
        place = document.place(base.node.props)
        if base.path in self._open:
            cycle = [*self._open[self._open.index(base.path) :], base.path]
            raise InputError("extends itself", place, " -> ".join(cycle) + "; remove one of these")
        if len(self._open) >= MAX_CHAIN_DEPTH:
            hint = f"{MAX_CHAIN_DEPTH} files in a row are the limit; extend fewer levels"
            raise InputError("extends too many files in a row", place, hint)
        if outside(base.path):
            hint = "extend a file below the root, or name a wider --root"
            raise InputError(f"extends {base.path}, which is outside the root", place, hint)
        try:
            return self.resolve(base.path)
        except MissingFile as error:
            if error.place is None or error.place.path != base.path or error.place.line:
                raise
            raise MissingFile(
                f"extends {base.path}, which does not exist", place, self._near(base.path)
            ) from None

    def _near(self, path: str) -> str:
        known = [known for known in self.tree.files() if known.endswith((".yaml", ".yml"))]
        return nearest(path, known) or "correct the path; it is relative to the file that names it"

    def bases(self, document: Document) -> Iterator[Base]:
        """The files that a document extends, in list order. Raises InputError."""
        for key in self.dialect.keys:
            entry = document.layer(key)
            if entry is not None:
                for node in _items(document, entry, key):
                    yield Base(self._base_path(document, node, key), node)

    def _base_path(self, document: Document, node: Node, key: str) -> str:
        value = document.value(node)
        if not isinstance(value, str) or not value or "\0" in value:
            hint = "write a path, or a list of paths"
            raise InputError(
                f"`{key}` holds {value!r}, not a path", document.place(node.props), hint
            )
        return join(document.path, value)


def _items(document: Document, entry: Entry, key: str) -> list[Node]:
    node = entry.value.resolved()
    if node.kind == SEQUENCE:
        return node.items
    if node.kind == SCALAR and document.value(node) is None:
        return []
    if node.kind == MAPPING:
        hint = "write a path, or a list of paths"
        raise InputError(f"`{key}` is a mapping", document.place(entry.start), hint)
    return [entry.value]


def _last_of_each(bases: list[Resolved], document: Document) -> tuple[Document, ...]:
    """Every document once, where it counts most: at its last occurrence."""
    merged = [known for base in bases for known in base.chain]
    kept = {known.path: known for known in reversed(merged)}
    return (*reversed(kept.values()), document)


def shown(value: Any, limit: int = 60) -> str:
    """A value for messages, on one line, shortened in the middle."""
    text = printable(repr(value))
    if len(text) <= limit:
        return text
    half = (limit - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"
