"""The steps of which every write is made; each is durable or undone by repeating it."""

from __future__ import annotations

import errno
import hashlib
import os
import posixpath
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from migrate.disk.system import Posix, System
from migrate.disk.walk import opened, resolve
from migrate.errors import TreeMoved
from migrate.locations import PRIVATE

_CHUNK = 1 << 20
_NOT_EMPTY = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT)
# Some network and FUSE file systems cannot sync a folder and say so in one of these ways.
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP)


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file as it stands: SHA-256 of its bytes, permission bits."""

    digest: str
    mode: int


class Disk:
    """A root folder and the steps that change it.

    Paths are relative to the root, with forward slashes, and are walked folder by folder without
    following links; `target` says where a path with links in it leads. An OSError that leaves a
    method carries the root-relative path as `filename`.
    """

    def __init__(self, root: str, system: System | None = None) -> None:
        self.root = os.path.realpath(root)
        self._system = system or Posix()

    # Looking.

    def target(self, path: str) -> str:
        """The real path that a change of `path` writes.

        Raises TreeMoved when a link leads outside the root, Refused for a path no change may name.
        """
        with _named(path):
            return resolve(self._system, self.root, path)

    def is_link(self, path: str) -> bool:
        """Whether the last component is a symbolic link; False where nothing is."""
        mode = self.mode(path)
        return mode is not None and stat.S_ISLNK(mode)

    def mode(self, path: str) -> int | None:
        """st_mode of what stands at a real path, None where nothing does."""
        with suppress(FileNotFoundError), self._at(path) as (folder, name):
            return self._system.mode(name, folder)
        return None

    def look(self, path: str) -> Found | None:
        """The file at a real path, None where nothing is. Raises TreeMoved for any other thing."""
        with self._reading(path) as descriptor:
            if descriptor is None:
                return None
            hasher = hashlib.sha256()
            while chunk := self._system.read(descriptor, _CHUNK):
                hasher.update(chunk)
            return Found(hasher.hexdigest(), stat.S_IMODE(self._system.open_mode(descriptor)))

    def read(self, path: str) -> bytes | None:
        """The bytes at a real path, None where nothing is. Raises TreeMoved for any other thing."""
        with self._reading(path) as descriptor:
            if descriptor is None:
                return None
            return b"".join(iter(lambda: self._system.read(descriptor, _CHUNK), b""))

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted; none where the folder does not exist."""
        with _named(folder), suppress(FileNotFoundError), self._folder(folder) as descriptor:
            return sorted(self._system.names(descriptor))
        return []

    # Steps.

    def stage(self, path: str, content: bytes, mode: int | None = None) -> None:
        """Write a new file and sync its bytes; its name is durable after `sync_folder`.

        `mode`: permission bits to carry over, None for 0644 less the umask.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with self._at(path) as (folder, name):
            with suppress(FileNotFoundError):
                self._system.unlink(name, folder)
            descriptor = self._system.open(name, flags, 0o644 if mode is None else 0o600, folder)
            try:
                self._write(descriptor, content)
                if mode is not None:
                    self._system.fchmod(descriptor, mode)
                self._system.fsync(descriptor)
            finally:
                self._system.close(descriptor)

    def sync_folder(self, folder: str) -> None:
        """Make the names in a folder durable; a folder that is gone needs none."""
        with _named(folder), suppress(FileNotFoundError), self._folder(folder) as descriptor:
            try:
                self._system.fsync(descriptor)
            except OSError as error:
                if error.errno not in _NO_FOLDER_SYNC:
                    raise

    def place(self, staged: str, path: str) -> None:
        """Rename a staged file over its target in the same folder; done already is fine."""
        source = posixpath.basename(staged)
        with suppress(FileNotFoundError), self._at(path) as (folder, name):
            self._system.rename(source, name, folder)

    def unlink(self, path: str) -> None:
        """Remove a name; gone already is fine."""
        with suppress(FileNotFoundError), self._at(path) as (folder, name):
            self._system.unlink(name, folder)

    def make_folder(self, folder: str, mode: int | None = None) -> None:
        """Make one folder, durable after `sync_folder` of its parent; there already is fine."""
        with self._at(folder) as (parent, name), suppress(FileExistsError):
            self._system.mkdir(name, parent)
        if mode is not None:
            with _named(folder), self._folder(folder) as descriptor:
                self._system.fchmod(descriptor, mode)
                self._system.fsync(descriptor)

    def remove_folder(self, folder: str) -> None:
        """Remove a folder if it is empty; gone already, or in use, is fine."""
        try:
            with self._at(folder) as (parent, name):
                self._system.rmdir(name, parent)
        except OSError as error:
            if error.errno not in _NOT_EMPTY:
                raise

    def record(self, path: str, content: bytes) -> None:
        """Replace a small file of ours whole and durably."""
        self.stage(path + ".new", content)
        self.place(path + ".new", path)
        self.sync_folder(posixpath.dirname(path))

    def make_private(self) -> None:
        """Make `.migrate/`, which version control ignores, durably."""
        self.make_folder(PRIVATE)
        if self.mode(f"{PRIVATE}/.gitignore") is None:
            self.record(f"{PRIVATE}/.gitignore", b"*\n")
        self.sync_folder("")

    def overwrite(self, path: str, content: bytes) -> None:
        """Replace the bytes of a file of ours in place; not durable: no lock outlives a crash."""
        with self._at(path) as (folder, name):
            flags = os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW
            descriptor = self._system.open(name, flags, 0, folder)
            try:
                self._write(descriptor, content)
            finally:
                self._system.close(descriptor)

    def _write(self, descriptor: int, content: bytes) -> None:
        rest = memoryview(content)
        while rest:
            rest = rest[self._system.write(descriptor, rest) :]

    @contextmanager
    def _folder(self, folder: str) -> Iterator[int]:
        with opened(self._system, self.root, folder) as descriptor:
            yield descriptor

    @contextmanager
    def _at(self, path: str) -> Iterator[tuple[int, str]]:
        with _named(path), self._folder(posixpath.dirname(path)) as folder:
            yield folder, posixpath.basename(path)

    @contextmanager
    def _reading(self, path: str) -> Iterator[int | None]:
        descriptor = self._open_file(path)
        try:
            with _named(path):
                if descriptor is not None and not stat.S_ISREG(self._system.open_mode(descriptor)):
                    raise _odd(path)
                yield descriptor
        finally:
            if descriptor is not None:
                self._system.close(descriptor)

    def _open_file(self, path: str) -> int | None:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait forever.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            with self._at(path) as (folder, name):
                return self._system.open(name, flags, 0, folder)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO):
                raise _odd(path) from None
            raise


@contextmanager
def _named(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        error.filename = path or "."
        raise


def _odd(path: str) -> TreeMoved:
    return TreeMoved("is not a regular file", path, "put a regular file there, or move it away")
