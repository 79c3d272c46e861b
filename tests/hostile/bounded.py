"""Run commands where they can do no harm: a process of their own, with a limit on time and memory.

A server imports the command once and forks for each run, so that a run costs milliseconds.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click

from tests.support.modules import import_all

REPOSITORY = Path(__file__).parents[2]
MEMORY = 1 << 30
WALL = 10
"""Seconds on the clock for each second of the processor, before a run counts as hung."""


@dataclass(frozen=True)
class Ran:
    """What became of one run. `code` is negative for one that was stopped at its time limit.

    `seconds` are of the processor, so that a busy machine changes nothing.
    """

    code: int
    out: str
    err: str
    seconds: float
    megabytes: int


class Server:
    """Takes commands and runs each in a child of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1"},
        )

    def run(
        self,
        root: Path,
        *arguments: str,
        seconds: float = 10,
        memory: int = MEMORY,
        env: dict[str, str] | None = None,
    ) -> Ran:
        """`migrate --root ROOT ARGUMENTS`, at most so many seconds, at most so many bytes."""
        order = {
            "cwd": str(root),
            "arguments": ["--root", str(root), "--color", "never", *arguments],
            "seconds": seconds,
            "memory": memory,
            "env": env or {},
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Ran(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the server."""
        self._process.communicate()


def _serve() -> None:
    from migrate.cli.main import VERBS, cli

    context = click.Context(cli)
    for verb in VERBS:
        cli.get_command(context, verb)
    import_all()
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line))), flush=True)  # noqa: T201 - answers its parent


def _run(order: dict[str, object]) -> dict[str, object]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            _child(order, out.fileno(), err.fileno())
        code, took, peak = _wait(child, time.monotonic() + WALL * float(str(order["seconds"])))
        texts = [_text(stream.fileno()) for stream in (out, err)]
    return {
        "code": code,
        "out": texts[0],
        "err": texts[1],
        "seconds": round(took, 3),
        "megabytes": peak,
    }


def _wait(child: int, deadline: float) -> tuple[int, float, int]:
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    while time.monotonic() < deadline:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            spent = usage.ru_utime + usage.ru_stime
            return os.waitstatus_to_exitcode(status), spent, usage.ru_maxrss // unit
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    usage = os.wait4(child, 0)[2]
    return -signal.SIGKILL, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // unit


def _text(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", closefd=False) as file:
        return file.read(16 << 20).decode("utf-8", "surrogateescape")


def _child(order: dict[str, object], out: int, err: int) -> None:
    code = 70
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (out, 1), (err, 2)):
            os.dup2(source, target)
        os.chdir(str(order["cwd"]))
        os.environ.update(order["env"])  # type: ignore[call-overload]
        os.environ["MIGRATE_DEBUG"] = "1"
        # What syncing is for is proven elsewhere, and a real disk takes its time.
        os.fsync = lambda _: None  # type: ignore[assignment]
        resource.setrlimit(resource.RLIMIT_CPU, (int(float(str(order["seconds"]))) + 1,) * 2)
        with suppress(ValueError, OSError):  # macOS has no such limit
            resource.setrlimit(resource.RLIMIT_AS, (int(str(order["memory"])),) * 2)
        from migrate.cli.main import run

        code = run(list(order["arguments"]))  # type: ignore[call-overload]
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve()
