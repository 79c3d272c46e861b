"""Asks for a look at the whole tree, once nobody has typed or saved for a moment."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import migrate
from migrate.lsp.check import finding_of
from migrate.lsp.diagnostics import CheckResult
from migrate.lsp.folder import ConfigFolder

PAUSE = 0.4
"""Seconds without a save before the tree is looked at."""
LONGEST_LINE = 1 << 28
"""Bytes of one answer of the process."""

_START = "import sys; sys.path[0] = sys.argv[1]; from migrate.lsp.check import main; main()"
"""What the process runs; nothing of the folder that it stands in is imported."""


class Checker:
    """The looks at one root: one at a time, and none that is out of date. `told` is called when
    something came of it."""

    def __init__(
        self,
        folder: ConfigFolder,
        gate: bool,
        told: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        self.folder = folder
        self.gate = gate
        self.found = CheckResult()
        self._told = told
        self._failed = failed
        self._waiting: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._process: Process | None = None

    def ask(self) -> None:
        """Look at the tree soon; a look that is under way is out of date."""
        self.stop()
        loop = asyncio.get_running_loop()
        self._waiting = loop.call_later(PAUSE, self._begin)

    def stop(self) -> None:
        """Let go of what waits or runs."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        self._process = None

    def _begin(self) -> None:
        self._waiting = None
        self._task = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        texts = dict(self.folder.texts)
        try:
            process = await self._start()
            await self._read(process, texts)
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._failed(f"the look at {self.folder.root} failed: {error!r}")

    async def _start(self) -> Process:
        home = os.path.dirname(os.path.dirname(os.path.abspath(migrate.__file__)))
        debug = os.environ.get("MIGRATE_DEBUG")
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _START,
            home,
            stdin=PIPE,
            stdout=PIPE,
            stderr=None if debug else DEVNULL,
            cwd="/",
            limit=LONGEST_LINE,
        )
        return process

    async def _read(self, process: Process, texts: dict[str, str]) -> None:
        if process.stdin is None or process.stdout is None:
            return
        process.stdin.write(json.dumps(self._question(texts)).encode())
        with suppress(BrokenPipeError, ConnectionResetError):
            await process.stdin.drain()
        process.stdin.close()
        while line := await process.stdout.readline():
            self._take_in(json.loads(line), texts)
        if await process.wait() > 0:
            self._failed(f"the look at {self.folder.root} ended with code {process.returncode}")

    def _question(self, texts: dict[str, str]) -> dict[str, Any]:
        options = self.folder.options
        return {
            "root": self.folder.root,
            "plans": options.plans,
            "dialect": options.dialect,
            "limits": list(options.limits),
            "texts": texts,
            "gate": self.gate,
        }

    def _take_in(self, answer: dict[str, Any], texts: dict[str, str]) -> None:
        if "links" in answer:
            self.folder.family.learn(answer["links"])
        if "fusion" in answer:
            self.folder.fusion = frozenset(answer["fusion"])
        if "findings" in answer and (answer["last"] or not self.found.by_path):
            self.found = CheckResult(map(finding_of, answer["findings"]), texts)
        self._told()
