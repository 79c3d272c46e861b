"""One writer per root: wait briefly, then say who holds the lock."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from migrate.disk import PRIVATE, Disk
from migrate.errors import Refused, TreeMoved

LOCK = f"{PRIVATE}/lock"


@contextmanager
def locked(disk: Disk, wait_seconds: float = 5.0) -> Iterator[None]:
    """Hold the lock of a root; wait `wait_seconds` for another holder.

    Raises TreeMoved that names the holder, Refused if the lock cannot be written. The kernel drops
    the lock of a process that died, so a lock file of the dead is simply taken over; where a file
    system has no such locks, filelock uses a marker file and checks whether its owner lives.
    """
    from filelock import FileLock, Timeout

    with _writable():
        # Only the folder: whatever else is written needs the lock first.
        disk.make_folder(PRIVATE)
        _refuse_link(disk)
        lock = FileLock(os.path.join(disk.root, LOCK), timeout=wait_seconds)
        try:
            lock.acquire()
        except Timeout:
            hint = "wait until it is done, then run again"
            raise TreeMoved(
                f"another command is at work here: {_holder(disk)}", LOCK, hint
            ) from None
    try:
        with _writable():
            _sign(disk, lock)
            disk.make_private()
        yield
    finally:
        lock.release()


@contextmanager
def _writable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        path = error.filename if isinstance(error.filename, str) else LOCK
        raise Refused(f"cannot be written: {reason}", path, "give write permission") from error


def _refuse_link(disk: Disk) -> None:
    if disk.is_link(LOCK):
        raise TreeMoved("is a symbolic link; a lock is a file", LOCK, "remove the link")


def _sign(disk: Disk, lock: object) -> None:
    from filelock import UnixFileLock

    # A marker file of the fallback is filelock's own record: signing it would break it.
    if isinstance(lock, UnixFileLock):
        command = " ".join([os.path.basename(sys.argv[0]), *sys.argv[1:]])[:200]
        mine = {"pid": os.getpid(), "host": socket.gethostname(), "command": command}
        disk.overwrite(LOCK, json.dumps(mine).encode())


def _holder(disk: Disk) -> str:
    try:
        who = json.loads(disk.read(LOCK) or b"")
        return f"process {who['pid']} on {who['host']}: {who['command']}"
    except (OSError, ValueError, TypeError, KeyError):
        return "it did not say who it is"
