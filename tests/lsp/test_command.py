"""`migrate lsp` without its libraries."""

from __future__ import annotations

import importlib.machinery
import shlex
import sys
from pathlib import Path

import pytest

from tests.support.cli import migrate


@pytest.mark.parametrize(
    ("pip", "command"),
    [
        (True, [sys.executable, "-m", "pip", "install"]),
        (False, ["uv", "pip", "install", "--python", sys.executable]),
    ],
    ids=["pip is there", "made by uv"],
)
def test_without_the_extra_it_names_what_to_install(
    pip: bool, command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = importlib.machinery.ModuleSpec("pip", None) if pip else None
    monkeypatch.setattr("importlib.util.find_spec", lambda name: there)
    for name in [name for name in sys.modules if name.split(".")[0] == "pygls"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygls", None)
    ran = migrate(tmp_path, "lsp")
    assert (ran.code, ran.out) == (3, "")
    what, hint = ran.err.splitlines()
    assert what == "error: the language server needs the extra `lsp`, which is not installed"
    words = shlex.split(hint.removeprefix("hint: "))
    assert words == [*command, "pygls>=2,<3"]
