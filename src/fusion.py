"""Resolve a fusion config: the dataset layer, whose lists merge by the `name` of their entries."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from migrate.dialect import FUSION
from migrate.errors import InputError, nearest
from migrate.locations import Place
from migrate.resolve import Resolver
from migrate.tree import Tree
from migrate.yaml_text import MAPPING, Document, Node

Entry = dict[str, Any]


@dataclass
class Fusion:
    """The resolved lists; `places` says which file spoke last about an entry or one of its keys."""

    targets: list[Entry] = field(default_factory=list)
    sources: list[Entry] = field(default_factory=list)
    places: dict[tuple[str, ...], Place] = field(default_factory=dict)
    faults: list[InputError] = field(default_factory=list)

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Every entry with the list it is in."""
        for name in FUSION.list_merge:
            for entry in getattr(self, name):
                yield name, entry


def resolve_fusion(tree: Tree, path: str) -> Fusion:
    """Resolve one fusion config with all it extends.

    Raises InputError for a file that is missing or no config; what is wrong inside is in `faults`.
    """
    resolver = Resolver(tree, FUSION)
    chain = list(resolver.resolve(path).chain)
    fusion = Fusion()
    for document in chain:
        _lay_over(fusion, document, first=not any(True for _ in resolver.bases(document)))
    return fusion


def _lay_over(fusion: Fusion, document: Document, first: bool) -> None:
    for entry in document.entries:
        if document.is_layer(entry):
            continue
        node, place = entry.value.resolved(), document.place(entry.start)
        if entry.pykey not in FUSION.list_merge:
            hint = (
                nearest(str(entry.pykey), FUSION.list_merge)
                or "a fusion config holds targets and sources"
            )
            fusion.faults.append(
                InputError(f"`{entry.pykey}` is no list of a fusion config", place, hint)
            )
        elif not isinstance(document.value(node), list):
            fusion.faults.append(
                InputError(
                    f"`{entry.pykey}` must be a list", place, "write one `- name:` per entry"
                )
            )
        else:
            for item in node.items:
                _lay_entry(fusion, str(entry.pykey), document, item.resolved(), first)


def _lay_entry(fusion: Fusion, name: str, document: Document, node: Node, first: bool) -> None:
    place = document.place(node.start)
    said = document.value(node)
    if node.kind != MAPPING or not isinstance(said.get("name"), str):
        fusion.faults.append(
            InputError(f"an entry of `{name}` without a name", place, "give it a `name:`")
        )
        return
    entries: list[Entry] = getattr(fusion, name)
    known = {entry["name"]: entry for entry in entries}
    if said["name"] in known:
        known[said["name"]].update(copy.deepcopy(said))
    else:
        if not first:
            hint = (
                nearest(said["name"], known)
                or f"a variant may change {', '.join(sorted(known)) or 'nothing'}"
            )
            fusion.faults.append(
                InputError(f"`{name}` has no entry {said['name']!r} to change", place, hint)
            )
        entries.append(copy.deepcopy(said))
    fusion.places[name, said["name"]] = place
    for key in node.entries:
        fusion.places[name, said["name"], str(key.pykey)] = document.place(key.start)


def datasets(fusion: Fusion, rows: Callable[[str], int]) -> tuple[list[str], list[str]]:
    """The training and validation sets in ms-swift's spelling, `path#rows` where a ratio samples.

    `rows` counts the lines of a file. Targets come first; sources are never evaluated.
    """
    train: list[str] = []
    for _, entry in fusion.entries():
        ratio = entry.get("ratio", 1.0)
        if ratio > 0:
            path = entry["train_jsonl"]
            train.append(path if ratio == 1 else f"{path}#{max(1, round(rows(path) * ratio))}")
    active = [entry for entry in fusion.targets if entry.get("ratio", 1.0) > 0]
    return train, [entry["val_jsonl"] for entry in active if entry.get("val_jsonl")]
