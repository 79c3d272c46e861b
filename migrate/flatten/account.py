"""Every comment of the old chain is accounted for: kept, or dropped and why."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby
from typing import NamedTuple

from migrate.locations import KeyPath, Place, dotted
from migrate.resolve import Branch, Resolved
from migrate.yaml_text import MAPPING, Document, Entry, Node, Run, Span, is_merge


class DroppedComment(NamedTuple):
    """A comment that is not in the new file: its lines from `place` on, the key it belonged to, and
    why it went."""

    place: Place
    lines: tuple[str, ...]
    key: str
    reason: str

    @property
    def text(self) -> str:
        """The whole comment on one line."""
        return " ".join(self.lines)


Around = tuple[frozenset[Span], frozenset[Span]]
"""The comment lines of a file's header, and of its footer."""


class Account(NamedTuple):
    """What became of the comments of one chain.

    Comments are counted as people do (`Document.whole_comments`). One of which some lines are kept
    and others dropped, or dropped for another reason, counts as several.
    """

    kept: int = 0
    kept_lines: int = 0
    dropped: tuple[DroppedComment, ...] = ()

    @property
    def dropped_lines(self) -> int:
        """How many lines the dropped comments have."""
        return sum(len(one.lines) for one in self.dropped)


def all_kept(document: Document) -> Account:
    """The account of a file that stays byte for byte."""
    return Account(len(document.whole_comments), len(document.comments))


def account(
    resolved: Resolved,
    retained: frozenset[str],
    used: dict[str, list[Span]],
    headers: dict[str, str],
) -> Account:
    """Account for the comments of every file that does not stay as it is.

    `headers` says for each file whose header stands nowhere why that is so.
    """
    kept: list[int] = []
    dropped: list[DroppedComment] = []
    for document in resolved.chain:
        if document.path in retained:
            continue
        for why, spans in _parts(resolved, document, used.get(document.path, ()), headers):
            if why is None:
                kept.append(len(spans))
            else:
                dropped.append(_dropped(document, spans, *why))
    return Account(len(kept), sum(kept), tuple(dropped))


def _parts(
    resolved: Resolved, document: Document, used: Iterable[Span], headers: dict[str, str]
) -> Iterator[tuple[tuple[KeyPath, str] | None, list[Span]]]:
    """The comments of a file in parts of one fate: why it is dropped; None for what is kept."""
    covered = _SpanIndex(used)
    around = _lines(document.header[0] + document.header[1]), _lines(document.footer)

    def fate(span: Span) -> tuple[KeyPath, str] | None:
        if span[0] in covered:
            return None
        return _reason(resolved, document, span, around, headers)

    for comment in document.whole_comments:
        for why, spans in groupby(comment, fate):
            yield why, list(spans)


def _lines(runs: Iterable[Run]) -> frozenset[Span]:
    return frozenset(span for run in runs for span in run.lines)


class _SpanIndex:
    """Fast "is this offset in one of these spans"."""

    def __init__(self, spans: Iterable[Span]) -> None:
        in_order = sorted(set(spans))
        self.starts = [start for start, _ in in_order]
        # How far any span reaches that begins here or before: spans may nest.
        self.reached = list(accumulate((end for _, end in in_order), max))

    def __contains__(self, offset: int) -> bool:
        index = bisect_right(self.starts, offset) - 1
        return index >= 0 and offset < self.reached[index]


def _dropped(document: Document, spans: list[Span], key: KeyPath, reason: str) -> DroppedComment:
    lines = tuple(document.text[start:end] for start, end in spans)
    return DroppedComment(document.place(spans[0][0]), lines, dotted(key) if key else "", reason)


def _reason(
    resolved: Resolved, document: Document, span: Span, around: Around, headers: dict[str, str]
) -> tuple[KeyPath, str]:
    header, footer = around
    if span in footer:
        return (), "the footer of a file that is inlined"
    if span in header:
        return (), headers[document.path]
    path = owner(document, span[0])
    if path and len(path) == 1 and path[0] in document.layers:
        return path, "belongs to a file of which no key is inlined"
    if document.duplicates or document.merges:
        entries = list(_entries(document, document.root, span[0]))
        if line := _given_again(document, entries):
            return path, f"given again on line {line}"
        if entries and is_merge(entries[-1].key):
            return path, "all that its merge key << brings is overridden"
    return path, _overridden(resolved.branch, document, path)


def _given_again(document: Document, entries: Iterable[Entry]) -> int:
    """The line on which one of these keys is repeated in its file; 0 where none is."""
    for entry in entries:
        last = document.given_again.get(id(entry))
        if last is not None:
            return document.line(last.start)
    return 0


def _overridden(branch: Branch, document: Document, path: KeyPath) -> str:
    """Who overrode a key, at the first level where its file no longer speaks."""
    for length in range(1, len(path) + 1):
        slot = branch.find(path[:length])
        if slot is None:
            return f"{dotted(path[:length])} is gone with the mapping it stood in"
        if all(setting.document is not document for setting in slot.settings):
            return f"{dotted(path[:length])} is overridden in {slot.winner.place}"
    return "the parent says the same"


def owner(document: Document, offset: int) -> KeyPath:
    """The key path of the entry that a comment belongs to; () for none.

    A merge key has no part in it: what it brings belongs to the mapping around it.
    """
    if offset not in document.owners:
        document.attribute()
        entries = _entries(document, document.root, offset)
        document.owners[offset] = tuple(
            document.values.key(entry.key) for entry in entries if not is_merge(entry.key)
        )
    return document.owners[offset]


def _entries(document: Document, mapping: Node | None, offset: int) -> Iterator[Entry]:
    """The entries that a comment belongs to, from the outermost in."""
    while mapping is not None:
        starts, reached = _extents(document, mapping)
        number = bisect_right(reached, offset)
        if number == len(starts) or offset < starts[number]:
            return
        entry = mapping.entries[number]
        yield entry
        inside = entry.value.kind == MAPPING and offset >= _first_inside(entry)
        mapping = entry.value if inside else None


def _first_inside(entry: Entry) -> int:
    first = entry.value.entries[0] if entry.value.entries else None
    return min(_starts(first)) if first else entry.value.end


def _starts(entry: Entry) -> Iterator[int]:
    yield entry.start
    for run in (*entry.floats, *((entry.lead,) if entry.lead else ())):
        yield run.start


def _extents(document: Document, mapping: Node) -> tuple[list[int], list[int]]:
    """Where each entry begins, and how far it or any before it reaches: one that lies on the line
    of the next reaches into it."""
    known = document.extents.get(id(mapping))
    if known is None:
        spans = [_extent(document, entry) for entry in mapping.entries]
        known = [start for start, _ in spans], list(accumulate((end for _, end in spans), max))
        document.extents[id(mapping)] = known
    return known


def _extent(document: Document, entry: Entry) -> Span:
    """From an entry's first comment to its last."""
    ends = [document.line_end(entry.end), *(span[1] for span in entry.after)]
    if entry.value.kind == MAPPING:
        ends += [run.lines[-1][1] for run in entry.value.tail]
    return min(_starts(entry)), max(ends)
