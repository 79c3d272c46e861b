"""The dataset layer as the trainer needs it: the lists of a fusion config, as data sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from migrate.dialect import FUSION
from migrate.errors import InputError, nearest
from migrate.loading.fusion import resolve_fusion as resolve_lists
from migrate.locations import Place
from migrate.trees.tree import Tree

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
    lists = resolve_lists(tree, path)
    faults = [InputError(one.what, one.place, one.hint) for one in lists.findings]
    for key in lists.rest:
        hint = nearest(str(key), FUSION.list_merge) or "a fusion config holds targets and sources"
        what = f"`{key}` is no list of a fusion config"
        faults.append(InputError(what, lists.places[(str(key),)], hint))
    entries = lists.entries
    return Fusion(entries.get("targets", []), entries.get("sources", []), lists.places, faults)


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
