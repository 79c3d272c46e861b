"""The lines of a plan file by which no reference is refused, and where in it they go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from migrate.locations import Place
from migrate.plan import Plans
from migrate.references import Reference
from migrate.trees.tree import Tree
from migrate.yaml_text import Document, Entry
from migrate.yaml_text.spelling import spell

_REASON = "say here why what names it may stay"
_TRUE = "what is true of each, a new path or a reason"


class ReferenceLines(NamedTuple):
    """Lines that can be pasted as they are; a person then puts in the reasons.

    `place` is the plan file, with the line of its `references:` where there is one; `where` says
    how the lines go there.
    """

    place: Place
    where: str
    lines: tuple[str, ...]


def lines_for(tree: Tree, plans: Plans, dangling: Iterable[Reference]) -> ReferenceLines:
    """Lines that say something of every file that these references name."""
    path = plans.layout.tree_file
    targets = sorted({one.target for one in dangling})
    lines = [f"{spell(target)}: {{ignore: {_REASON}}}" for target in targets]
    document = Document(path, tree.read(path)) if tree.exists(path) else None
    entry = _references(document) if document is not None else None
    if document is None or entry is None:
        head = ["references:"] if document is not None else ["version: 1", "references:"]
        return ReferenceLines(Place(path), f"write {_TRUE}", (*head, *_indented(lines, 2)))
    place, value = document.place(entry.key.start), entry.value
    if value.flow:
        where = f"add to `references:`, behind its brace, {_TRUE}"
        return ReferenceLines(place, where, tuple(_indented([f"{one}," for one in lines], 2)))
    column = document.column(value.entries[0].start)
    where = f"add to `references:`, below its line, {_TRUE}"
    return ReferenceLines(place, where, tuple(_indented(lines, column)))


def _references(document: Document) -> Entry | None:
    entries = document.root.entries if document.root else ()
    return next((one for one in entries if one.key.value == "references"), None)


def _indented(lines: Iterable[str], columns: int) -> list[str]:
    return [" " * columns + line for line in lines]
