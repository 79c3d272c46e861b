"""The keys of a file as an outline, and the files that it names as links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from migrate.locations import spell_key
from migrate.lsp.files import base_of, files_of
from migrate.lsp.folder import ConfigFolder
from migrate.lsp.spot import scalars
from migrate.resolve import shown
from migrate.yaml_text import MAPPING, SCALAR, SEQUENCE, Document, Entry, Node, is_merge

MOST_LINKS = 500
"""So many values of a file are looked at for paths."""

SECTION, LIST = "section", "list"


class Symbol(NamedTuple):
    """A key: its name, what kind of value it has, and where key and all of it stand."""

    name: str
    kind: str
    detail: str
    key: tuple[int, int]
    whole: tuple[int, int]
    children: list[Symbol]


class FileLink(NamedTuple):
    """A stretch of the text that names a file of the tree."""

    start: int
    end: int
    path: str


def symbols(folder: ConfigFolder, path: str) -> list[Symbol]:
    """The outline of a file; empty for one that does not parse."""
    document = folder.look(path).document
    if document is None or document.root is None:
        return []
    return list(_symbols(document, document.root))


def _symbols(document: Document, mapping: Node) -> Iterator[Symbol]:
    for entry in mapping.entries:
        if not is_merge(entry.key):
            yield _symbol(document, entry)


def _symbol(document: Document, entry: Entry) -> Symbol:
    node = entry.value
    children = list(_symbols(document, node)) if node.kind == MAPPING else []
    kind, detail = _described(document, node)
    name = spell_key(document.values.key(entry.key)) or "''"
    whole = entry.key.props, max(entry.key.end, node.end)
    return Symbol(name, kind, detail, (entry.key.props, entry.key.end), whole, children)


def _described(document: Document, node: Node) -> tuple[str, str]:
    if node.kind == MAPPING:
        return SECTION, ""
    if node.kind == SEQUENCE:
        return LIST, ""
    if node.kind != SCALAR:
        return "str", document.text[node.start : node.end]
    value = document.value(node)
    return type(value).__name__, shown(value, 40)


def links(folder: ConfigFolder, path: str) -> list[FileLink]:
    """What a file extends, and the values that are paths of files that are there."""
    resolver = folder.resolver()
    document = folder.look(path, resolver).document
    if document is None:
        return []
    found = []
    for node in document.layer_nodes():
        base = base_of(resolver, document, node)
        if base is not None and folder.tree.exists(base):
            found.append(FileLink(node.props, node.end, base))
    for _, node in zip(range(MOST_LINKS), scalars(document), strict=False):
        files = files_of(folder, document, node)
        if files:
            found.append(FileLink(node.props, node.end, files[0]))
    return sorted(found)
