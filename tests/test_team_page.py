"""The page about a rollout with five people, played in a copy of this repository."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate.commands.rehearse import before_the_rollout
from migrate.workspace.scratch import scratch_copy
from migrate.workspace.workspace import Workspace
from tests.support import trees
from tests.support.reader import resolve
from tests.support.shown_commands import matches, played, shell

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/team.md"
NORM, DECAY = "max_grad_norm", "weight_decay"


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """This repository before its rollout, its plans committed."""
    folder = tmp_path / "copy"
    with scratch_copy(str(ROOT), before_the_rollout(Workspace(str(ROOT))), str(folder)):
        shell(folder, "git init -q -b main && git add -A && git commit -qm 'Draft the plans'")
        yield folder


def test_each_command_prints_what_the_page_shows(copy: Path) -> None:
    for command, output in played(PAGE):
        said = shell(copy, command)
        assert matches(output, said), f"$ {command}\n{said}"
    # What the page says of values, by a reader of its own.
    files = trees.read(copy)
    run = resolve(files, "configs/train/sft/summary_long.yaml")["training"]
    assert (run[NORM], run[DECAY]) == (0.5, 0.1)
    debug = resolve(files, "configs/debug.yaml")["training"]
    assert (debug[NORM], debug[DECAY]) == (0.5, 0.07)
    assert "steadier on long runs" in (copy / "configs/debug.yaml").read_text(encoding="utf-8")
    assert shell(copy, "git status --short") == ""
