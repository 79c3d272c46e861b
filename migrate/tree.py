"""A tree of files as the pure code sees it: in memory, on disk, or one laid over another.

Paths are relative to the root, with forward slashes, normalised.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from re import DOTALL, Pattern, escape
from re import compile as compile_pattern
from typing import Protocol

from migrate.changes import Change
from migrate.errors import InputError, MissingFile
from migrate.locations import Place, outside

MAX_FILE_BYTES = 8 * 1024 * 1024
"""Larger configs are refused: no hand-written one comes near, and parsing costs 100 times the bytes."""

SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", ".migrate", ".venv", "venv", "node_modules", "__pycache__"}
)


class Tree(Protocol):
    """What reading code needs from a tree."""

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises MissingFile, or InputError if it cannot be read."""

    def exists(self, path: str) -> bool:
        """Whether a regular file stands at this path."""

    def files(self) -> Iterable[str]:
        """Every regular file, in sorted order, without version control and caches."""


class MemoryTree:
    """A tree held as a mapping of path to bytes."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self.contents = dict(contents)

    def read(self, path: str) -> bytes:
        """See `Tree.read`."""
        try:
            return self.contents[path]
        except KeyError:
            raise MissingFile("no such file", path) from None

    def exists(self, path: str) -> bool:
        """See `Tree.exists`."""
        return path in self.contents

    def files(self) -> Iterable[str]:
        """See `Tree.files`."""
        return sorted(self.contents)


class DiskTree:
    """A folder on disk. Reads regular files below the root only, each at most `max_bytes` long."""

    def __init__(self, root: str, max_bytes: int = MAX_FILE_BYTES) -> None:
        self.root = os.path.abspath(root)
        self.max_bytes = max_bytes

    def absolute(self, path: str) -> str:
        """The path for the operating system."""
        return os.path.join(self.root, path)

    def read(self, path: str) -> bytes:
        """See `Tree.read`; never blocks on a FIFO, never reads a device."""
        if outside(path):
            raise InputError(
                "leads outside the root", path, f"the root is {self.root}; --root names a wider one"
            )
        try:
            # O_NONBLOCK: opening a FIFO that nobody writes to would wait forever.
            descriptor = os.open(self.absolute(path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise _unreadable(path, error) from None
        try:
            return self._read(path, descriptor)
        finally:
            os.close(descriptor)

    def _read(self, path: str, descriptor: int) -> bytes:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InputError("is not a regular file", path, "name a YAML file")
        if status.st_size > self.max_bytes:
            size = f"{status.st_size:,} bytes, the limit is {self.max_bytes:,}"
            raise InputError(f"is too large: {size}", path, "--max-file-bytes raises the limit")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read()

    def exists(self, path: str) -> bool:
        """See `Tree.exists`."""
        try:
            return not outside(path) and stat.S_ISREG(os.stat(self.absolute(path)).st_mode)
        except (OSError, ValueError):
            return False

    def files(self) -> Iterator[str]:
        """See `Tree.files`; symbolic links to folders are not followed."""
        return self._walk("")

    def _walk(self, folder: str) -> Iterator[str]:
        try:
            entries = sorted(os.scandir(self.absolute(folder)), key=lambda entry: entry.name)
        except OSError as error:
            raise _unreadable(folder or ".", error) from None
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED_FOLDERS:
                    yield from self._walk(path)
            elif entry.is_file():
                yield path


def _unreadable(path: str, error: OSError) -> InputError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return MissingFile("no such file", path)
    if error.errno == errno.ELOOP:
        return InputError(
            "is a symbolic link that leads to itself", path, "replace the link by a file"
        )
    reason = (error.strerror or str(error)).lower()
    return InputError(f"cannot be read: {reason}", Place(path), "check its permissions")


class CachedTree:
    """A tree of which every file is read once, and listed once: for the length of one command."""

    def __init__(self, below: Tree) -> None:
        self.below = below
        self._contents: dict[str, bytes] = {}
        self._files: list[str] | None = None

    def read(self, path: str) -> bytes:
        """See `Tree.read`."""
        if path not in self._contents:
            self._contents[path] = self.below.read(path)
        return self._contents[path]

    def exists(self, path: str) -> bool:
        """See `Tree.exists`."""
        return path in self._contents or self.below.exists(path)

    def files(self) -> Iterable[str]:
        """See `Tree.files`."""
        if self._files is None:
            self._files = list(self.below.files())
        return self._files


class Overlay:
    """A tree with changes laid over it; the tree below stays as it is."""

    def __init__(self, below: Tree, changes: Iterable[Change]) -> None:
        self.below: Tree = below
        self.changed: dict[str, bytes | None] = {}
        if isinstance(below, Overlay):
            # Overlays of overlays are laid flat, or a long rollout would read through all of them.
            self.below, self.changed = below.below, dict(below.changed)
        self.changed.update((change.path, change.after) for change in changes)

    def read(self, path: str) -> bytes:
        """See `Tree.read`."""
        if path not in self.changed:
            return self.below.read(path)
        content = self.changed[path]
        if content is None:
            raise MissingFile("no such file", path)
        return content

    def exists(self, path: str) -> bool:
        """See `Tree.exists`."""
        if path in self.changed:
            return self.changed[path] is not None
        return self.below.exists(path)

    def files(self) -> Iterable[str]:
        """See `Tree.files`."""
        added = {path for path, content in self.changed.items() if content is not None}
        return sorted({path for path in self.below.files() if path not in self.changed} | added)


_GLOB = compile_pattern(r"\*\*/|\*\*|\*|\?|\[[^\]/]+\]|.", DOTALL)
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@lru_cache(maxsize=512)
def _pattern(glob: str) -> Pattern[str]:
    return compile_pattern("".join(map(_glob_piece, _GLOB.findall(glob))) + r"\Z", DOTALL)


def _glob_piece(piece: str) -> str:
    if piece in _MEANING:
        return _MEANING[piece]
    return piece.replace("[!", "[^") if len(piece) > 1 else escape(piece)


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a path matches any glob: `*` stays in a folder, `**` crosses folders."""
    return any(_pattern(glob).match(path) for glob in globs)
