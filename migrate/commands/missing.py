"""A key that no file of a chain sets: where it would come from, and which names are near."""

from __future__ import annotations

import shlex
from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from migrate.errors import InputError
from migrate.locations import KeyPath, Place, dotted, spell_key
from migrate.resolve import Branch, Resolved, shown


class NoSuchKey(InputError):
    """A key that is nowhere in a chain, with what a person may have meant."""

    def __init__(
        self,
        resolved: Resolved,
        key: str,
        near: list[str],
        home: Place,
        instead: str = "",
        what: str = "",
    ) -> None:
        self.config = resolved.path
        self.key = key
        self.near = near
        self.home = home
        hint = f"did you mean {' or '.join(near)}? " if near else ""
        hint += instead or f"it would be set in {home}"
        super().__init__(what or f"no file of the chain sets `{key}`", resolved.path, hint)

    def data(self) -> dict[str, Any]:
        """The same for scripts: like an explanation without settings."""
        home = {"path": self.home.path, "line": self.home.line or None}
        near = {"near": self.near, "home": home}
        return {"config": self.config, "key": self.key, "settings": [], **near}


def whereabouts(resolved: Resolved, path: KeyPath, key: str) -> NoSuchKey:
    """The letter about a missing key."""
    home = home_of(resolved, path)
    if path[0] in resolved.document.layers:
        chain = f"`migrate inspect {shlex.quote(resolved.path)}` shows the chain"
        what = f"`{path[0]}` composes files and is no value; {chain}"
        return NoSuchKey(resolved, key, [], home, what)
    if path[0] in resolved.dialect.not_inherited and (place := _said_below(resolved, path[0])):
        name = resolved.dialect.name
        instead = f"{place} does, and dialect {name} does not inherit `{path[0]}` from a base"
        return NoSuchKey(resolved, key, [], home, instead, f"does not set `{key}`")
    around = resolved.branch.nearest(path)
    if around is not None and not isinstance(around[0].value, Branch):
        return _inside(resolved, path, key, around[0].winner.place)
    return NoSuchKey(resolved, key, near_keys(resolved, path), home)


def _said_below(resolved: Resolved, key: Hashable) -> Place | None:
    """Where a file of the chain sets a top-level key that the config itself does not have."""
    for document in reversed(resolved.chain):
        for entry in document.entries:
            if entry.pykey == key:
                return document.place(entry.start)
    return None


def _inside(resolved: Resolved, path: KeyPath, key: str, home: Place) -> NoSuchKey:
    """The letter about what a list does not hold: how long it is, or which keys its item has."""
    from migrate.parity import ABSENT, find  # only for a wrong key

    length = len(path) - 1
    while (value := find(resolved.python, path[:length])) is ABSENT:
        length -= 1
    near: list[str] = []
    if isinstance(value, dict):
        keys = {spell_key(name): name for name in value}
        names = _close(spell_key(path[length]), keys)
        near = [dotted((*path[:length], keys[name])) for name in names]
        holds = f"has {', '.join(keys) or 'no keys'}"
    elif isinstance(value, list):
        holds = f"is a list of {len(value)}, counted from 0"
    else:
        holds = f"is {shown(value)}"
    instead = f"`{dotted(path[:length])}` {holds}; see {home}"
    return NoSuchKey(resolved, key, near, home, instead)


def home_of(resolved: Resolved, path: KeyPath) -> Place:
    """Where one would write the key: below the nearest section that the config's own file has.

    Else the file itself, as a new section.
    """
    for length in range(len(path) - 1, 0, -1):
        slot = resolved.branch.find(path[:length])
        own = [one for one in slot.settings if one.document is resolved.document] if slot else []
        if own:
            return own[-1].place
    return Place(resolved.path)


def near_keys(resolved: Resolved, path: KeyPath, count: int = 3) -> list[str]:
    """The keys of the config most like this one: by the whole path, or by the last name alone."""
    known = {dotted(one): spell_key(one[-1]) for one in all_keys(resolved.branch)}
    wanted, last = dotted(path), spell_key(path[-1])
    same_name = [key for key, name in known.items() if name == last]
    whole = _close(wanted, known, count, 0.75)
    names = set(_close(last, set(known.values()), count, 0.75))
    by_name = [key for key, name in known.items() if name in names]
    return list(dict.fromkeys([*same_name, *whole, *by_name]))[:count]


def _close(word: str, words: Iterable[str], count: int = 3, cutoff: float = 0.6) -> list[str]:
    import difflib  # only for a key that is not there

    return difflib.get_close_matches(word, list(words), n=count, cutoff=cutoff)


def all_keys(branch: Branch, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key path of a resolved config, sections before what they hold."""
    for key, slot in branch.slots.items():
        yield (*path, key)
        if isinstance(slot.value, Branch):
            yield from all_keys(slot.value, (*path, key))
