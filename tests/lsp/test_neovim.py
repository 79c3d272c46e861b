"""The lines of docs/editors.md in the real editor: `make test-lsp`, where a Neovim is at hand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.lsp

ROOT = Path(__file__).resolve().parent.parent.parent
FROZEN = "configs/legacy/train/grpo/dense_2048.yaml"
SESSION = """
local said = {}
local function say(...) table.insert(said, table.concat({ ... }, ' ')) end
local function name() return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':.') end
vim.cmd.edit('FROZEN')
local client
vim.wait(30000, function()
  client = vim.lsp.get_clients({ name = 'migrate' })[1]
  return client and client.initialized
end, 50)
say('root', client.root_dir)
vim.fn.search('learning_rate: ')
local where = vim.lsp.util.make_position_params(0, client.offset_encoding)
local found = vim.lsp.buf_request_sync(0, 'textDocument/hover', where, 10000)
for _, answer in pairs(found) do say(answer.result.contents.value) end
vim.lsp.buf.definition()
vim.wait(10000, function() return name() ~= 'FROZEN' end, 50)
say('at', name(), tostring(vim.fn.line('.')), tostring(vim.fn.col('.')))
vim.fn.writefile(vim.split(table.concat(said, '\\n'), '\\n'), 'SAID')
vim.cmd('qa!')
"""


def neovim() -> str:
    """A Neovim of 0.11 or newer, by MIGRATE_NVIM or on the path."""
    found = os.environ.get("MIGRATE_NVIM") or shutil.which("nvim")
    if found is None:
        pytest.skip("no Neovim here; MIGRATE_NVIM names one")
    ran = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
    version = re.search(r"NVIM v(\d+)\.(\d+)", ran.stdout)
    assert version is not None
    if tuple(map(int, version.groups())) < (0, 11):
        pytest.skip(f"Neovim 0.11 is needed, this is {version[0]}")
    return found


def test_the_lines_of_the_page_give_a_hover_and_a_definition(tmp_path: Path) -> None:
    editor = neovim()
    page = (ROOT / "docs/editors.md").read_text(encoding="utf-8")
    lines = re.search(r"```lua\n(.*?)```", page, re.DOTALL)
    assert lines is not None
    home, tree, said = tmp_path / "home", tmp_path / "tree", tmp_path / "said"
    (home / "nvim").mkdir(parents=True)
    (home / "nvim/init.lua").write_text(lines[1])
    for name in ("configs", "plans"):
        shutil.copytree(ROOT / name, tree / name)
    session = tmp_path / "session.lua"
    session.write_text(SESSION.replace("FROZEN", FROZEN).replace("SAID", str(said)))
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
        **{f"XDG_{name}_HOME": str(home) for name in ("CONFIG", "DATA", "STATE", "CACHE")},
    }
    command = [editor, "--headless", "-c", f"luafile {session}"]
    subprocess.run(command, cwd=tree, env=environment, timeout=120, check=True)
    told = said.read_text()
    assert f"root {tree}\n" in told
    assert "training.learning_rate: 2.0e-6\n" in told
    assert "4.0e-6  configs/legacy/components/training/grpo.yaml:6:3" in told
    assert "at configs/legacy/components/training/grpo.yaml 6 3" in told
