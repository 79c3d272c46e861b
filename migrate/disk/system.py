"""The calls to the operating system that `Disk` is made of; a test may stand in for them."""

from __future__ import annotations

import os
from typing import Protocol


class System(Protocol):
    """What `Disk` asks of an operating system; each call means what POSIX says, errors are OSError.

    Every name is one component below the open folder `folder`; nothing here follows a path.
    """

    def open_root(self, root: str) -> int:
        """Open the root folder; the only call that takes a whole path."""

    def open(self, name: str, flags: int, mode: int, folder: int) -> int:
        """openat(2)."""

    def close(self, descriptor: int) -> None:
        """close(2)."""

    def read(self, descriptor: int, size: int) -> bytes:
        """read(2)."""

    def write(self, descriptor: int, content: bytes | memoryview) -> int:
        """write(2): how many bytes were written, maybe not all."""

    def fsync(self, descriptor: int) -> None:
        """fsync(2), of a file or of a folder."""

    def fchmod(self, descriptor: int, mode: int) -> None:
        """fchmod(2)."""

    def mode(self, name: str, folder: int) -> int:
        """st_mode by fstatat(2), links not followed."""

    def open_mode(self, descriptor: int) -> int:
        """st_mode by fstat(2)."""

    def stamp(self, folder: int) -> int:
        """st_mtime_ns by fstat(2) of an open folder: it changes with its names."""

    def rename(self, source: str, target: str, folder: int) -> None:
        """renameat(2) within one folder."""

    def unlink(self, name: str, folder: int) -> None:
        """unlinkat(2)."""

    def mkdir(self, name: str, folder: int) -> None:
        """mkdirat(2), mode 0777 less the umask."""

    def rmdir(self, name: str, folder: int) -> None:
        """unlinkat(2) of an empty folder."""

    def names(self, folder: int) -> list[str]:
        """The entries of an open folder, in any order."""

    def readlink(self, name: str, folder: int) -> str:
        """readlinkat(2)."""


class Posix:
    """The operating system itself."""

    def open_root(self, root: str) -> int:
        """See `System`."""
        return os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def open(self, name: str, flags: int, mode: int, folder: int) -> int:
        """See `System`."""
        return os.open(name, flags | os.O_CLOEXEC, mode, dir_fd=folder)

    def close(self, descriptor: int) -> None:
        """See `System`."""
        os.close(descriptor)

    def read(self, descriptor: int, size: int) -> bytes:
        """See `System`."""
        return os.read(descriptor, size)

    def write(self, descriptor: int, content: bytes | memoryview) -> int:
        """See `System`."""
        return os.write(descriptor, content)

    def fsync(self, descriptor: int) -> None:
        """See `System`."""
        os.fsync(descriptor)

    def fchmod(self, descriptor: int, mode: int) -> None:
        """See `System`."""
        os.fchmod(descriptor, mode)

    def mode(self, name: str, folder: int) -> int:
        """See `System`."""
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode

    def open_mode(self, descriptor: int) -> int:
        """See `System`."""
        return os.fstat(descriptor).st_mode

    def stamp(self, folder: int) -> int:
        """See `System`."""
        return os.fstat(folder).st_mtime_ns

    def rename(self, source: str, target: str, folder: int) -> None:
        """See `System`."""
        os.rename(source, target, src_dir_fd=folder, dst_dir_fd=folder)

    def unlink(self, name: str, folder: int) -> None:
        """See `System`."""
        os.unlink(name, dir_fd=folder)

    def mkdir(self, name: str, folder: int) -> None:
        """See `System`."""
        os.mkdir(name, dir_fd=folder)

    def rmdir(self, name: str, folder: int) -> None:
        """See `System`."""
        os.rmdir(name, dir_fd=folder)

    def names(self, folder: int) -> list[str]:
        """See `System`."""
        return os.listdir(folder)

    def readlink(self, name: str, folder: int) -> str:
        """See `System`."""
        return os.readlink(name, dir_fd=folder)
