"""`migrate lsp` as a process, driven by an editor's side of the protocol: `make test-lsp`."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import reader, trees

if TYPE_CHECKING:
    from pytest_lsp import LanguageClient

pytestmark = pytest.mark.lsp

ROOT = Path(__file__).resolve().parent.parent.parent
FROZEN = "configs/legacy/train/grpo/dense_2048.yaml"
MIGRATED = "configs/train/grpo/dense_2048_lowaug.yaml"
PATIENCE = 30.0
"""Seconds that a test waits for what an editor is told by itself."""
SERVER = [sys.executable, "-m", "migrate", "lsp"]


def scenario(test: Callable[..., Any]) -> Callable[..., None]:
    """Run a test in an event loop of its own."""

    def run(**given: Any) -> None:
        asyncio.run(asyncio.wait_for(test(**given), 2 * PATIENCE))

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    run.__signature__ = __import__("inspect").signature(test)  # type: ignore[attr-defined]
    return run


class Window:
    """An editor's window on one root. Positions are 0-based, characters in the agreed units."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        from lsprotocol import types

        self.client = client
        self.root = root
        self.t = types
        self.encoding = "utf-16-le"
        self.versions: dict[str, int] = {}

    def uri(self, path: str) -> str:
        return (self.root / path).as_uri()

    def open(self, path: str, text: str | None = None) -> str:
        text = (self.root / path).read_text() if text is None else text
        item = self.t.TextDocumentItem(self.uri(path), "yaml", 1, text)
        self.client.text_document_did_open(self.t.DidOpenTextDocumentParams(item))
        return text

    def change(self, path: str, text: str) -> None:
        self.versions[path] = self.versions.get(path, 1) + 1
        named = self.t.VersionedTextDocumentIdentifier(
            uri=self.uri(path), version=self.versions[path]
        )
        edit = self.t.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(self.t.DidChangeTextDocumentParams(named, [edit]))

    def save(self, path: str, text: str) -> None:
        (self.root / path).write_text(text)
        named = self.t.TextDocumentIdentifier(self.uri(path))
        self.client.text_document_did_save(self.t.DidSaveTextDocumentParams(named))

    def at(self, path: str, text: str, word: str) -> tuple[Any, Any]:
        """A file, and the position of a word in it."""
        offset = text.index(word)
        line = text.count("\n", 0, offset)
        within = text[text.rfind("\n", 0, offset) + 1 : offset]
        units = len(within.encode(self.encoding)) // {"utf-16-le": 2, "utf-8": 1}[self.encoding]
        return self.t.TextDocumentIdentifier(self.uri(path)), self.t.Position(line, units)

    async def hover(self, path: str, text: str, word: str) -> Any:
        where = self.at(path, text, word)
        return await self.client.text_document_hover_async(self.t.HoverParams(*where))

    async def definition(self, path: str, text: str, word: str) -> list[tuple[str, int, int]]:
        where = self.at(path, text, word)
        found = await self.client.text_document_definition_async(self.t.DefinitionParams(*where))
        return [self.place(one) for one in found or ()]

    def place(self, location: Any) -> tuple[str, int, int]:
        path = Path(location.uri.removeprefix("file://")).relative_to(self.root).as_posix()
        start = location.range.start
        return path, start.line + 1, start.character + 1

    async def until(self, path: str, wanted: Callable[[list[Any]], bool]) -> list[Any]:
        """Wait until the diagnostics of a file are as wanted."""
        end = time.monotonic() + PATIENCE
        while not wanted(list(self.client.diagnostics.get(self.uri(path), ()))):
            assert time.monotonic() < end, self.client.diagnostics.get(self.uri(path))
            await asyncio.sleep(0.05)
        return list(self.client.diagnostics.get(self.uri(path), ()))


