"""The server: an editor's messages in, answers out, over a pair of streams."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, BinaryIO, NoReturn

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from migrate.errors import INTERRUPTED
from migrate.lsp.completion import complete
from migrate.lsp.definition import Target, ask, definition, implementations, references
from migrate.lsp.folder import Options
from migrate.lsp.hover import hover
from migrate.lsp.inlay import inlays
from migrate.lsp.lines import Lines
from migrate.lsp.open_tree import collect_seldom
from migrate.lsp.protocol import (
    completion,
    encoding_of,
    hover_message,
    inlay_message,
    link_message,
    location,
    symbol_message,
)
from migrate.lsp.publisher import DiagnosticsPublisher
from migrate.lsp.roots import FileInRoot, Roots, file_of
from migrate.lsp.symbols import links, symbols

MOST_OFFERS = 200
"""So many completions are sent at once."""

WATCHED = ("**/*.yaml", "**/*.yml", "**/evidence/*.json")
"""The files of which an editor tells when others write them."""


class Session:
    """One editor that is connected. Handlers answer for the text as the editor has it."""

    def __init__(self, options: Options, root: str | None, gate: bool) -> None:
        # Whole texts, because pygls counts other line ends than the protocol where it applies
        # parts of them.
        self.server = LanguageServer(
            "migrate", version("config-migrate"), types.TextDocumentSyncKind.Full
        )
        self.roots = Roots(options, root)
        self.publisher = DiagnosticsPublisher(self.server, self.roots, gate, self.log)
        self.asked_to_stop = False
        for name, (handler, more) in self._features().items():
            self.server.feature(name, *([more] if more is not None else []))(handler)

    def _features(self) -> dict[str, tuple[Callable[..., Any], Any]]:
        answer = self._answering
        return {
            types.INITIALIZE: (answer(self.initialize), None),
            types.INITIALIZED: (answer(self.initialized), None),
            types.SHUTDOWN: (answer(self.shutdown), None),
            types.TEXT_DOCUMENT_DID_OPEN: (answer(self.opened), None),
            types.TEXT_DOCUMENT_DID_CHANGE: (answer(self.changed), None),
            types.TEXT_DOCUMENT_DID_SAVE: (answer(self.saved), None),
            types.TEXT_DOCUMENT_DID_CLOSE: (answer(self.closed), None),
            types.WORKSPACE_DID_CHANGE_WATCHED_FILES: (answer(self.watched), None),
            types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: (answer(self.windows), None),
            types.TEXT_DOCUMENT_HOVER: (answer(self.hover), None),
            types.TEXT_DOCUMENT_DEFINITION: (answer(self.definition), None),
            types.TEXT_DOCUMENT_REFERENCES: (answer(self.references), None),
            types.TEXT_DOCUMENT_IMPLEMENTATION: (answer(self.implementations), None),
            types.TEXT_DOCUMENT_INLAY_HINT: (answer(self.inlay), None),
            types.TEXT_DOCUMENT_COMPLETION: (
                answer(self.complete),
                types.CompletionOptions(trigger_characters=["/", " ", ".", "-"]),
            ),
            types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (answer(self.symbols), None),
            types.TEXT_DOCUMENT_DOCUMENT_LINK: (answer(self.links), types.DocumentLinkOptions()),
        }

    # What goes wrong.

    def _answering(self, work: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """The same, but that nothing which goes wrong in it reaches the editor as an error."""

        def answered(params: Any) -> Any:
            try:
                return work(params)
            except Exception as error:  # noqa: BLE001 - an editor goes on, whatever happens here
                self._bug(error, work.__name__)
                return None

        return answered

    def _bug(self, error: Exception, doing: str) -> None:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{os.path.basename(where.filename)}:{where.lineno}"
        kind = type(error).__name__
        self.log(
            f"error: this is a bug in migrate lsp: {kind} at {place}, asked for {doing}\n"
            "hint: start the editor with MIGRATE_DEBUG=1 in its environment and report what"
            " its log of this server holds"
        )
        if os.environ.get("MIGRATE_DEBUG"):
            traceback.print_exception(error, file=sys.stderr)

    def log(self, text: str) -> None:
        """Tell the editor's log, and standard error."""
        print(text, file=sys.stderr, flush=True)  # noqa: T201 - standard output is the protocol's
        self.server.window_log_message(types.LogMessageParams(types.MessageType.Error, text))

    # Beginning and end.

    def initialize(self, params: Any) -> None:
        """The editor says which folders it has open."""
        folders = [one.uri for one in params.workspace_folders or ()]
        if not folders and params.root_uri:
            folders = [params.root_uri]
        for uri in folders:
            path = file_of(uri)
            if path is not None:
                self.roots.open_window(path)

    def initialized(self, _: Any) -> None:
        """The editor is ready: ask it to tell of files that others write."""
        able = self.server.client_capabilities.workspace
        watching = able.did_change_watched_files if able is not None else None
        if watching is None or not watching.dynamic_registration:
            return
        watchers = [types.FileSystemWatcher(pattern) for pattern in WATCHED]
        registration = types.Registration(
            "migrate-files",
            types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
            types.DidChangeWatchedFilesRegistrationOptions(watchers),
        )
        self.server.client_register_capability(types.RegistrationParams([registration]))

    def shutdown(self, _: Any) -> None:
        """The editor is about to end."""
        self.asked_to_stop = True
        self.publisher.stop()

    def end(self) -> NoReturn:
        """End at once: a thread waits for the editor's next word, and nobody could wake it."""
        self.publisher.stop()
        os._exit(INTERRUPTED)

    # What the editor tells.

    def opened(self, params: Any) -> None:
        """A file is open."""
        found = self.roots.locate(params.text_document.uri)
        if found is not None:
            found.folder.tree.forget_list()
            found.folder.set_text(found.path, params.text_document.text)
            self.publisher.opened(found)

    def changed(self, params: Any) -> None:
        """A file's text was edited."""
        found = self.roots.locate(params.text_document.uri)
        if found is not None and params.content_changes:
            found.folder.set_text(found.path, params.content_changes[-1].text)
            self.publisher.edited(found)

    def saved(self, params: Any) -> None:
        """A file was written."""
        found = self.roots.locate(params.text_document.uri)
        if found is not None:
            found.folder.changed_on_disk([found.path], listed=True)
            self.publisher.saved(found.folder)

    def closed(self, params: Any) -> None:
        """A file is open no more."""
        found = self.roots.locate(params.text_document.uri)
        if found is not None:
            found.folder.close(found.path)
            self.publisher.edited(found)

    def watched(self, params: Any) -> None:
        """Others wrote, made or removed files."""
        files = [file for one in params.changes if (file := file_of(one.uri)) is not None]
        listed = any(one.type != types.FileChangeType.Changed for one in params.changes)
        for root, paths in self.roots.holding(files).items():
            folder = self.roots.known(root)
            folder.changed_on_disk(paths, listed)
            self.publisher.saved(folder)

    def windows(self, params: Any) -> None:
        """Folders were opened or closed."""
        for one in params.event.removed:
            if (path := file_of(one.uri)) is not None:
                self.roots.close_window(path)
        for one in params.event.added:
            if (path := file_of(one.uri)) is not None:
                self.roots.open_window(path)

    # What the editor asks.

    def _ours(self, params: Any) -> FileInRoot | None:
        found = self.roots.locate(params.text_document.uri)
        return found if found is not None and found.folder.concerns(found.path) else None

    def _lines(self, found: FileInRoot) -> Lines:
        return Lines(found.folder.text_now(found.path), self.encoding)

    @property
    def encoding(self) -> str:
        """The units in which this editor counts characters."""
        return encoding_of(self.server)

    def _offset(self, lines: Lines, params: Any) -> int:
        return lines.offset(params.position.line, params.position.character)

    def hover(self, params: Any) -> Any:
        """What a key comes to."""
        found = self._ours(params)
        if found is None:
            return None
        lines = self._lines(found)
        said = hover(found.folder, found.path, self._offset(lines, params))
        return hover_message(said, lines) if said is not None else None

    def definition(self, params: Any) -> Any:
        """Where a name leads."""
        return self._targets(params, definition)

    def references(self, params: Any) -> Any:
        """Who uses a file, or sets a key."""
        return self._targets(params, references)

    def implementations(self, params: Any) -> Any:
        """Who builds on a file, or sets a key again."""
        return self._targets(params, implementations)

    def _targets(self, params: Any, answer: Callable[[Any], list[Target]]) -> Any:
        found = self._ours(params)
        if found is None:
            return None
        lines = self._lines(found)
        asked = ask(found.folder, found.path, self._offset(lines, params))
        uris = self.roots
        return [
            location(one, uris.uri(found.folder, one.path), self.encoding) for one in answer(asked)
        ]

    def inlay(self, params: Any) -> Any:
        """What a file does not show."""
        found = self._ours(params)
        if found is None:
            return None
        lines, span = self._lines(found), params.range
        start = lines.offset(span.start.line, span.start.character)
        end = lines.offset(span.end.line, span.end.character)
        hints = inlays(found.folder, found.path, start, end)
        return [inlay_message(one, lines) for one in hints]

    def complete(self, params: Any) -> Any:
        """What may be written."""
        found = self._ours(params)
        if found is None:
            return None
        lines = self._lines(found)
        line = params.position.line
        column = self._offset(lines, params) - lines.start(line)
        offers = complete(found.folder, found.path, line, column)
        return completion(offers, line, lines, MOST_OFFERS)

    def symbols(self, params: Any) -> Any:
        """The outline of a file."""
        found = self._ours(params)
        if found is None:
            return None
        lines = self._lines(found)
        return [symbol_message(one, lines) for one in symbols(found.folder, found.path)]

    def links(self, params: Any) -> Any:
        """The files that a file names."""
        found = self._ours(params)
        if found is None:
            return None
        lines = self._lines(found)
        return [
            link_message(one, lines, self.roots.uri(found.folder, one.path))
            for one in links(found.folder, found.path)
        ]


def serve(
    options: Options, root: str | None, gate: bool, reading: BinaryIO, writing: BinaryIO
) -> int:
    """Serve one editor until it goes; 0 if it said so before, as the protocol has it, else 1."""
    collect_seldom()
    session = Session(options, root, gate)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: session.end())
    session.server.start_io(reading, writing)
    session.publisher.stop()
    return 0 if session.asked_to_stop else 1
