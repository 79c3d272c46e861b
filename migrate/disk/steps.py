"""The steps of which every write is made; each is durable or undone by repeating it."""

from __future__ import annotations

import errno
import hashlib
import os
import posixpath
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from migrate.disk.spellings import Spellings
from migrate.disk.system import Posix, System
from migrate.disk.walk import opened, resolve
from migrate.errors import TreeMoved
from migrate.locations import PRIVATE

_CHUNK = 1 << 20
_NOT_EMPTY = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT)
# Some network and FUSE file systems cannot sync a folder and say so in one of these ways.
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP)

_ODD = (errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.EISDIR, errno.EOPNOTSUPP)
"""How opening says that a name is a link, a FIFO, a socket or a folder."""

LARGEST = 1 << 30
"""The most bytes of a file that are looked at: a file may claim any size, and hold nothing."""
RECORD_BYTES = 64 << 20
"""The most bytes of a file of ours that are read."""


class FileState(NamedTuple):
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
        self._spellings = Spellings(self._system)
        self._is_private = False

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

    def look(self, path: str) -> FileState | None:
        """The file at a real path, None where nothing is. Raises TreeMoved for any other thing."""
        with self._reading(path) as descriptor:
            if descriptor is None:
                return None
            hasher = hashlib.sha256()
            for chunk in self._chunks(path, descriptor, LARGEST):
                hasher.update(chunk)
            return FileState(hasher.hexdigest(), stat.S_IMODE(self._system.open_mode(descriptor)))

    def read(self, path: str, limit: int = RECORD_BYTES) -> bytes | None:
        """The bytes at a real path, None where nothing is. Raises TreeMoved for any other thing."""
        with self._reading(path) as descriptor:
            return None if descriptor is None else b"".join(self._chunks(path, descriptor, limit))

    def _chunks(self, path: str, descriptor: int, limit: int) -> Iterator[bytes]:
        size = 0
        while chunk := self._system.read(descriptor, _CHUNK):
            size += len(chunk)
            if size > limit:
                raise TreeMoved(f"is larger than {limit:,} bytes", path, "look at it; move it away")
            yield chunk

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted; none where the folder does not exist."""
        with _named(folder), suppress(FileNotFoundError), self._folder(folder) as descriptor:
            return sorted(self._system.names(descriptor))
        return []

    def twins(self, path: str) -> list[str]:
        """The names beside a path that are its own but for case and accents; none for no folder."""
        with _named(path), suppress(FileNotFoundError), self._at(path) as (folder, name):
            return self._spellings.twins(posixpath.dirname(path), folder, name)
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
            bits = 0o644 if mode is None else 0o600
            with self._spellings.changing(posixpath.dirname(path), folder, made=name):
                descriptor = self._system.open(name, flags, bits, folder)
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
        above = posixpath.dirname(path)
        with (
            suppress(FileNotFoundError),
            self._at(path) as (folder, name),
            self._spellings.changing(above, folder, gone=source, made=name),
        ):
            self._system.rename(source, name, folder)

    def unlink(self, path: str) -> None:
        """Remove a name; gone already is fine."""
        with (
            suppress(FileNotFoundError),
            self._at(path) as (folder, name),
            self._spellings.changing(posixpath.dirname(path), folder, gone=name),
        ):
            self._system.unlink(name, folder)

    def make_folder(self, folder: str, mode: int | None = None) -> None:
        """Make one folder, durable after `sync_folder` of its parent; there already is fine."""
        above = posixpath.dirname(folder)
        with (
            self._at(folder) as (parent, name),
            suppress(FileExistsError),
            self._spellings.changing(above, parent, made=name),
        ):
            self._system.mkdir(name, parent)
        if mode is not None:
            with _named(folder), self._folder(folder) as descriptor:
                self._system.fchmod(descriptor, mode)
                self._system.fsync(descriptor)

    def remove_folder(self, folder: str) -> None:
        """Remove a folder if it is empty; gone already, or in use, is fine."""
        try:
            with (
                self._at(folder) as (parent, name),
                self._spellings.changing(posixpath.dirname(folder), parent, gone=name),
            ):
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
        """Make `.migrate/`, which version control ignores, durably; once is enough."""
        if self._is_private and self.mode(f"{PRIVATE}/.gitignore") is not None:
            return
        self.make_folder(PRIVATE)
        if self.mode(f"{PRIVATE}/.gitignore") is None:
            self.record(f"{PRIVATE}/.gitignore", b"*\n")
        self.sync_folder("")
        self._is_private = True

    # The lock, which is opened again and again: its name must stand for one file all the time.

    def open_own(self, path: str) -> int:
        """A descriptor of a file of ours, for reading and writing; it is made if nothing is there.

        Raises TreeMoved for what is not a regular file, or has another name that may be anywhere.
        """
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK
        with self._at(path) as (folder, name):
            try:
                descriptor = self._open_or_make(name, flags, folder)
            except OSError as error:
                if error.errno in _ODD:
                    raise _odd(path) from None
                raise
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode) and status.st_nlink <= 1:
            return descriptor
        os.close(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _odd(path)
        what = "has another name (a hard link), and is not written to"
        raise TreeMoved(what, path, f"remove this name: rm {path}")

    def _open_or_make(self, name: str, flags: int, folder: int) -> int:
        while True:
            with suppress(FileExistsError):
                return self._system.open(name, flags | os.O_CREAT | os.O_EXCL, 0o644, folder)
            with suppress(FileNotFoundError):  # removed in between
                return self._system.open(name, flags, 0, folder)

    def is_own(self, path: str, descriptor: int) -> bool:
        """Whether a name still stands for an open file, and no other name does."""
        opened_file = os.fstat(descriptor)
        with suppress(FileNotFoundError), self._at(path) as (folder, name):
            named = os.stat(name, dir_fd=folder, follow_symlinks=False)
            return os.path.samestat(named, opened_file) and opened_file.st_nlink == 1
        return False

    def rewrite(self, descriptor: int, content: bytes) -> None:
        """Replace the bytes of a file of ours; not durable: no lock outlives a crash."""
        os.ftruncate(descriptor, 0)
        self._write(descriptor, content)

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
            if error.errno in _ODD:
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
