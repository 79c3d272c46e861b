"""Which folder is the root of a tree."""

from __future__ import annotations

import os

PLANS = "plans"
"""The folder of the plans, if the user does not say."""


def find_root(start: str, plans: str = PLANS) -> str:
    """The nearest folder upwards that holds plans, or a repository; else the start itself."""
    folder = current = os.path.abspath(start)
    while True:
        if any(os.path.exists(os.path.join(current, marker)) for marker in (plans, ".git")):
            return current
        above = os.path.dirname(current)
        if above == current:
            return folder
        current = above