@asynccontextmanager
async def window(
    root: Path, *arguments: str, encodings: list[str] | None = None, clean: bool = True
) -> AsyncIterator[Window]:
    """A server with one editor connected; it must end well, and have met no bug."""
    import pytest_lsp
    from lsprotocol import types
    from pytest_lsp import make_test_lsp_client

    client = make_test_lsp_client()
    client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: None)
    client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)(lambda params: None)
    options = [word for word in arguments if word != "--no-gate"]
    command = [*SERVER[:-1], *options, "lsp", *(["--no-gate"] if "--no-gate" in arguments else [])]
    await client.start_io(*command, cwd=str(ROOT))
    able = pytest_lsp.client_capabilities("visual-studio-code")
    able.general = types.GeneralClientCapabilities(position_encodings=encodings)
    folders = [types.WorkspaceFolder(root.as_uri(), "tree")]
    params = types.InitializeParams(capabilities=able, workspace_folders=folders)
    session = Window(client, root)
    try:
        result = await client.initialize_session(params)
        if result.capabilities.position_encoding == "utf-8":
            session.encoding = "utf-8"
        yield session
        assert not clean or not [one for one in client.log_messages if "bug" in one.message]
        await client.shutdown_session()
    finally:
        await client.stop()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of this repository's configs and plans."""
    for name in ("configs", "plans"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def frozen(path: str) -> dict[Any, Any]:
    files = {f"configs/{name}": text for name, text in trees.read(ROOT / "configs").items()}
    return reader.resolve(files, path)


@scenario
async def test_hover_and_definition_on_the_frozen_tree(tree: Path) -> None:
    async with window(tree, "--no-gate") as editor:
        text = editor.open(FROZEN)
        found = await editor.hover(FROZEN, text, "learning_rate: ")
        value = frozen(FROZEN)["training"]["learning_rate"]
        assert f"training.learning_rate: {value:.1e}".replace("e-0", "e-") in found.contents.value
        assert "configs/legacy/components/training/sft_defaults.yaml:35:3" in found.contents.value
        start = found.range.start
        assert text.split("\n")[start.line][start.character :].startswith("learning_rate: ")
        assert await editor.definition(FROZEN, text, "learning_rate: ") == [
            ("configs/legacy/components/training/grpo.yaml", 6, 3)
        ]
        base = await editor.definition(FROZEN, text, "dense_base.yaml")
        assert base == [("configs/legacy/train/grpo/dense_base.yaml", 1, 1)]


@scenario
async def test_an_unsaved_edit_of_a_parent_is_seen_in_a_migrated_preset(tree: Path) -> None:
    async with window(tree, "--no-gate") as editor:
        parent = "configs/train/grpo/dense_2048.yaml"
        text = editor.open(MIGRATED)
        edited = editor.open(parent).replace("learning_rate: 2.0e-6", "learning_rate: 7.0e-6")
        editor.change(parent, edited)
        found = await editor.hover(MIGRATED, text, "learning_rate")
        assert f"7.0e-6  {parent}" in found.contents.value
        editor.change(parent, edited + "x: [\n")
        found = await editor.hover(MIGRATED, text, "learning_rate")
        assert f"7.0e-6  {parent}" in found.contents.value


@scenario
async def test_completion_hints_outline_and_links(tree: Path) -> None:
    async with window(tree, "--no-gate") as editor:
        text = editor.open(MIGRATED)
        editor.change(MIGRATED, text.replace("training:", "training:\n  grad_acc", 1))
        where = editor.at(MIGRATED, text, "training:")
        params = editor.t.CompletionParams(where[0], editor.t.Position(where[1].line + 1, 10))
        found = await editor.client.text_document_completion_async(params)
        offers = {one.label: one for one in found.items}
        parent = frozen("configs/train/grpo/dense_2048.yaml")["training"]
        own = frozen(MIGRATED)["training"].keys() - parent.keys()
        said = set(reader.load((tree / MIGRATED).read_bytes())["training"])
        assert set(parent) - said - own <= set(offers)
        assert not said & set(offers)
        edit = offers["num_train_epochs"].text_edit
        assert (edit.new_text, edit.range.start.character, edit.range.end.character) == (
            "num_train_epochs: ",
            2,
            10,
        )
        editor.change(MIGRATED, text)
        span = editor.t.Range(editor.t.Position(0, 0), editor.t.Position(99, 0))
        hints = await editor.client.text_document_inlay_hint_async(
            editor.t.InlayHintParams(where[0], span)
        )
        assert "replaces 2.0e-6" in [one.label for one in hints]
        symbols = await editor.client.text_document_document_symbol_async(
            editor.t.DocumentSymbolParams(where[0])
        )
        assert [one.name for one in symbols] == list(reader.load(text.encode()))
        links = await editor.client.text_document_document_link_async(
            editor.t.DocumentLinkParams(where[0])
        )
        assert [one.target for one in links] == [editor.uri("configs/train/grpo/dense_2048.yaml")]


@scenario
async def test_diagnostics_of_the_gate_come_and_go(tree: Path) -> None:
    async with window(tree) as editor:
        path = "configs/train/grpo/dense_2048.yaml"
        text = editor.open(path)
        edited = text.replace("learning_rate: 2.0e-6", "learning_rate: 3.0e-6")
        editor.change(path, edited)
        editor.save(path, edited)
        found = await editor.until(path, lambda told: any(one.code == "parity" for one in told))
        one = next(one for one in found if one.code == "parity")
        assert edited.split("\n")[one.range.start.line].strip().startswith("learning_rate: 3.0e-6")
        assert "migrate accept" in one.message
        editor.change(path, text)
        editor.save(path, text)
        await editor.until(path, lambda told: not told)


@scenario
async def test_a_fault_is_told_in_the_file_that_has_it_and_taken_back(tree: Path) -> None:
    async with window(tree, "--no-gate") as editor:
        parent = "configs/train/grpo/dense_2048.yaml"
        text = (tree / parent).read_text()
        (tree / parent).write_text(text + "x: [\n")
        editor.open(MIGRATED)
        told = await editor.until(parent, bool)
        assert "not valid YAML" in told[0].message
        here = await editor.until(MIGRATED, bool)
        assert parent in here[0].message
        (tree / parent).write_text(text)
        changed = editor.t.FileEvent(editor.uri(parent), editor.t.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(
            editor.t.DidChangeWatchedFilesParams([changed])
        )
        await editor.until(parent, lambda told: not told)
        await editor.until(MIGRATED, lambda told: not [one for one in told if one.severity == 1])


@scenario
async def test_faults_of_a_plan_are_told_at_their_fields(tree: Path) -> None:
    async with window(tree, "--no-gate") as editor:
        text = editor.open("plans/grpo.yaml")
        editor.change("plans/grpo.yaml", text.replace("    to: ", "    too: ", 1))
        told = await editor.until("plans/grpo.yaml", lambda told: len(told) > 1)
        assert any("unknown field `too`" in one.message for one in told)
        editor.change("plans/grpo.yaml", text)
        await editor.until("plans/grpo.yaml", lambda told: not told)


@pytest.mark.parametrize("encodings", [None, ["utf-16"], ["utf-8", "utf-16"]])
@scenario
async def test_positions_are_in_the_units_that_were_agreed(
    tmp_path: Path, encodings: list[str] | None
) -> None:
    text = "extends: base.yaml\r\n# 😀\r\n键: {'😀': '𝒳', b: 2}\r\n"
    trees.write(tmp_path, {"base.yaml": "键: {b: 1}\n".encode(), ".git/HEAD": b""})
    async with window(tmp_path, "--no-gate", encodings=encodings) as editor:
        editor.open("top.yaml", text)
        found = await editor.hover("top.yaml", text, "b: 2")
        assert "b: 2" in found.contents.value
        width = found.range.end.character - found.range.start.character
        assert (found.range.start, width) == (editor.at("top.yaml", text, "b: 2")[1], 1)
        assert await editor.definition("top.yaml", text, "b: 2") == [
            ("base.yaml", 1, 5 if editor.encoding == "utf-16-le" else 7)
        ]


@scenario
async def test_nothing_that_is_asked_ends_the_server(tree: Path) -> None:
    async with window(tree, "--no-gate") as editor:
        hostile = [
            "",
            "[" * 9000,
            "\0",
            "a: &a [*a]",
            "extends: 5",
            "k: v\n" * 9,
            "\ud800",
            "a: " * 99,
        ]
        for number, text in enumerate(hostile):
            path = f"configs/train/hostile{number}.yaml"
            editor.open(path, text)
            for line, character in ((0, 0), (0, 5), (7, 0), (99, 99)):
                where = editor.t.TextDocumentIdentifier(editor.uri(path))
                at = editor.t.Position(line, character)
                span = editor.t.Range(editor.t.Position(0, 0), at)
                await editor.client.text_document_hover_async(editor.t.HoverParams(where, at))
                await editor.client.text_document_definition_async(
                    editor.t.DefinitionParams(where, at)
                )
                await editor.client.text_document_completion_async(
                    editor.t.CompletionParams(where, at)
                )
                await editor.client.text_document_inlay_hint_async(
                    editor.t.InlayHintParams(where, span)
                )
        text = editor.open(FROZEN)
        assert await editor.hover(FROZEN, text, "learning_rate: ") is not None
        where = editor.t.TextDocumentIdentifier("file:///outside/of/it.yaml")
        at = editor.t.Position(0, 0)
        assert (
            await editor.client.text_document_hover_async(editor.t.HoverParams(where, at)) is None
        )


@scenario
async def test_a_session_writes_nothing_into_the_tree(tree: Path) -> None:
    (tree / ".migrate").mkdir()
    before = trees.read(tree)
    async with window(tree) as editor:
        path = "plans/grpo.yaml"
        text = editor.open(path)
        edited = re.sub(r"(?m)^gates: .*$", "gates: [touch ran]", text)
        assert edited != text
        editor.change(path, edited)
        editor.open(MIGRATED, "extends: gone.yaml\n")
        await editor.until(MIGRATED, bool)
        await asyncio.sleep(3)
    assert trees.read(tree) == before
    assert os.listdir(tree / ".migrate") == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_and_the_look_at_the_tree_with_it(
    tree: Path, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        SERVER, cwd=tree, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin is not None
    text = (tree / MIGRATED).read_text()
    item = {"uri": (tree / MIGRATED).as_uri(), "languageId": "yaml", "version": 1, "text": text}
    for message in (
        frame(id=1, method="initialize", params={"capabilities": {}, "processId": None}),
        frame(method="textDocument/didOpen", params={"textDocument": item}),
    ):
        process.stdin.write(message)
    process.stdin.flush()
    end = time.monotonic() + PATIENCE
    children: list[str] = []
    listing = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not listing.exists():
        pytest.skip("no /proc with children here")
    while not children and time.monotonic() < end:
        children = listing.read_text().split()
    process.send_signal(number)
    try:
        assert process.wait(10) == 130
    finally:
        process.kill()
        process.communicate()
    end = time.monotonic() + 10
    while any(Path(f"/proc/{one}").exists() for one in children) and time.monotonic() < end:
        time.sleep(0.05)
    assert [one for one in children if Path(f"/proc/{one}").exists()] == []


def test_what_goes_wrong_inside_is_no_answer_and_a_line_for_the_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from migrate.lsp.folder import Options
    from migrate.lsp.server import Session

    session = Session(Options(), None, gate=False)
    logged: list[str] = []
    tell = session.server.window_log_message
    monkeypatch.setattr(session.server, tell.__name__, lambda params: logged.append(params.message))

    def failing(params: Any) -> Any:
        if params == "deep":
            return failing(params)
        raise KeyError(params)

    answer = session._answering(failing)
    for asked, kind in (("x", "KeyError"), ("deep", "RecursionError")):
        assert answer(asked) is None
        assert f"this is a bug in migrate lsp: {kind} at test_server.py:" in logged[-1]
        assert "asked for failing" in logged[-1]
        assert "MIGRATE_DEBUG=1" in logged[-1]
    said = capsys.readouterr()
    assert (said.out, said.err.splitlines()) == ("", "\n".join(logged).splitlines())


def frame(**message: Any) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.mark.parametrize(("polite", "code"), [(True, 0), (False, 1)])
def test_it_ends_with_the_editor_and_prints_only_the_protocol(
    tree: Path, polite: bool, code: int
) -> None:
    messages = [frame(id=1, method="initialize", params={"capabilities": {}, "processId": None})]
    if polite:
        messages += [frame(id=2, method="shutdown"), frame(method="exit")]
    ran = subprocess.run(
        SERVER, cwd=tree, input=b"".join(messages), capture_output=True, timeout=60, check=False
    )
    assert ran.returncode == code
    rest, answers = ran.stdout, 0
    while rest:
        head, _, rest = rest.partition(b"\r\n\r\n")
        fields = dict(line.split(b": ") for line in head.split(b"\r\n"))
        length = int(fields[b"Content-Length"])
        assert json.loads(rest[:length])["jsonrpc"] == "2.0"
        rest, answers = rest[length:], answers + 1
    assert answers == (2 if polite else 1)
