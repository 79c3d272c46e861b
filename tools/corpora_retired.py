"""What a rollout of a corpus would retire, and whether any of it is a config that somebody runs."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from migrate.dialect.recognise import recognise
from migrate.discovery.discover import SHALLOW, Discoverer, Scope
from migrate.loading.graph import Graph
from migrate.resolve import Resolver
from migrate.trees.tree import CachedTree, DiskTree

RUN_BY = {"lm-eval": "task"}
"""The key by which people run a config: what has it is a run, whatever else it lacks."""


class Fates(NamedTuple):
    """What discovery says of a corpus; `runs` are files that it would retire and must not."""

    retired: dict[str, str]
    presets: int = 0
    configs: int = 0
    shallow: int = 0
    is_shallow: bool = False
    runs: tuple[str, ...] = ()


def tree_of(corpus: Path, scratch: Path) -> Path:
    """The folder of a corpus's configs; one that is packed is unpacked below `scratch`."""
    if (corpus / "tree").is_dir():
        return corpus / "tree"
    folder = scratch / f"{corpus.name}-unpacked"
    if not folder.exists():
        with tarfile.open(corpus / "tree.tar.gz") as packed:
            packed.extractall(folder, filter="data")
    return folder


def fates(corpus: Path, answers: Mapping[str, Any], scratch: Path) -> Fates:
    """Ask discovery, as `init` does; check its answer by what the corpus's own loader makes."""
    tree = CachedTree(DiskTree(str(tree_of(corpus, scratch))))
    resolver = Resolver(tree, recognise(tree).dialect)
    found = Discoverer(resolver, Scope()).discover()
    shallow = sum(why == SHALLOW for why in found.left_alone.values())
    configs = len(found.presets) + len(found.left_alone)
    runs = _runs(corpus.name, Graph(resolver), found.retired, answers)
    return Fates(found.retired, len(found.presets), configs, shallow, found.shallow, tuple(runs))


def _runs(
    name: str, graph: Graph, retired: Mapping[str, str], answers: Mapping[str, Any]
) -> Iterator[str]:
    """What is complete by the tree's own measure, or has the key by which people run it."""
    for path in retired:
        answer = answers.get(path)
        if answer is None:
            continue  # its own loader makes nothing of it
        below = [
            answers[user]
            for user in graph.dependents([path])
            if user != path and user not in graph.extended and user in answers
        ]
        common = set.intersection(*map(set, map(_keys, below))) if below else set()
        if RUN_BY.get(name) in answer or common <= set(_keys(answer)):
            yield path


def _keys(config: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key path that is set and not null."""
    for key, value in config.items():
        if value is not None:
            yield (*above, key)
        if isinstance(value, dict):
            yield from _keys(value, (*above, key))
