"""Which file sets a key of a config, and whether one may."""

from __future__ import annotations

from migrate.locations import Index, KeyPath
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
    around = resolved.branch.nearest(key)  # the list that it is in
    return around[0].winner.document.path if around is not None else None


def could_be_added(resolved: Resolved, key: KeyPath) -> bool:
    """Whether a key may stand there: it composes nothing, and lies in no scalar or list."""
    around = (resolved.branch.find(key[:length]) for length in range(1, len(key)))
    whole = any(slot is not None and not isinstance(slot.value, Branch) for slot in around)
    in_list = any(isinstance(part, Index) for part in key)
    return not (whole or in_list) and key[0] not in resolved.document.layers


def meet(key: str, other: str) -> bool:
    """Whether one key is the other, or lies within it."""
    shorter, longer = sorted((key, other), key=len)
    return longer == shorter or longer.startswith((f"{shorter}.", f"{shorter}["))
