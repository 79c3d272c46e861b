"""Trees to validate in: the repository's own configs, with one preset rewritten in either style."""

from __future__ import annotations

import copy
import os
import posixpath
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import yaml

from migrate.resolve import Resolver
from migrate.trees.tree import DiskTree, MemoryTree

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PRESET = "configs/train/grpo/dense_2048.yaml"
STYLES = ("components", "flat")

Payload = dict[str, Any]


@lru_cache(maxsize=1)
def contents() -> dict[str, bytes]:
    """Every file below `configs/`, the frozen copies left out."""
    tree = DiskTree(ROOT)
    paths = (path for path in tree.files() if path.startswith("configs/"))
    return {path: tree.read(path) for path in paths if not path.startswith("configs/legacy/")}


def runnable() -> list[str]:
    """The presets of this repository; a name that ends in `_base` is none."""
    folders = ("configs/train/", "configs/smoke/", "configs/debug.yaml")
    found = [path for path in contents() if path.startswith(folders) and path.endswith(".yaml")]
    return sorted(path for path in found if not path.endswith("_base.yaml"))


def payload(path: str = PRESET) -> Payload:
    """The resolved preset, to be changed at will."""
    return copy.deepcopy(Resolver(MemoryTree(contents())).resolve(path).python)


def write(values: Any) -> bytes:
    """Plain block YAML."""
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False).encode()


def flat(path: str, values: Payload) -> dict[str, bytes]:
    """The preset as one file that extends nothing."""
    return {path: write(values)}


def components(path: str, values: Payload) -> dict[str, bytes]:
    """The preset in the old way: null placeholders, then one component for each section."""
    folder = "configs/components/parts"
    files = {f"{folder}/{name}.yaml": write({name: value}) for name, value in values.items()}
    nulls = {
        "model": {"model": None},
        "training": dict.fromkeys(("run_name", "output_dir", "vit_lr")),
    }
    first = f"{folder}/defaults.yaml"
    links = [posixpath.relpath(part, posixpath.dirname(path)) for part in (first, *files)]
    return {first: write(nulls), **files, path: write({"extends": links})}


def rewritten(style: str, mutate: Callable[[Payload], object], path: str = PRESET) -> MemoryTree:
    """The repository's configs, with one preset changed and written in a style."""
    values = payload(path)
    mutate(values)
    files = flat(path, values) if style == "flat" else components(path, values)
    return MemoryTree({**contents(), **files})


def line_at(tree: MemoryTree, path: str, line: int) -> str:
    """One line of a file, 1-based."""
    return tree.read(path).decode().splitlines()[line - 1]
