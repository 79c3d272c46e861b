"""The lines of the README that install it, typed as they stand there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.wheel.machine import ADDRESS, ROOT, VERSION, only, run, tool

pytestmark = pytest.mark.wheel


def lines() -> list[str]:
    """The commands below the README's heading `Install`."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Install\n")[2]
    block = re.findall(r"```bash\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)[0]
    return [line for line in block.splitlines() if line and not line.startswith("#")]


def test_there_is_a_line_for_each_tool_and_each_source() -> None:
    said = "\n".join(lines())
    for tool_ in ("pipx install ", "uv tool install ", "uvx --from "):
        for source in (f"git+{ADDRESS}", "config-migrate"):
            assert re.search(rf"(?m)^{re.escape(tool_ + source)}( |$)", said), (tool_, source)
    assert {"pipx install .", "uv tool install ."} < set(lines())


@pytest.mark.parametrize("line", lines())
def test_a_line_of_the_readme_brings_the_command(
    line: str, clone: Path, newcomer: dict[str, str], tmp_path: Path
) -> None:
    said = run(shlex.split(line), clone, newcomer)
    if line.startswith("uvx "):
        assert said.count("Usage: migrate ") == 1
        assert not (tmp_path / "home/.local/bin/migrate").exists()
        return
    installed = tmp_path / "home/.local/bin/migrate"
    outside = {name: newcomer[name] for name in ("HOME", "PATH")}
    assert run([installed, "--version"], tmp_path, outside) == f"migrate, version {VERSION}\n"
    # It is a copy, which needs the clone no more.
    python = installed.resolve().parent / "python"
    where = run([python, "-c", "import migrate; print(migrate.__file__)"], tmp_path, outside)
    assert Path(where.strip()).is_relative_to(tmp_path / "home")


@pytest.mark.parametrize("line", ["pipx install .", "uv tool install ."])
def test_the_hint_of_the_language_server_brings_it(
    line: str, clone: Path, newcomer: dict[str, str], tmp_path: Path
) -> None:
    run(shlex.split(line), clone, newcomer)
    code, said = served(newcomer, tmp_path)
    assert code == 3
    hint = re.findall(r"(?m)^hint: (.*)$", said)[0]
    run(shlex.split(hint), tmp_path, newcomer)
    assert served(newcomer, tmp_path)[0] == 0


@pytest.mark.parametrize("tool_", ["pipx", "uv tool"])
def test_an_extra_comes_along(
    tool_: str, clone: Path, newcomer: dict[str, str], tmp_path: Path
) -> None:
    line = f"{tool_} install '.[lsp]'"
    assert f"`{line}`" in (ROOT / "docs/editors.md").read_text(encoding="utf-8")
    run(shlex.split(line), clone, newcomer)
    assert served(newcomer, tmp_path)[0] == 0


def served(newcomer: dict[str, str], tmp_path: Path) -> tuple[int, str]:
    """How the language server ends after it was greeted and sent away, and what it says."""
    begin: dict[str, object] = {"processId": None, "rootUri": None, "capabilities": {}}
    talk: list[dict[str, object]] = [
        {"id": 1, "method": "initialize", "params": begin},
        {"method": "initialized", "params": {}},
        {"id": 2, "method": "shutdown"},
        {"method": "exit"},
    ]
    texts = [json.dumps({"jsonrpc": "2.0", **one}) for one in talk]
    server = [str(tmp_path / "home/.local/bin/migrate"), "lsp"]
    done = subprocess.run(
        server,
        cwd=tmp_path,
        env=newcomer,
        input="".join(f"Content-Length: {len(text)}\r\n\r\n{text}" for text in texts),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr


def test_a_name_without_a_wheel_is_not_found(newcomer: dict[str, str], tmp_path: Path) -> None:
    """What the tests above install comes from this clone and from nowhere else."""
    (tmp_path / "empty").mkdir()
    nowhere = {**newcomer, "UV_CONFIG_FILE": str(only(tmp_path / "empty", tmp_path / "no.toml"))}
    words = [str(tool("uv")), "tool", "install", "config-migrate"]
    done = subprocess.run(words, cwd=tmp_path, env=nowhere, capture_output=True, check=False)
    assert done.returncode != 0
