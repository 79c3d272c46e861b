"""What stands at a place of a config: a key, a value, or the name of a file that it extends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from migrate.locations import Index, KeyPath
from migrate.yaml_text import MAPPING, SCALAR, SEQUENCE, Document, Entry, Node, is_merge

KEY, VALUE, BASE, COMPOSING = "key", "value", "base", "composing"


class Spot(NamedTuple):
    """A key (`KEY`), its value or an item of it (`VALUE`), a file that is extended (`BASE`), or the
    key that composes files (`COMPOSING`).

    `path` is the key path, `start` and `end` are what of the text it is; `entry` is the innermost
    key around it, `node` a value or the name of a file.
    """

    what: str
    path: KeyPath
    start: int
    end: int
    entry: Entry | None = None
    node: Node | None = None


def spot_at(document: Document, offset: int) -> Spot | None:
    """What stands at an offset; None where there is nothing but space and comments."""
    for node in document.layer_nodes():
        if node.props <= offset <= node.end:
            return Spot(BASE, (), node.props, node.end, None, node)
    return _within(document, document.root, offset)


def _within(document: Document, node: Node | None, offset: int) -> Spot | None:
    path: KeyPath = ()
    around: Entry | None = None
    while node is not None:
        if node.kind == MAPPING:
            entry = _entry_at(node, offset)
            if entry is None or is_merge(entry.key):
                return None
            path = (*path, document.values.key(entry.key))
            if offset <= entry.key.end:
                composes = len(path) == 1 and document.is_layer(entry)
                what = COMPOSING if composes else KEY
                return Spot(what, path, entry.key.props, entry.key.end, entry)
            around, node = entry, entry.value
            if not node.props <= offset <= node.end:
                return None
        elif node.kind == SEQUENCE:
            number = _item_at(node, offset)
            if number is None:
                return None
            path, node = (*path, Index(number)), node.items[number]
        else:
            return Spot(VALUE, path, node.props, node.end, around, node)
    return None


def _entry_at(mapping: Node, offset: int) -> Entry | None:
    for entry in mapping.entries:
        if entry.key.props <= offset <= max(entry.key.end, entry.value.end):
            return entry
    return None


def _item_at(sequence: Node, offset: int) -> int | None:
    for number, item in enumerate(sequence.items):
        if item.props <= offset <= item.end:
            return number
    return None


def own_keys(document: Document) -> Iterator[tuple[KeyPath, Entry]]:
    """Every key that the text itself sets, sections before what they hold; no composing key."""
    waiting: list[tuple[KeyPath, Node | None]] = [((), document.root)]
    while waiting:
        above, node = waiting.pop()
        if node is None or node.kind != MAPPING:
            continue
        for entry in node.entries:
            if is_merge(entry.key) or (not above and document.is_layer(entry)):
                continue
            path = (*above, document.values.key(entry.key))
            yield path, entry
            waiting.append((path, entry.value))


def scalars(document: Document) -> Iterator[Node]:
    """Every scalar that is a value, the names of extended files left out."""
    layers = {id(node) for node in document.layer_nodes()}
    for node in document.nodes():
        if node.kind == SCALAR and id(node) not in layers:
            yield node
