"""References in configs: what they extend, any other value that names a config, and comments."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from migrate.errors import InputError
from migrate.locations import SUFFIXES
from migrate.references.found import (
    NO_DROP,
    ONLY_ENTRY,
    OPTION_VALUE,
    EntryRemoval,
    Kind,
    NameMatch,
    in_text,
)
from migrate.references.names import PLAIN, Names, Use
from migrate.references.reference import CERTAIN, LIKELY, Span
from migrate.references.source import BOM, SourceText
from migrate.yaml_text import MAPPING, SCALAR, SEQUENCE, Document, Node, load

_EXTENDS = Use(strict="relative")
_COMMENT = Use(bare=CERTAIN)
_UNPARSED = "the file is not read as YAML, but as plain text"
_BESIDE = "drops the comment beside it too"


def claims(path: str) -> bool:
    """By suffix; `kinds` takes those outside the folder of configs for scripts."""
    return path.endswith(SUFFIXES)


def find(source: SourceText, names: Names) -> Iterator[NameMatch]:
    """Names in values, keys and comments; in plain text where the file is no single mapping."""
    try:
        document = Document(source.path, source.encode(source.text))
    except InputError:
        for found in in_text(source, names, (0, len(source.text)), cap=LIKELY, why=_UNPARSED):
            yield found._replace(holds=True)
        return
    offsets = _Offsets(source.text)
    for node, use, drop in _scalars(document, offsets, names.composing):
        span = offsets.span(node.start, node.end)
        for found in in_text(source, names, span, use):
            yield NameMatch(found.spelled, found.named, drop=drop)
    for start, end in document.comments:
        yield from in_text(source, names, offsets.span(start, end), _COMMENT, prose=True)


def check(path: str, before: str, after: str) -> None:
    """What loaded before loads after the edits. Raises InputError."""
    try:
        load(before, path)
    except (InputError, UnicodeEncodeError):  # it never loaded, or is no UTF-8
        return
    load(after, path)


class _Offsets:
    """Offsets of a document, which has no BOM and no CRLF, to those of the file's text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.bom = text.startswith(BOM)
        returns = [match.start() - self.bom for match in re.finditer("\r\n", text)]
        self.returns = [start - number for number, start in enumerate(returns)]

    def at(self, offset: int) -> int:
        """The same place in the file's text."""
        # The document's line feed stands for the carriage return; what follows lies one further.
        return offset + self.bom + bisect_right(self.returns, offset - 1)

    def span(self, start: int, end: int) -> Span:
        """A stretch of the file's text."""
        return self.at(start), self.at(end)


def _scalars(
    document: Document, offsets: _Offsets, composing: tuple[str, ...]
) -> Iterator[tuple[Node, Use, EntryRemoval]]:
    """Every scalar, with how its place reads it and what goes if it is dropped."""
    stack: list[tuple[Node, Use, EntryRemoval]] = []
    for entry in document.root.entries if document.root else ():
        composes = entry.key.kind == SCALAR and entry.key.value in composing
        stack += [
            (entry.key, PLAIN, NO_DROP),
            (entry.value, _EXTENDS if composes else PLAIN, NO_DROP),
        ]
    while stack:
        node, use, drop = stack.pop()
        if node.kind == SCALAR:
            yield node, use, drop
        elif node.kind == SEQUENCE:
            stack += [
                (item, use, _drop(document, offsets, node, n)) for n, item in enumerate(node.items)
            ]
        elif node.kind == MAPPING:
            for entry in node.entries:
                stack += [(entry.key, PLAIN, NO_DROP), (entry.value, PLAIN, NO_DROP)]


def _drop(document: Document, offsets: _Offsets, sequence: Node, number: int) -> EntryRemoval:
    """The stretch that makes one entry of a list go."""
    if len(sequence.items) == 1:
        return ONLY_ENTRY
    before = sequence.items[number - 1] if number else None
    if before and before.kind == SCALAR and before.value.startswith("-"):
        return OPTION_VALUE
    if sequence.flow:
        span = _flow_entry(sequence, number)
        beside = document.comments_between(*span)
    else:
        span = _block_entry(document.text, sequence, number)
        beside = document.comments_between(sequence.items[number].end, span[1])
    certainty, reason = (LIKELY, _BESIDE) if beside else (CERTAIN, "")
    group = (sequence.start, len(sequence.items))
    return EntryRemoval(offsets.span(*span), certainty, reason, group)


def _flow_entry(sequence: Node, number: int) -> Span:
    items = sequence.items
    if number + 1 < len(items):
        return items[number].props, items[number + 1].props
    return items[number - 1].end, items[number].end


def _block_entry(text: str, sequence: Node, number: int) -> Span:
    """The lines of an entry; where the dash follows something else, up to the next dash."""
    item = sequence.items[number]
    dash = text.rfind("-", 0, item.props)
    line = text.rfind("\n", 0, dash) + 1
    newline = text.find("\n", item.end)
    end = len(text) if newline < 0 else newline + 1
    if text[line:dash].strip(" "):
        following = (
            text.rfind("-", 0, sequence.items[number + 1].props)
            if number + 1 < len(sequence.items)
            else end
        )
        return dash, following
    if newline < 0 and line:
        return line - 1, end
    return line, end


KIND = Kind("yaml", claims, find, check)
