"""Resolve a fusion config: the dataset layer, whose lists merge by the `name` of their entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from migrate.dialect import FUSION
from migrate.errors import nearest
from migrate.findings import Finding
from migrate.locations import Place
from migrate.resolve import Resolver, shown
from migrate.trees.tree import Tree
from migrate.yaml_text import MAPPING, Document, Node


@dataclass
class Fusion:
    """A resolved fusion config. `entries` are its merged lists by their key.

    `places` says which file spoke last: of an entry by `(list, name)`, of one of its keys by
    `(list, name, key)`, of another top-level key by `(key,)`.
    """

    path: str
    chain: tuple[str, ...] = ()
    entries: dict[str, list[dict[Any, Any]]] = field(default_factory=dict)
    rest: dict[Any, Any] = field(default_factory=dict)
    places: dict[tuple[str, ...], Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def python(self) -> dict[Any, Any]:
        """The resolved fusion config as the dataset layer sees it."""
        return {**self.rest, **self.entries}


def resolve_fusion(tree: Tree, path: str) -> Fusion:
    """Resolve one fusion config with all it extends.

    Raises InputError for a file that is missing or no config; what is wrong inside is a finding.
    """
    resolver = Resolver(tree, FUSION)
    resolved = resolver.resolve(path)
    merged = [name for name in FUSION.list_merge if name in resolved.python]
    rest = {key: value for key, value in resolved.python.items() if key not in FUSION.list_merge}
    fusion = Fusion(path, resolved.paths, {name: [] for name in merged}, rest)
    for document in resolved.chain:
        variant = any(True for _ in resolver.bases(document))
        for entry in document.entries:
            fusion.places[(str(entry.pykey),)] = document.place(entry.start)
            if entry.pykey in FUSION.list_merge:
                _lay_over(fusion, document, entry.pykey, entry.value.resolved(), variant)
    return fusion


def _lay_over(fusion: Fusion, document: Document, name: str, node: Node, variant: bool) -> None:
    value = document.value(node)
    if value is None:
        return
    if not isinstance(value, list):
        what = f"`{name}` is {shown(value)}, not a list"
        hint = "write one `- name:` for each entry"
        fusion.findings.append(Finding("fusion-list", what, document.place(node.props), hint))
        return
    # What the file itself adds may be changed by nobody but those above it.
    known = {entry["name"]: entry for entry in fusion.entries[name]}
    for item in node.items:
        _lay_entry(fusion, document, name, item.resolved(), known if variant else None)


def _lay_entry(
    fusion: Fusion, document: Document, name: str, node: Node, known: dict[Any, Any] | None
) -> None:
    said = document.value(node)
    place = document.place(node.start)
    if node.kind != MAPPING or not isinstance(said.get("name"), str):
        what = f"an entry of `{name}` has no name"
        fusion.findings.append(Finding("fusion-name", what, place, "give it a `name:`"))
        return
    if known is not None and said["name"] not in known:
        hint = nearest(said["name"], known) or f"the base has {', '.join(known) or 'no entry'}"
        what = f"`{name}` of what it extends has no entry `{said['name']}`"
        fusion.findings.append(Finding("fusion-unknown", what, place, hint))
    fusion.places[name, said["name"]] = place
    for key in node.entries:
        fusion.places[name, said["name"], str(key.pykey)] = document.place(key.start)
    before = _named(fusion.entries[name], said["name"])
    if before is None:
        fusion.entries[name].append(dict(said))
    else:
        before.update(said)


def _named(entries: list[dict[Any, Any]], name: str) -> dict[Any, Any] | None:
    found: Iterator[dict[Any, Any]] = (entry for entry in entries if entry["name"] == name)
    return next(found, None)
