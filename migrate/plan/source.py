"""A plan file as text and raw data, so that every part of it has a place."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from migrate.errors import InputError, MigrateError
from migrate.limits import FAULTS_TOLD, Limits
from migrate.locations import Index, KeyPath, Place
from migrate.trees.tree import Tree
from migrate.yaml_text import LOADERS, MAPPING, SEQUENCE, Document, Entry, Node, decode, load

_UNIQUE = LOADERS["safe-unique"]
_ODD = "*&!%"
"""Without these a text holds nothing that the loader reads and a document refuses."""


class PlanSource:
    """One plan or parity file. Paths go from its root down; list positions are `Index`.

    `cut` is what was left out of the data because it is faulty; places know of it. The text is
    parsed with positions only when a place is asked for: in sound plans hardly ever.
    """

    def __init__(self, path: str, content: bytes, limits: Limits) -> None:
        self.path = path
        self.cut: set[KeyPath] = set()
        self._content = content
        self._limits = limits
        self._entries: dict[int, dict[Any, Entry]] = {}

    @cached_property
    def document(self) -> Document:
        """The text with positions. Raises InputError."""
        return Document(self.path, self._content, limits=self._limits)

    @cached_property
    def raw(self) -> dict[str, Any]:
        """The data. Raises InputError."""
        return self.document.value(self.document.root) if self.document.root is not None else {}

    def read(self) -> bool:
        """Whether the file is sound YAML with data in it, seen without positions."""
        try:
            text = decode(self.path, self._content)
            if any(sign in text for sign in _ODD):
                return False
            raw = load(text, self.path, _UNIQUE, self._limits)
        except MigrateError:
            return False
        if not isinstance(raw, dict) or not raw:
            return False
        self.raw = raw
        return True

    def node(self, path: KeyPath) -> Node | None:
        """The node of a value, None where there is none: for its text as the author wrote it."""
        step = self._find(self.original(path))
        return step.value if isinstance(step, Entry) else step

    def place(self, path: KeyPath = ()) -> Place:
        """Where a key or an item stands; of one that is missing, where what holds it stands."""
        path = self.original(path)
        while path:
            step = self._find(path)
            if step is not None:
                return self.document.place(step.start if isinstance(step, Entry) else step.props)
            path = path[:-1]
        return Place(self.path, 1, 1)

    def original(self, path: KeyPath) -> KeyPath:
        """A path in the data, with the list positions of the text."""
        found: KeyPath = ()
        for part in path:
            found = (*found, self._uncut(found, part) if isinstance(part, Index) else part)
        return found

    def _uncut(self, above: KeyPath, position: int) -> Index:
        """A list position, counting what was left out before it."""
        gone = [path[-1] for path in self.cut if self._in_list(path, above)]
        for cut in sorted(gone):
            position = int(position) + (int(cut) <= position)
        return Index(position)

    @staticmethod
    def _in_list(path: KeyPath, above: KeyPath) -> bool:
        return path[:-1] == above and isinstance(path[-1], Index)

    def _find(self, path: KeyPath) -> Entry | Node | None:
        step: Entry | Node | None = self.document.root
        for part in path:
            node = step.value if isinstance(step, Entry) else step
            step = self._step(node.resolved(), part) if node is not None else None
        return step

    def _step(self, node: Node, part: Any) -> Entry | Node | None:
        if isinstance(part, Index):
            inside = node.kind == SEQUENCE and part < len(node.items)
            return node.items[part] if inside else None
        if node.kind != MAPPING:
            return None
        if id(node) not in self._entries:
            # The last of repeated keys, as the loader takes it.
            found = self.document.values.logical(node)
            self._entries[id(node)] = {(type(one.pykey), one.pykey): one for one in found}
        return self._entries[id(node)].get((type(part), part))


def read_source(tree: Tree, path: str, faults: list[MigrateError]) -> PlanSource | None:
    """Read one file; what is wrong with it as YAML goes to `faults`. None if that is all of it."""
    try:
        source = PlanSource(path, tree.read(path), tree.limits)
        if source.read():
            return source
        document = source.document
        if document.root is None:
            raise InputError("is empty", Place(path, 1, 1), "begin with `version: 1`")
        for lost, won in document.duplicates[:FAULTS_TOLD]:
            place = document.place(won.start)
            what = f"`{document.value(won.key)}` is given twice"
            hint = f"the first one is in line {document.line(lost.start)}; keep one of them"
            faults.append(InputError(what, place, hint))
        _ = source.raw  # what cannot be made is said now
        return source
    except MigrateError as error:
        faults.extend(error.faults())
        return None
