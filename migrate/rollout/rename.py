"""Move configs to other places: their own links, and those that lead to them, follow."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from migrate.changes import Change
from migrate.dialect import Dialect
from migrate.dialect.declaration import FILE
from migrate.errors import MigrateError, Refused
from migrate.flatten.place import stay_in_place
from migrate.loading.graph import Graph
from migrate.locations import SUFFIXES, join, relative
from migrate.resolve import Resolver
from migrate.yaml_text import SCALAR, Document, Node
from migrate.yaml_text.spelling import spell

Moves = Mapping[str, str]
"""Old path to new path, both relative to the root."""


class MovedTexts(NamedTuple):
    """The texts of moved configs by their new paths, and the configs whose links follow."""

    texts: dict[str, bytes]
    links: list[Change]


def moved_texts(graph: Graph, moves: Moves, recorded: Callable[[str], bytes | None]) -> MovedTexts:
    """What moves, each `extends` spelled so that it leads where it did.

    Links are spelled as their author did: with `./`, or from the same folder. `recorded` gives the
    text of an old file that a rollout compares with its record. Raises InputError for a config that
    cannot be read.
    """
    resolver = graph.resolver
    tree = resolver.tree
    there = set(tree.files()).difference(moves).union(moves.values())
    sources = {source for old in moves for source in graph.extended.get(old, ())}
    texts: dict[str, bytes] = {}
    for old, new in moves.items():
        content = tree.read(old)
        composes = old in graph.links or old.endswith(SUFFIXES)
        texts[new] = _relinked(resolver, old, new, moves, there) if composes else content
    links: list[Change] = []
    for source in sorted(sources.difference(moves)):
        after = recorded(source) or _relinked(resolver, source, source, moves, there)
        if after != tree.read(source):
            links.append(Change(source, tree.read(source), after, "extends what moved"))
    return MovedTexts(texts, links)


def _relinked(
    resolver: Resolver, source: str, new_source: str, moves: Moves, there: set[str]
) -> bytes:
    document, dialect = resolver.document(source), resolver.dialect
    edits: list[tuple[int, int, str]] = []
    for base in resolver.bases(document):
        target = moves.get(base.path, base.path)
        text = str(document.value(base.node))
        here = posixpath.dirname(new_source) == posixpath.dirname(source)
        if (
            here
            and target == base.path
            and dialect.leads(new_source, text, target, there.__contains__)
        ):
            continue
        link = _as_its_author(dialect, source, text, base.path, target, new_source)
        if not dialect.leads(new_source, link, target, there.__contains__):
            link = dialect.link(target, new_source)
        node = base.node.resolved()
        edits.append((node.start, node.end, spelled_like(node, link)))
    return document.spliced(edits)


def spelled_like(node: Node, text: str) -> str:
    """A text in the quotes of the one that it replaces; in some, where it needs them."""
    if node.style == "'":
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=False) if node.style == '"' else spell(text)


def _as_its_author(
    dialect: Dialect, source: str, text: str, old: str, target: str, new_source: str
) -> str:
    """A link from the folder that it was spelled from, and with its `./`."""
    found = zip(dialect.base_dirs, dialect.candidates(source, text), strict=True)
    folder = next((word for word, path in found if path == old), FILE)
    if folder == FILE:
        link = _by_a_detour(source, text, old, target, new_source) or relative(target, new_source)
        return f"./{link}" if text.startswith("./") and not link.startswith(".") else link
    return posixpath.relpath(target, "" if folder in ("root", "cwd") else folder or ".")


def _by_a_detour(source: str, text: str, old: str, target: str, new_source: str) -> str | None:
    """A link that climbs higher than it had to, to the same folder; None where it did not."""
    climbs = len(text) - len(text.lstrip("./"))
    if text == relative(old, source) or "../" not in text[:climbs]:
        return None
    top = posixpath.normpath(posixpath.join(posixpath.dirname(source), text[:climbs]))
    below = "" if top == "." else f"{top}/"
    if top.startswith("..") or not (target.startswith(below) and new_source.startswith(below)):
        return None
    return posixpath.join(relative(top, new_source), target[len(below) :])


def bound_to_place(graph: Graph, moves: Moves) -> Iterator[MigrateError]:
    """A refusal for each value of a moved config that means something else in another folder."""
    resolver = graph.resolver
    for old, new in moves.items():
        if posixpath.dirname(old) == posixpath.dirname(new) or not old.endswith(SUFFIXES):
            continue
        try:
            resolved = resolver.resolve(old)
        except MigrateError:
            continue  # it cannot be read, and is refused for that
        own = [
            (key, slot.winner)
            for key, slot in resolved.branch.leaves()
            if slot.winner.document.path == old
        ]
        try:
            stay_in_place(resolver.dialect, resolved, new, own)
        except MigrateError as error:
            yield from error.faults()
        yield from _beside(resolver, resolved.document, moves)


def _beside(resolver: Resolver, document: Document, moves: Moves) -> Iterator[Refused]:
    """Values that name a config beside their file, which nothing finds from another folder."""
    layers = {id(node) for node in document.layer_nodes()}
    exists = resolver.tree.exists
    for node in document.nodes():
        if node.kind != SCALAR or id(node) in layers or not node.value.endswith(SUFFIXES):
            continue
        path = join(document.path, node.value)
        if "/" in node.value and exists(path) and not exists(posixpath.normpath(node.value)):
            new = moves[document.path]
            if join(new, node.value) == moves.get(path, path):
                continue
            what = f"names {path} by its place beside this file, which moves to another folder"
            hint = f"write {path} there, if your code takes a path from the root"
            yield Refused(what, document.place(node.start), hint)
