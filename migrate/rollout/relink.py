"""Rewrite the `extends` items of live configs that name a preset's old path."""

from __future__ import annotations

from collections.abc import Mapping

from migrate.changes import Change
from migrate.loading.graph import Graph
from migrate.resolve import Resolver


def relinked(graph: Graph, moved: Mapping[str, str]) -> list[Change]:
    """One change for every config that extends a moved file; only the path's text changes."""
    changes: list[Change] = []
    for old, new in moved.items():
        for source in sorted(graph.extended.get(old, ())):
            document = graph.resolver.document(source)
            bases = graph.resolver.bases(document)
            link = graph.resolver.dialect.link(new, source)
            edits = [(base.node, link) for base in bases if base.path == old]
            before = graph.resolver.tree.read(source)
            changes.append(Change(source, before, document.replaced(edits), f"{old} is now {new}"))
    return changes


def relinked_text(resolver: Resolver, frozen: str, live: str, moved: Mapping[str, str]) -> bytes:
    """A frozen file as it stands at `live` once these files moved: `relinked` did nothing else."""
    if not moved:
        return resolver.tree.read(frozen)
    document = resolver.document(frozen)
    dialect = resolver.dialect
    edits = [
        (base.node, dialect.link(moved[old], live))
        for base in resolver.bases(document)
        for old in dialect.candidates(live, str(document.value(base.node)))
        if old in moved
    ]
    return document.replaced(edits) if edits else document.source
