"""A pager for long output, chosen as git chooses it: on a terminal only, never for scripts."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from migrate.cli.output import UnwritableError, forget_output

_OUT, _ERR = 1, 2
NONE = ("", "cat")
"""What is said where no pager is wanted, as to git."""
DEFAULTS = {"LESS": "FRX", "LV": "-c"}
"""How a pager behaves if the person says nothing else: a screenful is printed, colours are shown
and what was read stays on the screen (https://git-scm.com/docs/git-config, `core.pager`)."""


def pager_command(environment: Mapping[str, str]) -> str:
    """The pager of this person, "" for none: `MIGRATE_PAGER`, else `PAGER`, else `less`.

    None where nobody pages: a terminal that can only print, and jobs of CI.
    """
    if environment.get("TERM", "dumb") == "dumb" or environment.get("CI", "") not in (
        "",
        "0",
        "false",
    ):
        return ""
    for name in ("MIGRATE_PAGER", "PAGER"):
        if name in environment:
            said = environment[name].strip()
            return "" if said in NONE else said
    return "less" if shutil.which("less") else ""


class Pager:
    """Shows what is written to standard output from now on, until it is closed.

    What is said on standard error meanwhile waits for the end, since the screen is the pager's.
    Raises OSError or ValueError for a command that cannot be started.
    """

    def __init__(self, command: str) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        environment = {**DEFAULTS, **os.environ}
        self._process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, env=environment
        )
        assert self._process.stdin is not None
        self._out, self._err = os.dup(_OUT), os.dup(_ERR)
        self._remarks = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        os.dup2(self._process.stdin.fileno(), _OUT)
        self._process.stdin.close()
        if os.isatty(_ERR):
            os.dup2(self._remarks.fileno(), _ERR)

    def close(self) -> None:
        """Wait until the person has read it all; then tell what was said meanwhile."""
        self.flush()
        os.dup2(self._out, _OUT)  # closes the pipe: the pager sees the end
        os.close(self._out)
        try:
            with _uninterrupted():
                self._process.wait()
        finally:
            self._tell()

    def flush(self) -> bool:
        """Whether the pager still takes what is written; if not, it goes nowhere from now on."""
        try:
            sys.stdout.flush()
        except UnwritableError as error:
            if not error.broken_pipe:
                raise
            forget_output()
            sys.stdout.flush()
            return False
        return True

    def _tell(self) -> None:
        sys.stderr.flush()
        os.dup2(self._err, _ERR)
        os.close(self._err)
        self._remarks.seek(0)
        sys.stderr.buffer.write(self._remarks.read())
        sys.stderr.flush()
        self._remarks.close()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C is the pager's key while the person reads: nothing of ours is under way."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
