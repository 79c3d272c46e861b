"""Drafted plans in yaml-language-server, by the line that they begin with: `make test-lsp`, where
one is at hand."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.test_server import PATIENCE, scenario
from tests.support import trees
from tests.support.cli import migrate

pytestmark = pytest.mark.lsp

TREE = {
    "configs/base.yaml": b"template: chat\n",
    "configs/components/o.yaml": b"training: {lr: 1.0e-4, wd: 0.1}\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/o.yaml]\nseed: 17\n",
}


@pytest.fixture
def server() -> str:
    """A yaml-language-server, by MIGRATE_YAML_SERVER or on the path."""
    found = os.environ.get("MIGRATE_YAML_SERVER") or shutil.which("yaml-language-server")
    if found is None:
        pytest.skip("no yaml-language-server here; MIGRATE_YAML_SERVER names one")
    return found


@scenario
async def test_drafted_plans_are_accepted_and_a_misspelt_field_is_told(
    server: str, tmp_path: Path
) -> None:
    from lsprotocol import types
    from pytest_lsp import client_capabilities, make_test_lsp_client

    trees.write(tmp_path, TREE)
    assert migrate(tmp_path, "init").code == 0
    client = make_test_lsp_client()
    for method in ("CLIENT_REGISTER_CAPABILITY", "WORKSPACE_CODE_LENS_REFRESH"):
        client.feature(getattr(types, method))(lambda params: None)
    await client.start_io(server, "--stdio", cwd=str(tmp_path))
    able = client_capabilities("visual-studio-code")
    folders = [types.WorkspaceFolder(tmp_path.as_uri(), "tree")]
    await client.initialize_session(
        types.InitializeParams(capabilities=able, workspace_folders=folders)
    )

    async def told(path: Path, text: str) -> list[str]:
        client.diagnostics.pop(path.as_uri(), None)
        item = types.TextDocumentItem(path.as_uri(), "yaml", 1, text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        end = time.monotonic() + PATIENCE
        while path.as_uri() not in client.diagnostics and time.monotonic() < end:
            await asyncio.sleep(0.1)
        found: list[Any] = list(client.diagnostics[path.as_uri()])
        return [one.message for one in found]

    try:
        plans = sorted((tmp_path / "plans").glob("*.yaml"))
        assert len(plans) == 3
        for path in plans:
            text = path.read_text()
            assert await told(path, text) == []
            wrong = path.with_name(f"wrong_{path.name}")
            [message] = await told(wrong, f"{text}unheard_of: 1\n")
            assert "unheard_of" in message
    finally:
        await client.shutdown_session()
        await client.stop()
