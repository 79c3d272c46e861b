"""Crashes anywhere in the landings of `set` and `mv` leave the old tree or the new one, whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate.changes import ChangeSet
from migrate.commands.mv import move
from migrate.commands.set import How, set_values
from migrate.workspace.assignments import read_assignment
from migrate.workspace.workspace import Workspace
from tests.landing.matrix import fault_matrix
from tests.landing.rollout import FILES
from tests.support import trees
from tests.support.cli import migrate
from tests.support.crashes import crash_at_some_steps, near

P, NEW = "configs/train/p.yaml", "configs/train/deep/er/pp.yaml"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rollout of which every step is done."""
    folder = trees.write(tmp_path_factory.mktemp("done"), FILES)
    assert migrate(folder, "init").code == 0
    assert migrate(folder, "apply", "--all").code == 0
    return folder


def landings(root: Path) -> Iterator[tuple[str, ChangeSet]]:
    """Each kind of landing, as the commands decide it."""
    workspace = Workspace(str(root))
    one = read_assignment(workspace, "a=7")
    presets = [P, "configs/train/r.yaml"]
    yield "set", set_values(workspace, [one], presets, How()).changes
    yield "set --reason", set_values(workspace, [one], presets, How(reason="tuned")).changes
    yield "mv", move(workspace, P, NEW).changes
    yield "mv FOLDER", move(workspace, "configs/train", "configs/runs/all").changes


def test_some_faults_leave_whole_trees(root: Path) -> None:
    before = {path: body for path, body in trees.read(root).items() if not path.endswith("/")}
    tried = list(landings(root))
    assert len(tried) == 4
    for name, changes in tried:
        assert len(changes) >= 2, name
        assert crash_at_some_steps(near(before, changes), changes, name, steps=6) == [], name


@pytest.mark.fuzz_long
def test_every_fault_at_every_step_leaves_whole_trees(root: Path) -> None:
    before = {path: body for path, body in trees.read(root).items() if not path.endswith("/")}
    for name, changes in landings(root):
        matrix = fault_matrix(near(before, changes), changes, limit=1)
        assert matrix.complete, name
        assert matrix.mixed == [], name
