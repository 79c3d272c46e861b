"""Which root a file of an editor belongs to, and its path there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes, urlsplit

from migrate.locations import outside
from migrate.lsp.folder import ConfigFolder, Options
from migrate.workspace.roots import find_root


class FileInRoot(NamedTuple):
    """A file of a root; the path is relative to it."""

    folder: ConfigFolder
    path: str


def file_of(uri: str) -> str | None:
    """The file that a URI names; None for one that is no file on this machine."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    path = os.fsdecode(unquote_to_bytes(parts.path))
    return os.path.normpath(path) if path.startswith("/") and "\0" not in path else None


def uri_of(path: str) -> str:
    """The URI of a file."""
    return "file://" + quote(os.fsencode(path), safe="/-._~")


class Roots:
    """The roots of an editor's windows. `root` is the only one where the command line names it;
    else each file has the nearest folder above it that holds plans, or a repository."""

    def __init__(self, options: Options, root: str | None = None) -> None:
        self.options = options
        self.only = os.path.abspath(root) if root is not None else None
        self.windows: list[str] = []
        """The folders that the editor has open; without any, every file may be asked about."""
        self._known: dict[str, ConfigFolder] = {}
        self._uris: dict[tuple[str, str], str] = {}

    def open_window(self, folder: str) -> None:
        """The editor opened a folder."""
        if folder not in self.windows:
            self.windows.append(folder)

    def close_window(self, folder: str) -> None:
        """The editor closed a folder."""
        if folder in self.windows:
            self.windows.remove(folder)

    def locate(self, uri: str) -> FileInRoot | None:
        """The root of a file and its path there; None for a file that is none of ours."""
        file = file_of(uri)
        if file is None:
            return None
        root = self.only or self._root_above(file)
        if root is None:
            return None
        path = os.path.relpath(file, root)
        if outside(path):
            path = os.path.relpath(os.path.realpath(file), os.path.realpath(root))
        folder = self._folder(root)
        if not folder.is_config(path):
            return None
        self._uris[root, path] = uri
        return FileInRoot(folder, path)

    def _root_above(self, file: str) -> str | None:
        windows = [one for one in self.windows if _is_in(file, one)]
        if self.windows and not windows:
            return None
        home = os.path.dirname(file)
        root = find_root(home, self.options.plans)
        marked = any(
            os.path.exists(os.path.join(root, one)) for one in (self.options.plans, ".git")
        )
        return root if marked or not windows else max(windows, key=len)

    def _folder(self, root: str) -> ConfigFolder:
        if root not in self._known:
            self._known[root] = ConfigFolder(root, self.options)
        return self._known[root]

    def uri(self, folder: ConfigFolder, path: str) -> str:
        """The URI of a file, as the editor spells it if it ever named it."""
        known = self._uris.get((folder.root, path))
        return known or uri_of(os.path.join(folder.root, path))

    def folders(self) -> Iterator[ConfigFolder]:
        """The roots that were asked about so far."""
        yield from self._known.values()

    def holding(self, files: Iterable[str]) -> dict[str, list[str]]:
        """The roots that hold these files, each with their paths there."""
        found: dict[str, list[str]] = {}
        for root in self._known:
            for file in files:
                if _is_in(file, root):
                    found.setdefault(root, []).append(os.path.relpath(file, root))
        return found

    def known(self, root: str) -> ConfigFolder:
        """One of the roots that were asked about."""
        return self._known[root]


def _is_in(file: str, folder: str) -> bool:
    return file == folder or file.startswith(folder.rstrip("/") + "/")
