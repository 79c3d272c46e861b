"""Which file sets a key of a config, and whether one may."""

from __future__ import annotations

from migrate.locations import Index, KeyPath, Place
from migrate.parity import ABSENT, find
from migrate.resolve import Branch, Resolved


def set_by(resolved: Resolved, key: KeyPath) -> str | None:
    """The file that sets a key: the config itself if it says any of it; None if nothing does."""
    slot = resolved.branch.find(key)
    if slot is not None:
        files = [setting.document.path for setting in slot.settings]
        if isinstance(slot.value, Branch) and resolved.path in files:
            return resolved.path
        return files[-1]
    if find(resolved.python, key) is ABSENT:
        return None
    for length in range(len(key) - 1, 0, -1):
        around = resolved.branch.find(key[:length])
        if around is not None:  # the list that it is in
            return around.winner.document.path
    return None


def could_be_added(resolved: Resolved, key: KeyPath) -> bool:
    """Whether a key may stand there: it composes nothing, and lies in no scalar or list."""
    around = (resolved.branch.find(key[:length]) for length in range(1, len(key)))
    whole = any(slot is not None and not isinstance(slot.value, Branch) for slot in around)
    in_list = any(isinstance(part, Index) for part in key)
    return not (whole or in_list) and key[0] not in resolved.document.layers


def origin(resolved: Resolved, key: KeyPath) -> Place | None:
    """Where a key, or the nearest section around it, is set."""
    for length in range(len(key), 0, -1):
        slot = resolved.branch.find(key[:length])
        if slot is not None:
            return slot.winner.place
    return None


def meet(key: str, other: str) -> bool:
    """Whether one key is the other, or lies within it."""
    shorter, longer = sorted((key, other), key=len)
    return longer == shorter or longer.startswith((f"{shorter}.", f"{shorter}["))
