"""Where each line of a flattened file came from: walked beside the config that it was made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from migrate.errors import Refused
from migrate.locations import Place, printable
from migrate.resolve import Branch, Resolved, Setting, Slot
from migrate.yaml_text import (
    ALIAS,
    MAPPING,
    SCALAR,
    SEQUENCE,
    Document,
    Entry,
    Node,
    decode,
    is_merge,
    load,
    same,
)


class LineOrigin(NamedTuple):
    """One line of the new file, 1-based, and who said it.

    Of a merged mapping the place that `explain` calls active comes first, then the other files
    that contribute to it. A line on which several keys stand names each place once.
    """

    line: int
    places: tuple[Place, ...]

    def __str__(self) -> str:
        first, *others = (f"{printable(one.path)}:{one.line}" for one in self.places)
        more = others if len(others) <= _MOST else [*others[: _MOST - 1]]
        left = len(others) - len(more)
        return " + ".join([first, *more, *([f"{left} more"] if left else [])])


_MOST = 2
"""So many files that contribute to a mapping are named, beside the one that counts."""

Origins = tuple[LineOrigin, ...]


def line_origins(
    new: Document, resolved: Resolved, retained: frozenset[str], copied: Mapping[int, Place]
) -> Origins:
    """The origins of a new text, in the order of its lines; lines of nobody are left out.

    `copied` is where the lines stood that were taken over as they are, comments among them. What
    files in `retained` say stays there, and is no origin of a line in this one.
    """
    walk = _Walk(new, resolved, retained, copied)
    if new.root is not None:
        walk.mapping(new.root, resolved.branch)
    lines = {number: (place,) for number, place in copied.items()} | walk.lines
    _follow(new, {document.path: document for document in resolved.chain}, lines)
    return tuple(LineOrigin(number, lines[number]) for number in sorted(lines))


def _follow(
    new: Document, chain: Mapping[str, Document], lines: dict[int, tuple[Place, ...]]
) -> None:
    """Further lines of what an alias stood for: below the line before, as they stand there too, or
    the only line of that file that reads so."""
    texts: dict[str, list[str]] = {}
    above: Place | None = None
    for number, line in enumerate(new.text.split("\n"), 1):
        if number in lines:
            above = lines[number][0]
        elif above is not None and above.path in chain and line.strip():
            if above.path not in texts:
                texts[above.path] = [one.strip() for one in chain[above.path].text.split("\n")]
            where = _line_like(line.strip(), texts[above.path], above.line + 1)
            if where is not None:
                above = Place(above.path, where)
                lines[number] = (above,)
        elif above is not None:
            above = above._replace(line=above.line + 1)


def _line_like(line: str, lines: list[str], expected: int) -> int | None:
    if lines[expected - 1 : expected] == [line]:
        return expected
    return lines.index(line) + 1 if lines.count(line) == 1 else None


def same_lines(document: Document) -> Origins:
    """Of a file that is left as it is: every line that is not blank is its own."""
    lines = document.text.split("\n")
    return tuple(
        LineOrigin(number, (Place(document.path, number, len(line) - len(line.lstrip()) + 1),))
        for number, line in enumerate(lines, 1)
        if line.strip()
    )


class _Walk:
    """Goes through the new text and what it was made of side by side."""

    def __init__(
        self,
        new: Document,
        resolved: Resolved,
        retained: frozenset[str],
        copied: Mapping[int, Place],
    ) -> None:
        self.new = new
        self.chain = {document.path: document for document in resolved.chain}
        self.retained = retained
        self.copied = copied
        self._merges: dict[str, dict[int, Entry]] = {}
        self.lines: dict[int, tuple[Place, ...]] = {}

    def mark(self, offset: int, place: Place) -> None:
        """Note where the text at an offset came from; a place counts once for a line."""
        number = self.new.line(offset)
        known = self.lines.get(number, ())
        if not any((one.path, one.line) == (place.path, place.line) for one in known):
            self.lines[number] = (*known, place)

    def mapping(self, node: Node, branch: Branch) -> None:
        """The entries of a mapping; what no file said, as a marker of the dialect, is passed by."""
        for entry in node.entries:
            if is_merge(entry.key):
                self._merge(entry)
                continue
            slot = branch.slots.get(self.new.values.key(entry.key))
            if slot is None:
                continue
            for setting in self._said(slot):
                self.mark(entry.start, setting.place)
            if isinstance(slot.value, Branch) and entry.value.kind == MAPPING:
                self.mapping(entry.value, slot.value)
                self._ends(entry.value, slot)
            else:
                source = slot.winner
                self._value(entry.value, source.document, source.entry.value)

    def _merge(self, entry: Entry) -> None:
        """A merge key that was copied: what it brings may be written out behind it."""
        place = self.copied.get(self.new.line(entry.start))
        document = self.chain.get(place.path) if place is not None else None
        if place is None or document is None:
            return
        if place.path not in self._merges:
            self._merges[place.path] = {
                document.line(one.start): one
                for node in document.nodes()
                for one in (node.entries if node.kind == MAPPING else ())
                if is_merge(one.key)
            }
        original = self._merges[place.path].get(place.line)
        if original is not None:
            self.mark(entry.start, document.place(original.start))
            self._value(entry.value, document, original.value)

    def _said(self, slot: Slot) -> Iterator[Setting]:
        """Who made the value, and is in this file: the one that counts first."""
        yield slot.winner
        for setting in slot.settings[:-1]:
            if setting.document.path not in self.retained:
                yield setting

    def _ends(self, node: Node, slot: Slot) -> None:
        """The line of a closing brace is that of who opened it."""
        if node.flow and self.new.line(node.end - 1) not in self.lines:
            self.mark(node.end - 1, slot.winner.place)

    def _value(self, node: Node, document: Document, source: Node) -> None:
        """A value that was copied, or written out where an alias stood for it."""
        if node.kind != ALIAS:
            source = source.resolved()
        self.mark(node.start, document.place(source.start))
        if node.kind != source.kind:
            return
        if node.kind == SCALAR:
            self._over_lines(node, document, source)
        elif node.kind == SEQUENCE:
            for item, original in zip(node.items, source.items, strict=False):
                self._value(item, document, original)
            self._over(node, document, source)
        elif node.kind == MAPPING:
            for entry, other in zip(node.entries, source.entries, strict=False):
                self.mark(entry.start, document.place(other.start))
                self._value(entry.value, document, other.value)
            self._over(node, document, source)

    def _over(self, node: Node, document: Document, source: Node) -> None:
        if node.flow and self.new.line(node.end - 1) not in self.lines:
            self.mark(node.end - 1, document.place(source.end - 1))

    def _over_lines(self, node: Node, document: Document, source: Node) -> None:
        """The further lines of a text, each as it stood, if it has as many there."""
        first, last = self.new.line(node.start), self.new.line(max(node.start, node.end - 1))
        begin, end = document.line(source.start), document.line(max(source.start, source.end - 1))
        if last - first != end - begin:
            return
        for number in range(1, last - first + 1):
            place = Place(document.path, begin + number)
            self.lines.setdefault(first + number, (place,))


def open_lines(document: Document) -> Iterator[int]:
    """The lines behind which a comment may stand and change nothing.

    Not those within a text: a `#` there is text, or ends it. Not those of comments alone, nor what
    is before the document begins.
    """
    closed = {number for node in document.nodes() for number in _closed(document, node)}
    first = document.line(document.root.props) if document.root is not None else 0
    for number, line in enumerate(document.text.split("\n"), 1):
        stripped = line.lstrip(" \t")
        if first and number >= first and stripped and stripped[0] != "#" and number not in closed:
            yield number


def _closed(document: Document, node: Node) -> range:
    """The lines of a scalar at whose end it goes on; of a block all but its header."""
    if node.kind != SCALAR or node.end <= node.start:
        return range(0)
    first, last = document.line(node.start), document.line(node.end - 1)
    return range(first + 1, last + 1) if node.is_block_scalar else range(first, last)


def with_comments(document: Document, origins: Origins) -> bytes:
    """The file with `# from FILE:LINE` behind each line that may have a comment.

    A comment that is there stays before it, and every other byte is as it was. Raises Refused where
    the result does not load to the same values.
    """
    allowed = set(open_lines(document))
    ends: dict[int, int] = {}
    position = 0
    for number, line in enumerate(document.text.split("\n"), 1):
        position += len(line)
        ends[number] = position
        position += 1
    edits = [
        (ends[one.line], ends[one.line], f"  # from {one}")
        for one in origins
        if one.line in allowed
    ]
    content = document.spliced(edits)
    _check(document, content)
    return content


def _check(document: Document, content: bytes) -> None:
    loader, path = document.values.loader, document.path
    before, after = (load(decode(path, one), path, loader) for one in (document.source, content))
    if not same(after, before):
        hint = "leave out --origin, and please report this config as a bug"
        raise Refused("cannot hold comments without a change", path, hint)
