"""One writer per root: wait briefly, then say who holds the lock."""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from migrate.disk import PRIVATE, Disk
from migrate.errors import MigrateError, Refused, TreeMoved

LOCK = f"{PRIVATE}/lock"
MARKER = f"{PRIVATE}/lock.marker"
_POLL_SECONDS = 0.05


@contextmanager
def locked(disk: Disk, wait_seconds: float = 5.0) -> Iterator[None]:
    """Hold the lock of a root; wait `wait_seconds` for another holder.

    Raises TreeMoved that names the holder, or says that the lock is no file of ours, Refused if the
    lock cannot be written. The kernel drops the lock of a process that died, so a lock file of the
    dead is simply taken over; where a file system has no such locks, filelock uses a marker file
    and checks whether its owner lives.
    """
    with _writable():
        # Only the folder: whatever else is written needs the lock first.
        disk.make_folder(PRIVATE)
        release = _acquire(disk, time.monotonic() + wait_seconds)
    try:
        with _writable():
            disk.make_private()
        yield
    finally:
        release()


@contextmanager
def _writable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        path = error.filename if isinstance(error.filename, str) else LOCK
        raise Refused(f"cannot be written: {reason}", path, "give write permission") from error


def _acquire(disk: Disk, deadline: float) -> Callable[[], object]:
    """Take the lock; what gives it back. Nothing is written before it is known to be ours."""
    from filelock import lock_descriptor

    while True:
        descriptor = disk.open_own(LOCK)
        try:
            held = lock_descriptor(descriptor, blocking=False)
            # Removed or replaced between opening and locking, it would be a lock for nobody else.
            if held and disk.is_own(LOCK, descriptor):
                disk.rewrite(descriptor, _signature())
                return partial(_release, descriptor)
        except OSError as error:
            os.close(descriptor)
            if error.errno != errno.ENOSYS:
                raise
            return _marked(disk, deadline)
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if time.monotonic() >= deadline:
            raise _busy(disk)
        time.sleep(_POLL_SECONDS)


def _release(descriptor: int) -> None:
    from filelock import unlock_descriptor

    # Unlocked first: a child that was forked meanwhile has the descriptor as well.
    try:
        unlock_descriptor(descriptor)
    finally:
        os.close(descriptor)


def _marked(disk: Disk, deadline: float) -> Callable[[], object]:
    """The lock where the file system has none: a file that is there, or not."""
    from filelock import SoftFileLock, Timeout

    lock = SoftFileLock(os.path.join(disk.root, MARKER))
    try:
        lock.acquire(timeout=max(0.0, deadline - time.monotonic()))
    except Timeout:
        raise _busy(disk) from None
    return lock.release


def _busy(disk: Disk) -> TreeMoved:
    hint = "wait until it is done, then run again"
    return TreeMoved(
        f"another migrate command is running in this tree: {_holder(disk)}", LOCK, hint
    )


def _signature() -> bytes:
    command = " ".join([os.path.basename(sys.argv[0]), *sys.argv[1:]])[:200]
    mine = {"pid": os.getpid(), "host": socket.gethostname(), "command": command}
    return json.dumps(mine).encode()


def _holder(disk: Disk) -> str:
    try:
        who = json.loads(disk.read(LOCK) or b"")
        return f"process {who['pid']} on {who['host']}: {who['command']}"
    except (OSError, ValueError, TypeError, KeyError, RecursionError, MigrateError):
        return "it left no name"
