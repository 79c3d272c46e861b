"""From the root to a file one folder at a time, so that no link can lead a write astray."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from migrate.disk.system import System
from migrate.errors import Refused, TreeMoved
from migrate.locations import PRIVATE

CLOSED = frozenset({PRIVATE, ".git", ".hg", ".svn"})
"""Folders that no change may reach: a hook written into `.git` would be run."""

MAX_LINKS = 40
"""Links followed for one path before it counts as a loop; what Linux allows."""

MAX_PATH_BYTES = 3072
"""The longest path below the root: Linux opens 4,096 bytes at a time, the root included."""

_MOVED = "the path changed while it was in use; look at it, then run again"


@contextmanager
def opened(system: System, root: str, folder: str) -> Iterator[int]:
    """Open a folder below the root ("" is the root). A link on the way raises TreeMoved."""
    descriptor = system.open_root(root)
    try:
        for name in parts(folder):
            inner = _enter(system, name, descriptor, folder)
            system.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        system.close(descriptor)


def _enter(system: System, name: str, folder: int, path: str) -> int:
    try:
        return system.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, 0, folder)
    except OSError as error:
        # A link is ELOOP or ENOTDIR, whichever the kernel looks at first.
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise TreeMoved(f"{name} is not a folder", path, _MOVED) from None
        raise


def parts(path: str) -> list[str]:
    """The components of a root-relative path; none for the root. Raises Refused if it leaves it."""
    names = path.split("/") if path else []
    if ".." in names or "" in names:
        raise Refused("leads outside the root", path, "name a file below the root")
    return names


def checked(path: str) -> str:
    """The path itself, if a change may name it. Raises Refused."""
    names = path.split("/")
    if path.startswith("/") or ".." in names:
        raise Refused("leads outside the root", path, "name a file below the root")
    if "" in names or "." in names or "\0" in path:
        raise Refused("is not the path of a file", path, "name a file below the root")
    if len(os.fsencode(path)) > MAX_PATH_BYTES:
        raise Refused("is too long a path", path, "no program could open it; name another file")
    closed = next((name for name in names if name.casefold() in CLOSED), None)
    if closed:
        raise Refused(f"lies in {closed}, which is not part of the tree", path, "name another file")
    return path


def resolve(system: System, root: str, path: str) -> str:
    """Where a path really leads: root-relative, no link left in it.

    Raises TreeMoved when a link leaves the root or leads to itself, Refused where no change may go.
    """
    pending, real, links = checked(path).split("/"), list[str](), 0
    while pending:
        name = pending.pop(0)
        if name == "..":
            if not real:
                raise _outside(path)
            real.pop()
        elif name not in ("", "."):
            link = _link(system, root, "/".join(real), name)
            if link is None:
                real.append(name)
                continue
            links += 1
            if links > MAX_LINKS:
                raise TreeMoved("is a symbolic link that leads to itself", path, "replace the link")
            if link.startswith("/"):
                link, real = _below(root, link, path), []
            pending = link.split("/") + pending
    return checked("/".join(real))


def _link(system: System, root: str, folder: str, name: str) -> str | None:
    with suppress(FileNotFoundError), opened(system, root, folder) as descriptor:
        if stat.S_ISLNK(system.mode(name, descriptor)):
            return system.readlink(name, descriptor)
    return None


def _below(root: str, link: str, path: str) -> str:
    inner = posixpath.relpath(link, root)
    if inner == ".." or inner.startswith("../"):
        raise _outside(path)
    return inner


def _outside(path: str) -> TreeMoved:
    hint = "replace the link by what it points to, or name the file itself"
    return TreeMoved(
        "a symbolic link leads outside the root; nothing is written through it", path, hint
    )
