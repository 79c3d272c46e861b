"""`migrate lsp` without its libraries."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.support.cli import migrate


def test_without_the_extra_it_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "pygls"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygls", None)
    ran = migrate(tmp_path, "lsp")
    assert (ran.code, ran.out) == (3, "")
    what, hint = ran.err.splitlines()
    assert what == "error: the language server needs the extra `lsp`, which is not installed"
    words = shlex.split(hint.removeprefix("hint: "))
    assert words == [sys.executable, "-m", "pip", "install", "pygls>=2,<3"]
