"""Run the command in this process, as a user would."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from migrate.cli.main import run
from tests.support.hints import Follower

HINTS = Follower()
"""What the commands of all tests hinted at; `tests/conftest.py` follows it after each test."""


@dataclass(frozen=True)
class Ran:
    """What one command did: its exit code and what it printed."""

    code: int
    out: str
    err: str


def migrate(root: Path, *arguments: str) -> Ran:
    """`migrate --root ROOT ARGUMENTS`, without a terminal and without colours."""
    ran = unfollowed(root, *arguments)
    HINTS.note(root, arguments, ran)
    return ran


def unfollowed(root: Path, *arguments: str) -> Ran:
    """The same, and nobody follows its hints.

    Nothing is synced: what that is for is proven on a model disk, and a real one takes its time.
    """
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch("os.fsync"),
    ):
        code = run(["--root", str(root), "--color", "never", *arguments])
    return Ran(code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()
