"""`plan` with several processes shows what it shows with one, byte for byte."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from migrate.commands.plan import make, preview
from migrate.errors import MigrateError
from migrate.report.steps import step_data
from migrate.rollout.build import BuiltPreset, PresetBuilder
from migrate.rollout.steps import Proposer
from migrate.workers import Workers
from migrate.workspace.workspace import Workspace
from tests.landing.rollout import FILES, MAIN
from tests.support import trees
from tests.support.cases import Case
from tests.support.cli import migrate
from tests.test_rollout import CASES, opened

SHOWS = [[], ["-v"], ["--diff"], ["--likely", "--exit-code"]]


class Here(Executor):
    """An executor of our own: it runs everything at once, in this very thread."""

    def submit(self, fn: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*arguments, **named))
        return done


def shown(workspace: Workspace, jobs: int = 1, pool: Executor | None = None) -> Any:
    """All that the steps say, bytes included, and the letter of the one that is refused."""
    steps: list[Any] = []
    try:
        steps.extend(
            (step_data(step), tuple(step.changes))
            for step in preview(workspace, (), Workers(pool, jobs))
        )
    except MigrateError as error:
        return steps, [str(fault) for fault in error.faults()]
    return steps, []


def rollout(folder: Path, **more: bytes) -> Path:
    """A tree after `init`: two presets and an overlay on one of them."""
    trees.write(folder, {**FILES, **more})
    assert migrate(folder, "init").code == 0
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_any_executor_gives_the_same_steps_and_the_same_refusal(case: Case, tmp_path: Path) -> None:
    opened(case, tmp_path)
    try:
        alone = shown(Workspace(str(tmp_path)))
    except MigrateError:
        return  # plans that cannot be read have no steps
    with ThreadPoolExecutor(2) as pool:
        assert shown(Workspace(str(tmp_path)), 2, pool) == alone
    assert shown(Workspace(str(tmp_path)), 3, Here()) == alone


@pytest.mark.parametrize("refused", [False, True], ids=["done", "refused"])
def test_processes_give_the_same_output(refused: bool, tmp_path: Path) -> None:
    root = rollout(tmp_path)
    if refused:
        (root / "configs/train/r.yaml").write_bytes(b"edited: since\n")
    for show in SHOWS:
        for before in ([], ["--output", "json"]):
            one = migrate(root, *before, "plan", *show)
            two = migrate(root, *before, "plan", *show, "--jobs", "2")
            assert (two.code, two.out, two.err) == (one.code, one.out, one.err)
            assert one.code == (3 if refused else "--exit-code" in show)
            told = ("migrate p", '"preset": "p"', "p.yaml", "p       3 -> ")
            assert any(text in one.out for text in told), one.out


def test_what_a_worker_made_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, here, write = rollout(tmp_path), threading.get_ident(), PresetBuilder.write

    def elsewhere(*arguments: Any) -> Any:
        assert threading.get_ident() != here, "made in the process that asks"
        return write(*arguments)

    monkeypatch.setattr(PresetBuilder, "write", elsewhere)
    with ThreadPoolExecutor(2) as pool:
        steps, refused = shown(Workspace(str(root)), 2, pool)
    assert [said["preset"] for said, _ in steps] == ["p", "q", "r"]
    assert not refused


def _made(root: Path, name: str) -> tuple[Workspace, BuiltPreset]:
    workspace = Workspace(str(root))
    (made,) = make(workspace, root.name.encode() + name.encode(), [name])
    assert made is not None
    return workspace, made


def test_what_was_made_on_another_base_is_made_again(tmp_path: Path) -> None:
    root = rollout(tmp_path)
    _, made = _made(root, "p")
    (root / "configs/base.yaml").write_bytes(b"z: 1  # said since\n")
    workspace = Workspace(str(root))
    proposer = Proposer(workspace.rollout, workspace.tree, ())
    proposal = proposer.propose(workspace.plans.presets["p"], made)
    assert proposal.proof.built_on != made.proof.built_on
    assert proposal.proof is not made.proof


def test_a_step_that_edits_what_its_preset_builds_on_is_proven_with_the_edit(
    tmp_path: Path,
) -> None:
    # The step moves p, and the text of its new parent that names p follows: then p says otherwise.
    note = b"note: run --config configs/train/p.yaml\n"
    root = rollout(tmp_path, **{"configs/components/b.yaml": b"b: 2\n" + note})
    (root / "configs/extra.yaml").write_bytes(note)
    plan = root / "plans/train.yaml"
    head, tail = plan.read_text().split("  q:\n")
    head = head.replace("to: configs/train/p.yaml", "to: configs/train/moved.yaml")
    head = head.replace("[configs/base.yaml]", "[configs/base.yaml, configs/extra.yaml]")
    tail = tail.replace("[configs/train/p.yaml]", "[configs/train/moved.yaml]")
    plan.write_text(f"{head}  q:\n{tail}")
    one, two = migrate(root, "plan"), migrate(root, "plan", "--jobs", "2")
    assert one.code == 3, one.err
    assert "would change: note" in one.err
    assert (two.code, two.out, two.err) == (one.code, one.out, one.err)


def test_what_was_made_of_an_overlay_does_not_come_before_its_preset(tmp_path: Path) -> None:
    root = rollout(tmp_path)
    workspace, made = _made(root, "q")
    proposer = Proposer(workspace.rollout, workspace.tree, ())
    with pytest.raises(MigrateError, match="not migrated yet"):
        proposer.propose(workspace.plans.presets["q"], made)


def test_a_terminal_has_a_bar_beside_the_same_result(tmp_path: Path) -> None:
    root = rollout(tmp_path)
    command = [sys.executable, "-c", MAIN, "--root", str(root), "plan"]
    piped = subprocess.run(command, capture_output=True, check=True)
    terminal, end = pty.openpty()
    with (tmp_path / "out").open("wb") as out:
        subprocess.run(command, stdout=out, stderr=end, check=True)
    subprocess.run(command, stdout=subprocess.PIPE, stderr=end, check=True)  # as into a pager
    os.close(end)
    bar = os.read(terminal, 65536).decode()
    os.close(terminal)
    assert (tmp_path / "out").read_bytes() == piped.stdout
    assert bar.count("3/3") == 1, "a bar is drawn over the pager"
    assert "1/3 p" in bar
    assert "3/3 r" in bar
    assert re.search(r"\r +\r\Z", bar)
    assert piped.stderr == b""
