"""Standard output and error as they may be: closed, full, or a pipe that nobody reads."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import Any, TextIO

_OUT, _ERR = 1, 2


class UnwritableError(Exception):
    """Standard output takes nothing; no error of ours, so that nothing but `run` handles it."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.broken_pipe = error.errno == errno.EPIPE
        self.reason = (error.strerror or str(error)).lower()


class _Output(io.FileIO):
    """Tells apart that a result cannot be told from any other trouble with files."""

    def write(self, content: Any, /) -> int:
        try:
            return super().write(content)
        except OSError as error:
            raise UnwritableError(error) from None


class _Remarks(io.FileIO):
    """Where remarks and letters cannot be told, the exit code has to do."""

    def write(self, content: Any, /) -> int:
        with suppress(OSError):
            return super().write(content)
        return memoryview(content).nbytes


def guard_streams() -> None:
    """Put streams in place that fail as this module says; for a process of our own only."""
    _occupy()
    sys.stdout = _stream(sys.stdout, _Output(_OUT, "wb", closefd=False))
    sys.stderr = _stream(sys.stderr, _Remarks(_ERR, "wb", closefd=False))


def _occupy() -> None:
    """Keep the numbers of closed streams from files of ours, which would get what is printed."""
    for number in range(_ERR + 1):
        try:
            os.fstat(number)
        except OSError:
            closed = os.open(os.devnull, os.O_RDONLY)  # writing there fails, as it should
            if closed != number:
                os.dup2(closed, number)
                os.close(closed)


def _stream(old: TextIO | None, raw: io.FileIO) -> TextIO:
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=old.encoding if old is not None else None,
        # Names of files may hold bytes that are no text; they are shown, never the end of a run.
        errors="backslashreplace",
        line_buffering=raw.isatty(),
    )


def forget_output() -> None:
    """Let what is still to be written go nowhere, or Python complains when it flushes at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _OUT)
    os.close(nowhere)
