"""Where the headers of inlined files and the comments on `extends` items go (rules R7 and R8)."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from dataclasses import dataclass, field

from migrate.flatten.lines import run_text
from migrate.flatten.select import Piece
from migrate.resolve import Base, Resolved, Resolver
from migrate.yaml_text import MAPPING, SEQUENCE, Document, Entry, Node, Run, Span, is_merge


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
    spans = [(item.start, item.end) for item in items]
    for span in document.comments_between(entry.start, end) if items else ():
        _assign(document, span, spans, found)
    return found


def merge_comments(document: Document, entry: Entry) -> list[Run]:
    """The comments above, beside and below a merge key, but for those inside what it brings."""
    value = entry.value
    mappings = [one for one in (value, *_items_of(value)) if one.kind == MAPPING]
    beside = [
        span
        for span in document.comments_between(entry.start, document.line_end(entry.end))
        if not any(
            one.entries and min(one.entries[0].start, one.start) <= span[0] < one.end
            for one in mappings
        )
    ]
    lines = [*(entry.lead.lines if entry.lead else ()), *beside, *entry.after]
    return [*entry.floats, *([Run(sorted(set(lines)))] if lines else [])]


def _items_of(node: Node) -> list[Node]:
    return node.items if node.kind == SEQUENCE else []


def _assign(document: Document, span: Span, items: list[Span], found: list[ItemComments]) -> None:
    begun = bisect_left(items, (span[0], 0))
    line = span[0] - document.column(span[0])
    ended = bisect_left(items, line, key=_end)
    if begun == len(items) or (ended < begun and items[ended][1] <= document.line_end(line)):
        found[begun - 1].behind.append(span)
    else:
        found[begun].above.append(span)


def _end(item: Span) -> int:
    return item[1]


@dataclass(slots=True)
class Heading:
    """Comment runs of one document that go above a piece."""

    document: Document
    runs: list[Run]

    @property
    def text(self) -> str:
        """What is said, by which headings are found to say the same."""
        return "\n\n".join(run_text(self.document, run) for run in self.runs)


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


def _together(document: Document, first: Piece, pieces: list[Piece]) -> bool:
    """Whether all that survives of a file is in its first piece, or follows it side by side."""
    own, _ = _whole_pieces(document, pieces)
    inside, _ = _whole_pieces(document, [first])
    if len(inside) == len(own):
        return True
    siblings = _siblings(first, pieces)
    start = siblings.index(first)
    return siblings[start : start + len(own)] == own


def _whole_pieces(document: Document, pieces: list[Piece]) -> tuple[list[Piece], bool]:
    """The topmost pieces that come from one file with all in them; whether that is all."""
    found: list[Piece] = []
    all_ours = True
    for piece in pieces:
        if piece.children:
            inside, ours = _whole_pieces(document, piece.children)
        else:
            inside, ours = [], piece.winner.document is document
        found += [piece] if ours else inside
        all_ours = all_ours and ours
    return found, all_ours


def _siblings(wanted: Piece, pieces: list[Piece]) -> list[Piece]:
    """The pieces of the mapping that a piece is in."""
    for path_length in range(1, len(wanted.path)):
        pieces = next(piece.children for piece in pieces if piece.path == wanted.path[:path_length])
    return pieces


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


KEEP, TOP, DROP = "keep", "top", "drop"
"""What becomes of headers of inlined files that can stand above no key: dropped, or gathered at
the top; or all headers of inlined files are dropped."""

_NOTHING = "the header of a file of which no key is inlined"
_DROPPED = "the header of a file that is inlined, and the plan says `headers: drop`"
_RUN = "the header describes another run; `headers: top` in a plan keeps it"
_SCATTERED = (
    "the header of a file whose keys are no longer together; `headers: top` in a plan keeps it"
)

_MANY = 5
"""A file of so many top-level keys that are most of a config's is no fragment."""


