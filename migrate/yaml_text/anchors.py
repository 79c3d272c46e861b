"""Which anchors and aliases may stay in the new file, and under which names."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque

from migrate.yaml_text import ALIAS, Document, Entry, Node, Span


class Anchors:
    """An alias stays where its anchored node stands unchanged earlier in the new file.

    An anchor stays where an alias needs it; of two that share a name the later one is renamed.
    """

    def __init__(self) -> None:
        self._available: set[int] = set()
        self._used: dict[int, Node] = {}
        self._fates: dict[int, deque[bool]] = {}
        self._names: dict[int, str] = {}
        self._targets: list[Node] = []
        self._written: set[int] = set()

    def region(self, document: Document, span: Span) -> None:
        """Note a stretch of source text that goes into the file as it is."""
        for node in linked_in(document, span):
            if node.kind != ALIAS:
                self.anchored(node)
                continue
            stays = id(node.target) in self._available
            self._fates.setdefault(id(node), deque()).append(stays)
            if stays:
                self._used[id(node.target)] = node.target

    def anchored(self, node: Node) -> None:
        """Note an anchored node that goes into the file whole."""
        if node.anchor is not None:
            self._available.add(id(node))
            self._targets.append(node)

    def settle(self) -> None:
        """Give every anchor that is used its name, once all regions are noted."""
        taken: set[str] = set()
        for node in self._targets:
            if id(node) in self._used and id(node) not in self._names:
                self._names[id(node)] = _free(node.anchor or "", taken)

    def name(self, node: Node) -> str | None:
        """The name by which aliases call an anchored node."""
        return self._names.get(id(node))

    def take(self, node: Node) -> str | None:
        """The name under which an anchor is written now: once, None where it goes.

        A merge key or an alias that is written out can bring the same node to several places.
        """
        if id(node) in self._written:
            return None
        self._written.add(id(node))
        return self._names.get(id(node))

    def stays(self, alias: Node) -> bool:
        """Whether an alias that is written now stays an alias.

        It may be written in several places; they are asked for in the order they were noted in.
        """
        fates = self._fates.get(id(alias))
        return fates.popleft() if fates else False


def _free(name: str, taken: set[str]) -> str:
    chosen, number = name, 1
    while chosen in taken:
        number += 1
        chosen = f"{name}_{number}"
    taken.add(chosen)
    return chosen


def linked_in(document: Document, span: Span) -> list[Node]:
    """Anchored nodes and aliases inside a stretch of text, in order."""
    linked = document.linked
    if not linked:
        return linked
    first = bisect_left(linked, span[0], key=_where)
    return linked[first : bisect_left(linked, span[1], lo=first, key=_where)]


def _where(node: Node) -> int:
    return node.props


def leaf_span(document: Document, entry: Entry) -> Span:
    """The text of an entry with all that travels with it: its line's end, continued comments."""
    if entry.flow:
        return entry.start, entry.end
    end = document.line_end(entry.end)
    if not entry.after:
        return entry.start, end
    return entry.start, max(end, *(comment[1] for comment in entry.after))
