"""Where a key path leads in one text, and what an edit there would change besides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from migrate.errors import InputError, Refused
from migrate.locations import Index, KeyPath, dotted
from migrate.yaml_text.document import Document
from migrate.yaml_text.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Entry, Node, Span
from migrate.yaml_text.values import is_merge, noun

Splice = tuple[int, int, str]
"""A stretch of a text, as offsets, and what takes its place."""


class Target(NamedTuple):
    """How far a key path leads in a text."""

    holder: Node | None
    """The collection in which the path ends, or goes on missing; None for a text without any."""
    there: Entry | Node | None
    """The entry or list item at its end."""
    missing: KeyPath
    """The end of the path that the text does not say."""

    @classmethod
    def at(cls, document: Document, path: KeyPath) -> Target:
        """Follow a path. Raises InputError and Refused as `with_value` does."""
        node, holder = document.root, document.root
        there: Entry | Node | None = None
        for depth, part in enumerate(path):
            if node is None:
                return cls(None, None, _addable(document, path, path))
            _refuse_shared(document, node, path[:depth])
            holder, there = node, _step(document, node, path[:depth], part)
            if there is None:
                return cls(holder, None, _addable(document, path, path[depth:]))
            node = there.value if isinstance(there, Entry) else there
        if node is not None:
            _refuse_repeated(document, node, path)
        return cls(holder, there, ())

    @property
    def value(self) -> Node:
        """The node that stands there."""
        if isinstance(self.there, Entry):
            return self.there.value
        assert self.there is not None
        return self.there

    @property
    def in_flow(self) -> bool:
        """Whether it stands between braces or brackets."""
        return self.holder is not None and self.holder.flow


def _addable(document: Document, path: KeyPath, missing: KeyPath) -> KeyPath:
    """The missing end of a path, if keys alone are missing. Raises InputError for a list's item."""
    if any(isinstance(part, Index) for part in missing):
        number = next(n for n, part in enumerate(path) if isinstance(part, Index))
        what = f"does not set the list that {dotted(path)} is in"
        raise InputError(what, document.path, f"set {dotted(path[:number])} as a whole")
    return missing


def _step(document: Document, node: Node, above: KeyPath, part: Any) -> Entry | Node | None:
    """The entry or item of a collection; a key that only a merge key brings is none of its own."""
    if isinstance(part, Index):
        count = len(node.items) if node.kind == SEQUENCE else 0
        if part < count:
            return node.items[part]
        has = f"has {count} items" if node.kind == SEQUENCE else f"is a {noun(node)}, not a list"
        what = f"{dotted(above)} {has}: there is no {dotted((*above, part))}"
        raise InputError(what, document.place(node.start), "items are counted from [0]")
    if node.kind != MAPPING:
        empty = node.kind == SCALAR and document.value(node) is None
        what = f"{dotted(above)} is {'null' if empty else 'a ' + noun(node)}, not a mapping"
        raise Refused(what, document.place(node.start), f"give {dotted(above)} a new value")
    document.values.logical(node)  # gives the entries their keys
    own = [entry for entry in node.entries if not is_merge(entry.key) and entry.pykey == part]
    return own[-1] if own else None


def _refuse_shared(document: Document, node: Node, path: KeyPath) -> None:
    """Refuse to go into an alias, or into what aliases repeat."""
    if node.kind == ALIAS:
        what = f"{dotted(path)} is the alias *{node.anchor}: all that it repeats would change"
        hint = f"write the mapping out in place of *{node.anchor}, or change the whole of it"
        raise Refused(what, document.place(node.start), hint)
    _refuse_users(document, [node], (node.start, node.start), path)


def _refuse_repeated(document: Document, node: Node, path: KeyPath) -> None:
    """Refuse to replace what aliases elsewhere repeat."""
    span = (node.props, node.end)
    inside = [one for one in document.linked if span[0] <= one.props < span[1]]
    _refuse_users(document, [one for one in inside if one.kind != ALIAS], span, path)


def _refuse_users(document: Document, nodes: Sequence[Node], span: Span, path: KeyPath) -> None:
    targets = {id(node) for node in nodes if node.anchor is not None}
    for alias in document.linked if targets else ():
        outside = not span[0] <= alias.props < span[1]
        if alias.kind == ALIAS and outside and id(alias.target) in targets:
            place = document.place(alias.start)
            what = f"the alias *{alias.anchor} repeats {dotted(path)}, and would change with it"
            hint = f"write the value out in line {place.line}, in place of *{alias.anchor}"
            raise Refused(what, place, hint)


def outside_comments(document: Document, sign: str, start: int, end: int) -> int | None:
    """The offset of a sign in a stretch of text between two nodes; None if it has none."""
    at = document.text.find(sign, start, end)
    while at >= 0:
        if not any(first <= at < last for first, last in document.comments_between(start, end)):
            return at
        at = document.text.find(sign, at + 1, end)
    return None
