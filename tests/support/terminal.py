"""Run the command where a person sits: on a terminal of some width."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# The terminal becomes that of the new session, so that Ctrl-C is a signal.
_OWN = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
COMMAND = (sys.executable, "-c", f"{_OWN}; from migrate.cli.main import main; main()")
_MOST_SECONDS = 60


class Terminal:
    """One command on a terminal of its own. `screen` is all that was shown so far."""

    def __init__(
        self,
        root: Path,
        arguments: Sequence[str],
        columns: int = 80,
        lines: int = 24,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        drop = ("CI", "PAGER", "MIGRATE_PAGER", "LESS", "NO_COLOR")
        kept = {name: value for name, value in os.environ.items() if name not in drop}
        self.process = subprocess.Popen(
            [*COMMAND, "--root", str(root), *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**kept, "TERM": "xterm", "NO_COLOR": "1", **(environment or {})},
        )
        os.close(theirs)
        self._deadline = time.monotonic() + _MOST_SECONDS
        self._raw = b""

    @property
    def screen(self) -> str:
        """What was shown, with the lines of a file."""
        return self._raw.decode(errors="replace").replace("\r\n", "\n")

    def read(self, until: str = "") -> str:
        """Read up to a text, or to the end; the screen so far."""
        while not until or until not in self.screen:
            left = self._deadline - time.monotonic()
            ready, _, _ = select.select([self.ours], [], [], max(left, 0))
            if not ready:
                self.process.kill()
                raise AssertionError(f"nothing more is shown after {self.screen!r}")
            if not self._piece():
                break
        return self.screen

    def _piece(self) -> bool:
        """Read what is there; whether there was anything."""
        try:
            piece = os.read(self.ours, 65536)
        except OSError:  # how Linux tells that nobody has the terminal open any more
            return False
        self._raw += piece
        return bool(piece)

    def press(self, keys: str) -> None:
        """Type on the keyboard."""
        os.write(self.ours, keys.encode())

    def leave(self, key: str) -> tuple[int, str]:
        """Press a key until the command ends: a signal may take what was typed before it."""
        while self.process.poll() is None:
            assert time.monotonic() < self._deadline, self.screen
            self.press(key)
            self._read_for(0.3)
        return self.end()

    def _read_for(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while select.select([self.ours], [], [], max(until - time.monotonic(), 0))[0]:
            if not self._piece():
                return

    def end(self) -> tuple[int, str]:
        """Wait for the end: the exit code and the whole screen."""
        self.read()
        os.close(self.ours)
        code = self.process.wait(_MOST_SECONDS)
        return code, self.screen


def shown(
    root: Path,
    *arguments: str,
    columns: int = 80,
    environment: Mapping[str, str] | None = None,
) -> str:
    """What a command shows on a terminal, without a pager and without what was erased again."""
    plain = {"PAGER": "cat", **(environment or {})}
    _, screen = Terminal(root, arguments, columns, environment=plain).end()
    return left(screen)


def left(screen: str) -> str:
    """What is left on a screen: a line that was written over is gone."""
    return re.sub(r"[^\n]*\r", "", screen)
