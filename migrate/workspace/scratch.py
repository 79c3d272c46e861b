"""A scratch copy of a tree, for rehearsals and gates."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from migrate.changes import Change
from migrate.disk import PRIVATE
from migrate.disk.temporary import temporary_folder
from migrate.errors import InputError, Refused
from migrate.trees.git import repository
from migrate.trees.tree import DiskTree

_CHUNK = 1 << 20


def listed(root: str) -> list[str]:
    """The files that belong to a tree: git's tracked and unignored ones, else all but caches.

    What is ours alone (`.migrate/`) never does, wherever it came from.
    """
    with repository(root) as git:
        if git is None:
            return list(DiskTree(root).files())
        names = git.others("--cached", "-z").split(b"\0")
    paths = {os.fsdecode(name) for name in names if name}
    return sorted(path for path in paths if path.partition("/")[0] != PRIVATE)


@contextmanager
def scratch_copy(
    root: str,
    changes: Iterable[Change] = (),
    keep: str | None = None,
    besides: Iterable[str] = (),
) -> Iterator[str]:
    """A copy of a tree with changes laid over it; removed at the end, unless it is to be kept.

    `besides` are files that go along although git ignores them. Raises InputError for what cannot
    be copied, or a folder to keep it in that is not empty.
    """
    with temporary_folder("migrate-") if keep is None else _kept(keep) as folder:
        for path in sorted({*listed(root), *besides}):
            with _told(path):
                _copy(os.path.join(root, path), os.path.join(folder, path))
        lay(folder, changes)
        yield folder


def lay(folder: str, changes: Iterable[Change]) -> None:
    """Lay changes over a copy. Raises InputError for what cannot be written, Refused outside."""
    for change in changes:
        with _told(change.path):
            _lay(folder, change.path, change.after)


@contextmanager
def _kept(folder: str) -> Iterator[str]:
    with _told(folder):
        os.makedirs(folder, exist_ok=True)
        if os.listdir(folder):
            raise InputError("is not empty", folder, _NEW_FOLDER)
    yield folder


_NEW_FOLDER = "name a new folder for the scratch copy"


def empty_folder(path: str) -> None:
    """Raises InputError for what is there and is no empty folder; makes nothing."""
    with _told(path):
        if os.path.lexists(path) and os.listdir(path):
            raise InputError("is not empty", path, _NEW_FOLDER)


@contextmanager
def _told(path: str) -> Iterator[None]:
    """The letter for what the operating system refuses."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        hint = "check its name, its permissions, and the room there"
        raise InputError(f"cannot be copied or made: {reason}", path, hint) from None


def _copy(source: str, target: str) -> None:
    """Copy a file or a link; anything else is no part of a tree."""
    if os.path.islink(source):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(os.readlink(source), target)
    elif os.path.isfile(source):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(source, "rb", opener=_at_once) as old, open(target, "xb") as new:
            _copy_content(old.fileno(), new.fileno())
        shutil.copystat(source, target)


def _at_once(path: str, flags: int) -> int:
    # Without waiting, should a FIFO stand there by now.
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)


def _copy_content(source: int, target: int) -> None:
    """Copy what is data, and leave the holes: a file may claim any size and hold nothing."""
    size, at = os.fstat(source).st_size, 0
    os.ftruncate(target, size)
    while at < size:
        try:
            at = os.lseek(source, at, os.SEEK_DATA)
            end = os.lseek(source, at, os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return  # only a hole is left
            end = size  # the file system knows no holes
        while at < end and (chunk := os.pread(source, min(_CHUNK, end - at), at)):
            at += os.pwrite(target, chunk, at)
        at = max(at, end)


def _lay(folder: str, path: str, content: bytes | None) -> None:
    target = os.path.join(folder, path)
    above = os.path.realpath(os.path.dirname(target))
    if os.path.commonpath([os.path.realpath(folder), above]) != os.path.realpath(folder):
        hint = "replace the link by the folder it points to"
        raise Refused("a symbolic link leads outside of a scratch copy", path, hint)
    if os.path.islink(target):
        os.unlink(target)  # or the write would go through it, to where it leads
    if content is None:
        if os.path.lexists(target):
            os.unlink(target)
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(content)
