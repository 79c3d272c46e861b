"""A loader that follows chains without memory, as trainers' loaders do: child_naive.py LIST."""

import os
import sys
from typing import Any

import yaml


def load(path: str) -> dict[Any, Any]:
    """One config with all it extends; every file is parsed each time it is met."""
    with open(path, "rb") as file:
        own: dict[Any, Any] = yaml.load(file.read(), Loader=yaml.CSafeLoader) or {}
    bases: Any = own.pop("extends", None) or []
    merged: dict[Any, Any] = {}
    for base in [bases] if isinstance(bases, str) else bases:
        merged = merge(merged, load(os.path.normpath(os.path.join(os.path.dirname(path), base))))
    return merge(merged, own)


def merge(base: dict[Any, Any], over: dict[Any, Any]) -> dict[Any, Any]:
    """Mapping onto mapping merges, anything else replaces."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as listing:
        for name in listing.read().splitlines():
            load(name)
