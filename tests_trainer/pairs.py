"""Every preset twice: resolved from the chain it was made of, and from the file it is now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from migrate.flatten import Onto, flatten
from migrate.resolve import Resolver
from migrate.tree import DiskTree, MemoryTree
from src.validation import Config, validate

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LEGACY = "configs/legacy"


@dataclass(frozen=True)
class Pair:
    """One preset: `old` and `new` are resolved configs."""

    name: str
    old: dict[Any, Any]
    new: dict[Any, Any]


def pairs() -> list[Pair]:
    """All pairs: by the plans where there is a legacy tree, else each preset and it flattened."""
    tree = DiskTree(ROOT)
    found = _planned(tree) if os.path.isdir(os.path.join(ROOT, LEGACY)) else _flattened(tree)
    return sorted(found, key=lambda pair: pair.name)


def _planned(tree: DiskTree) -> Iterator[Pair]:
    resolver = Resolver(tree)
    for path in tree.files():
        if path.startswith("plans/") and path.count("/") == 1 and path.endswith((".yaml", ".yml")):
            presets = (yaml.safe_load(tree.read(path)) or {}).get("presets") or {}
            for name, preset in presets.items():
                old = resolver.resolve(f"{LEGACY}/{preset['from']}").python
                yield Pair(name, old, resolver.resolve(preset["to"]).python)


def _flattened(tree: DiskTree) -> Iterator[Pair]:
    resolver = Resolver(tree)
    for path in tree.files():
        if path.startswith(
            ("configs/train/", "configs/smoke/", "configs/debug.")
        ) and path.endswith(".yaml"):
            resolved = resolver.resolve(path)
            if not validate(Config(tree, resolved)):  # an old base preset is no run
                content = flatten(resolver, resolved, Onto()).content
                new = Resolver(MemoryTree({path: content})).resolve(path).python
                yield Pair(
                    path.removeprefix("configs/").removesuffix(".yaml"), resolved.python, new
                )
