"""A script with bytes that are no UTF-8 follows a preset that moves, and `undo` brings it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.tree import START, P, ok
from tests.support import trees
from tests.support.cli import migrate

NEW = b"configs/moved/p.yaml"
OLD = P.encode()
SCRIPTS = {
    "run.sh": b"# caf\xe9\r\npython t.py " + OLD + b"\n\xff\xfe\n",
    "run.py": b"# caf\xe9\nrun('" + OLD + b"')  # \xff\r\n",
    "cookie.py": b"# coding: latin-1\nrun('caf\xe9', '" + OLD + b"')\n",
    "Makefile": b"all:\n\t./run " + OLD + b" \x80\n",
}


@pytest.mark.parametrize("path", SCRIPTS)
def test_its_bytes_follow_and_come_back(tmp_path: Path, path: str) -> None:
    trees.write(tmp_path, {**START, path: SCRIPTS[path]})
    ok(migrate(tmp_path, "init"))
    plan = tmp_path / "plans/train.yaml"
    plan.write_text(plan.read_text().replace(f"to: {P}", f"to: {NEW.decode()}"))
    before = trees.read(tmp_path)
    ok(migrate(tmp_path, "apply", "--preset", "p"))
    assert trees.read(tmp_path)[path] == SCRIPTS[path].replace(OLD, NEW)
    ok(migrate(tmp_path, "undo", "--preset", "p"))
    assert trees.read(tmp_path) == before
