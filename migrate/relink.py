"""Rewrite the `extends` items of live configs that name a preset's old path."""

from __future__ import annotations

from collections.abc import Mapping

from migrate.changes import Change
from migrate.graph import Graph
from migrate.locations import relative


def relinked(graph: Graph, moved: Mapping[str, str]) -> list[Change]:
    """One change for every config that extends a moved file; only the path's text changes."""
    changes: list[Change] = []
    for old, new in moved.items():
        sources = sorted({link.source for link in graph.extended.get(old, ())})
        for source in sources:
            document = graph.resolver.document(source)
            bases = graph.resolver.bases(document)
            edits = [(base.node, relative(new, source)) for base in bases if base.path == old]
            before = graph.resolver.tree.read(source)
            changes.append(Change(source, before, document.replaced(edits), f"{old} is now {new}"))
    return changes
