"""The process in which the trainer answers: bounded in time, and ended with all it starts."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import NamedTuple

_POLL_SECONDS = 0.05
_LAST_BYTES, _LAST_LINES = 8192, 12
_DRAINED = 64


class Ended(NamedTuple):
    """How a process ended: its exit code, None where its time was up; what it printed last."""

    code: int | None
    last: tuple[str, ...]

    def __str__(self) -> str:
        """How, where it was not we who ended it: `exit 1`, `signal 9`."""
        return (
            f"signal {-self.code}"
            if self.code is not None and self.code < 0
            else f"exit {self.code}"
        )


def run(
    command: Sequence[str],
    folder: str,
    environment: Mapping[str, str],
    answers: str,
    seconds: float,
    grown: Callable[[], object],
) -> Ended:
    """Run a command until it ends, or until the file of answers has not grown for some seconds.

    `grown` is called each time it has. Raises OSError for what cannot be run.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        return _watched(process, answers, seconds, grown)
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _watched(
    process: subprocess.Popen[bytes], answers: str, seconds: float, grown: Callable[[], object]
) -> Ended:
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    os.set_blocking(pipe, False)
    size, since, last = 0, monotonic(), b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(pipe, selectors.EVENT_READ)
        while process.poll() is None:
            for _ in waiting.select(_POLL_SECONDS):
                printed = os.read(pipe, 1 << 16)
                last = (last + printed)[-_LAST_BYTES:]
                if not printed:
                    waiting.unregister(pipe)
            now = os.path.getsize(answers)
            if now != size:
                size, since = now, monotonic()
                grown()
            elif monotonic() - since > seconds:
                return Ended(None, _lines(last))
    # A child that stays may go on printing for as long as it is not ended.
    for _ in range(_DRAINED):
        with suppress(BlockingIOError):
            last = (last + os.read(pipe, 1 << 16))[-_LAST_BYTES:]
    return Ended(process.returncode, _lines(last))


def _lines(printed: bytes) -> tuple[str, ...]:
    return tuple(printed.decode("utf-8", "replace").strip().splitlines()[-_LAST_LINES:])
