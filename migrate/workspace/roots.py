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
