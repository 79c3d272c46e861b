"""Where the headers of inlined files and the comments on `extends` items go (rules R7 and R8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrate.flatten.select import Piece
from migrate.resolve import Base, Resolved, Resolver
from migrate.yaml_text import SEQUENCE, Document, Entry, Run, Span


@dataclass(slots=True)
class ItemComments:
    """The comments that speak of one item of `extends`: lines above it, and behind it."""

    above: list[Span] = field(default_factory=list)
    behind: list[Span] = field(default_factory=list)

    @property
    def spans(self) -> list[Span]:
        """All of them, in order."""
        return self.above + self.behind


def item_comments(document: Document, entry: Entry) -> list[ItemComments]:
    """The comments of an `extends` entry, item by item; what follows the last item is behind it."""
    value = entry.value.resolved()
    items = value.items if value.kind == SEQUENCE else [entry.value]
    found = [ItemComments() for _ in items]
    end = max([document.line_end(entry.end), *(span[1] for span in entry.after)])
    for span in document.comments:
        if entry.start <= span[0] < end and items:
            _assign(document, span, [(item.start, item.end) for item in items], found)
    return found


def _assign(document: Document, span: Span, items: list[Span], found: list[ItemComments]) -> None:
    for number, (start, end) in enumerate(items):
        if span[0] < start:
            found[number].above.append(span)
            return
        if document.line(end) == document.line(span[0]):
            last = number
            while last + 1 < len(items) and items[last + 1][0] < span[0]:
                last += 1
            found[last].behind.append(span)
            return
    found[-1].behind.append(span)


@dataclass(slots=True)
class Heading:
    """Comment runs of one document that go above a piece."""

    document: Document
    runs: list[Run]


def owners(pieces: list[Piece], retained: frozenset[str]) -> dict[str, Piece]:
    """For each document, the first piece that it owns.

    A leaf is owned by the file that set it; a merged mapping by the first of its contributors that
    still has something in it.
    """
    first: dict[str, Piece] = {}
    for top in pieces:
        for piece in top.walk():
            first.setdefault(_owner(piece, retained).path, piece)
    return first


def _owner(piece: Piece, retained: frozenset[str]) -> Document:
    if not piece.children:
        return piece.winner.document
    if len(piece.slot.settings) == 1:
        return piece.winner.document
    alive = {leaf.winner.document.path for leaf in piece.leaves()}
    candidates = [
        setting.document for setting in piece.slot.settings if setting.document.path not in retained
    ]
    candidates = candidates or [piece.winner.document]
    return next((document for document in candidates if document.path in alive), candidates[0])


class Headings:
    """Assigns headings to pieces: first what `extends` items say of a file, then its own header."""

    def __init__(
        self, resolver: Resolver, resolved: Resolved, retained: frozenset[str], keep_headers: bool
    ) -> None:
        self.resolver = resolver
        self.resolved = resolved
        self.retained = retained
        self.keep_headers = keep_headers
        self.above: dict[int, list[Heading]] = {}
        self.kept_items: dict[str, list[Heading]] = {}

    def assign(self, pieces: list[Piece]) -> None:
        """Find the place of every heading."""
        first = owners(pieces, self.retained)
        for document in self.resolved.chain:
            if document.path not in self.retained:
                self._items(document, first)
        for document in self.resolved.chain:
            if document is self.resolved.document or document.path in self.retained:
                continue
            piece = first.get(document.path)
            runs = document.header[0] + document.header[1]
            if piece is not None and runs and self.keep_headers:
                self._add(piece, Heading(document, runs))

    def _items(self, document: Document, first: dict[str, Piece]) -> None:
        for key in self.resolver.dialect.keys:
            entry = document.layer(key)
            if entry is None:
                continue
            for base, comments in zip(
                self._bases(document), item_comments(document, entry), strict=False
            ):
                if comments.spans:
                    self._item(Heading(document, [Run(comments.spans)]), base, first)

    def _bases(self, document: Document) -> list[Base]:
        return list(self.resolver.resolve(document.path).bases)

    def _item(self, heading: Heading, base: Base, first: dict[str, Piece]) -> None:
        if base.path in self.retained:
            self.kept_items.setdefault(base.path, []).append(heading)
            return
        brought = [base.path, *self.resolver.resolve(base.path).paths]
        piece = next((first[path] for path in brought if path in first), None)
        if piece is not None:
            self._add(piece, heading)

    def _add(self, piece: Piece, heading: Heading) -> None:
        self.above.setdefault(id(piece), []).append(heading)