class Headings:
    """Assigns headings to pieces: first what `extends` items say of a file, then its own header.

    A header stands only where it speaks the truth (R7); `headers` says what becomes of others.
    """

    def __init__(
        self, resolver: Resolver, resolved: Resolved, retained: frozenset[str], headers: str
    ) -> None:
        self.resolver = resolver
        self.resolved = resolved
        self.retained = retained
        self.headers = headers
        self.above: dict[int, list[Heading]] = {}
        self.top: list[Heading] = []
        """Gathered below the preset's own header."""
        self.same: list[Heading] = []
        """What stands elsewhere word for word."""
        self.dropped: dict[str, str] = {}
        """For each file whose header stands nowhere, why."""
        self.kept_items: dict[str, list[Heading]] = {}

    def assign(self, pieces: list[Piece]) -> None:
        """Find the place of every heading."""
        first = owners(pieces, self.retained)
        for document in self.resolved.chain:
            if document.path not in self.retained:
                self._items(document, first)
        self._merge_keys(pieces)
        headers = [
            Heading(document, runs)
            for document in self.resolved.chain
            if document is not self.resolved.document and document.path not in self.retained
            if (runs := document.header[0] + document.header[1])
        ]
        if self.headers == DROP:
            self.dropped = {heading.document.path: _DROPPED for heading in headers}
        else:
            self._headers(headers, first, pieces)

    def _headers(
        self, headers: list[Heading], first: dict[str, Piece], pieces: list[Piece]
    ) -> None:
        own = self.resolved.document
        places: dict[str, Piece | None] = {
            Heading(own, own.header[0] + own.header[1]).text: None  # it is there already
        }
        waiting: list[tuple[Heading, str]] = []
        for heading in headers:
            fault = self._fault(heading.document, first, pieces)
            if not fault:
                places.setdefault(heading.text, first[heading.document.path])
            waiting.append((heading, fault))
        for heading, fault in waiting:
            if (piece := places.get(heading.text)) is not None:
                self._add(piece, heading)
            elif heading.text in places:
                self.same.append(heading)
            elif self.headers == TOP and fault != _NOTHING:
                self.top.append(heading)
                places[heading.text] = None
            else:
                self.dropped[heading.document.path] = fault

    def _fault(self, document: Document, first: dict[str, Piece], pieces: list[Piece]) -> str:
        """Why a header would not speak the truth above its file's first key; "" if it would."""
        piece = first.get(document.path)
        if piece is None:
            return _NOTHING
        if self._is_run(document):
            return _RUN
        entries = document.entries
        begins = any(setting.entry is entries[0] for setting in piece.slot.settings)
        return "" if begins or _together(document, piece, pieces) else _SCATTERED

    def _is_run(self, document: Document) -> bool:
        """Whether a file is most of a config, and so no fragment of one: an old base preset.

        Besides, it composes others, or stands beside the config, or has many keys of its own: in a
        tiny config a fragment is most of it, too.
        """
        keys = len(self.resolver.resolve(document.path).branch.slots)
        if keys < 2 or 2 * keys <= len(self.resolved.branch.slots):
            return False
        composes = any(document.layer(key) is not None for key in self.resolver.dialect.keys)
        beside = posixpath.dirname(document.path) == posixpath.dirname(self.resolved.path)
        return composes or beside or keys >= _MANY

    def _merge_keys(self, pieces: list[Piece]) -> None:
        """What is said of a merge key that is written out goes above the first key it brings."""
        if not any(document.merges for document in self.resolved.chain):
            return
        if self.resolved.branch.source is None:
            for document in self.resolved.chain:
                if document.root is not None and document.path not in self.retained:
                    self._merge_keys_of(document, document.root, pieces)
        for piece in (piece for top in pieces for piece in top.walk()):
            for setting in () if piece.whole else piece.slot.settings:
                node = setting.entry.value
                if node.kind == MAPPING and setting.document.path not in self.retained:
                    self._merge_keys_of(setting.document, node, piece.children)

    def _merge_keys_of(self, document: Document, mapping: Node, pieces: list[Piece]) -> None:
        for entry in mapping.entries:
            if is_merge(entry.key) and (runs := merge_comments(document, entry)):
                brought = {id(one) for one in document.values.brought(entry)}
                first = next((one for one in pieces if id(one.winner.entry) in brought), None)
                if first is not None:
                    self._add(first, Heading(document, runs))

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
