"""A plan file as text and raw data, so that every part of it has a place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrate.errors import InputError, MigrateError
from migrate.limits import FAULTS_TOLD
from migrate.locations import Index, KeyPath, Place
from migrate.tree import Tree
from migrate.yaml_text import MAPPING, SEQUENCE, Document, Entry, Node


@dataclass(frozen=True)
class Source:
    """One plan or parity file. Paths go from its root down; list positions are `Index`."""

    document: Document
    raw: dict[str, Any]
    cut: set[KeyPath] = field(default_factory=set)
    """What was left out of the data because it is faulty; places know of it."""
    _entries: dict[int, dict[Any, Entry]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def path(self) -> str:
        """The file, relative to the root."""
        return self.document.path

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


def read_source(tree: Tree, path: str, faults: list[MigrateError]) -> Source | None:
    """Read one file; what is wrong with it as YAML goes to `faults`. None if that is all of it."""
    try:
        document = Document(path, tree.read(path), limits=tree.limits)
        if document.root is None:
            raise InputError("is empty", Place(path, 1, 1), "begin with `version: 1`")
        for lost, won in document.duplicates[:FAULTS_TOLD]:
            place = document.place(won.start)
            what = f"`{document.value(won.key)}` is given twice"
            hint = f"the first one is in line {document.line(lost.start)}; keep one of them"
            faults.append(InputError(what, place, hint))
        return Source(document, document.value(document.root))
    except MigrateError as error:
        faults.extend(error.faults())
        return None
