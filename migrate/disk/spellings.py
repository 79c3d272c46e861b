"""The names of folders by how they read where neither case nor accents count, kept up to date."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from migrate.disk.system import System


class Spellings:
    """The names of folders, listed once: a row of landings grows them by a few at a time.

    What this process changes is noted; of what others change the folder's stamp tells. Within one
    tick of the file system's clock it may not, and then a name of theirs is no twin of a new one:
    on this machine both can stand, so nothing is lost.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        self._known: dict[str, dict[str, set[str]]] = {}
        self._stamps: dict[str, int] = {}

    def twins(self, folder: str, descriptor: int, name: str) -> list[str]:
        """Other names in an open folder that are this one but for case and accents, sorted."""
        if folder not in self._known or self._system.stamp(descriptor) != self._stamps[folder]:
            self._stamps[folder] = self._system.stamp(descriptor)
            self._known[folder] = {}
            self._add(folder, self._system.names(descriptor))
        return sorted(self._known[folder].get(folded(name), set()) - {name})

    def _add(self, folder: str, names: Iterable[str]) -> None:
        for name in names:
            self._known[folder].setdefault(folded(name), set()).add(name)

    def _remove(self, folder: str, name: str) -> None:
        names = self._known[folder].get(folded(name), set())
        names.discard(name)
        if not names:
            self._known[folder].pop(folded(name), None)

    @contextmanager
    def changing(
        self, folder: str, descriptor: int, gone: str | None = None, made: str | None = None
    ) -> Iterator[None]:
        """Note that names come and go in an open folder while this is entered."""
        if folder not in self._known:
            yield
            return
        known = self._system.stamp(descriptor) == self._stamps[folder]
        yield
        if not known:
            del self._known[folder]
            return
        if gone is not None:
            self._remove(folder, gone)
        self._add(folder, [made] if made is not None else [])
        self._stamps[folder] = self._system.stamp(descriptor)


def folded(name: str) -> str:
    """A name as file systems compare it that know neither case nor two forms of an accent."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
