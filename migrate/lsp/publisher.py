"""The diagnostics that an editor shows: what is told of each file, and taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from lsprotocol import types

from migrate.lsp.checker import Checker
from migrate.lsp.diagnostics import Diagnostic, diagnostics, elsewhere
from migrate.lsp.folder import ConfigFolder
from migrate.lsp.lines import Lines
from migrate.lsp.protocol import diagnostic_messages, encoding_of
from migrate.lsp.roots import FileInRoot, Roots

PAUSE = 0.25
"""Seconds without a keystroke before the text is looked at."""


AT_ONCE, BREATH = 3, 0.02
"""So many files that nobody has open are told of at once, and seconds until the next ones."""


class _Published(NamedTuple):
    """What was told of a file: with its text; or without, of one that is not open, the findings."""

    text: str | None
    listed: list[Any]


class DiagnosticsPublisher:
    """What was told of each file of each root, so that only what is new is told again."""

    def __init__(self, server: Any, roots: Roots, gate: bool, log: Callable[[str], None]) -> None:
        self._server = server
        self._roots = roots
        self._gate = gate
        self._log = log
        self._checkers: dict[str, Checker] = {}
        self._told: dict[str, dict[str, _Published]] = {}
        self._queue: dict[tuple[str, str], ConfigFolder] = {}
        """Files that are not open, by root and path, of which something new is to be told."""
        self._waiting: dict[str, asyncio.TimerHandle] = {}

    def opened(self, found: FileInRoot) -> None:
        """A file was opened: look at it, and at the tree unless that was done before."""
        self.edited(found)
        if found.folder.root not in self._checkers:
            self.saved(found.folder)

    def edited(self, found: FileInRoot) -> None:
        """A text changed: look at it once nobody types."""
        root = found.folder.root
        if root in self._waiting:
            self._waiting[root].cancel()
        loop = asyncio.get_running_loop()
        self._waiting[root] = loop.call_later(PAUSE, self._tell, found.folder)

    def saved(self, folder: ConfigFolder) -> None:
        """Something was written: look at the whole tree."""
        self._checker(folder).ask()

    def stop(self) -> None:
        """Nothing is told any more."""
        for waiting in self._waiting.values():
            waiting.cancel()
        for checker in self._checkers.values():
            checker.stop()
        self._queue.clear()

    def _checker(self, folder: ConfigFolder) -> Checker:
        if folder.root not in self._checkers:

            def told() -> None:
                self._tell(folder)

            self._checkers[folder.root] = Checker(folder, self._gate, told, self._log)
        return self._checkers[folder.root]

    def _tell(self, folder: ConfigFolder) -> None:
        try:
            self._publish(folder)
            self._refresh()
        except Exception as error:  # noqa: BLE001 - the next keystroke tries again
            self._log(f"error: diagnostics of {folder.root} failed: {error!r}")

    def _publish(self, folder: ConfigFolder) -> None:
        checked = self._checker(folder).found
        before = self._told.get(folder.root, {})
        now: dict[str, _Published] = {}
        for path, listed in diagnostics(folder, checked).items():
            now[path] = _Published(folder.text_now(path), listed)
        for path, findings in checked.by_path.items():
            now.setdefault(path, _Published(None, findings))
        self._told[folder.root] = now
        for path in dict.fromkeys([*now, *before]):
            told, earlier = now.get(path), before.get(path)
            if told == earlier or not ((told and told.listed) or (earlier and earlier.listed)):
                continue
            if told is not None and told.text is None:
                self._queue[folder.root, path] = folder
            else:
                self._queue.pop((folder.root, path), None)
                self._send(folder, path, told.listed if told is not None else [])
        if self._queue:
            asyncio.get_running_loop().call_soon(self._send_some)

    def _send_some(self) -> None:
        """Tell of some files that are not open; between these, questions are answered."""
        for root, path in list(self._queue)[:AT_ONCE]:
            folder = self._queue.pop((root, path))
            self._send(folder, path, elsewhere(folder, path, self._checker(folder).found))
        if self._queue:
            asyncio.get_running_loop().call_later(BREATH, self._send_some)

    def _send(self, folder: ConfigFolder, path: str, listed: list[Diagnostic]) -> None:
        lines = Lines(folder.text_now(path), encoding_of(self._server))
        messages = diagnostic_messages(listed, lines)
        uri = self._roots.uri(folder, path)
        self._server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, messages)
        )

    def _refresh(self) -> None:
        """Have hints asked for again: a file may inherit what was edited in another."""
        able = self._server.client_capabilities.workspace
        hints = able.inlay_hint if able is not None else None
        if hints is not None and hints.refresh_support:
            self._server.workspace_inlay_hint_refresh(None)
