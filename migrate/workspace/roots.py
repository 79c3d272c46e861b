"""Which folder is the root of a tree."""

from __future__ import annotations

import os

from migrate.layout import DEFAULT


def find_root(start: str, plans: str = DEFAULT.plans) -> str:
    """The nearest folder upwards that holds plans, or a repository; else the start itself."""
    folder = current = os.path.abspath(start)
    while True:
        if any(os.path.exists(os.path.join(current, marker)) for marker in (plans, ".git")):
            return current
        above = os.path.dirname(current)
        if above == current:
            return folder
        current = above


def in_repository(root: str) -> str:
    """Where a root is inside its repository, `train/` for one; "" for its top, or for none."""
    folder = root = os.path.abspath(root)
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    inner = os.path.relpath(root, folder).replace(os.sep, "/")
    return "" if inner == "." else f"{inner}/"
