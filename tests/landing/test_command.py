"""What a landing promises, seen from the command line."""

from __future__ import annotations

import functools
import os
import random
import re
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import migrate.journal
from migrate.changes import sha256
from migrate.workspace.workspace import Workspace
from tests.landing.rollout import AFTER_COMMIT, BEFORE_COMMIT, MAIN, Moments, crash, start
from tests.support import trees
from tests.support.cli import migrate as run

At = Callable[[int], Path]
P = "configs/train/p.yaml"

VERBS = {
    "status": ["status"],
    "plan": ["plan"],
    "verify": ["verify"],
    "rehearse": ["rehearse"],
    "inspect": ["inspect", P],
    "explain": ["explain", P, "a"],
    "diff": ["diff", P, "configs/train/r.yaml"],
    "lint": ["lint"],
    "flatten": ["flatten", P],
    "refs": ["refs", P],
    "set": ["set", "a=1", P],
    "accept": ["accept", "--reason", "r"],
    "accept --list": ["accept", "--list"],
    "undo": ["undo", "--preset", "q"],
    "finalize": ["finalize"],
    "init": ["init"],
    "apply": ["apply", "--preset", "p"],
}
"""None of these changes a file of the tree after the first step; `rehearse` works in a copy."""


@pytest.fixture(scope="module")
def crashed(moments: Moments, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree in the middle of its first step, after the commit point."""
    root = tmp_path_factory.mktemp("crashed") / "root"
    shutil.copytree(moments.folders[0], root)
    crash(root, AFTER_COMMIT, "apply", "--all")
    assert trees.read(root) not in moments.states
    return root


# Twice, and by hand.


def test_applying_twice_does_nothing(at: At, moments: Moments) -> None:
    root = at(-1)
    ran = run(root, "apply", "--all")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "nothing to do: 3 presets applied already\n"
    assert trees.read(root) == moments.states[-1]


@pytest.mark.parametrize("named", [P, "configs/components/b.yaml"])
def test_edited_between_plan_and_landing_is_refused_with_both_digests(
    at: At, moments: Moments, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    root, edited = at(2), b"edited: behind our back\n"
    named = named.replace("p.yaml", "r.yaml")
    planned = moments.states[2][named]
    steps = Workspace.steps

    def edit_after_planning(*arguments: object) -> Iterator[object]:
        for step in steps(*arguments):  # type: ignore[arg-type]
            (root / named).write_bytes(edited)
            yield step

    monkeypatch.setattr(Workspace, "steps", edit_after_planning)
    ran = run(root, "apply", "--all")
    assert ran.code == 4
    assert f"error: {named}: changed since it was planned" in ran.err
    assert sha256(planned) in ran.err
    assert sha256(edited) in ran.err
    assert trees.read(root) == {**moments.states[2], named: edited}


def test_a_target_edited_by_hand_is_shown_and_kept(at: At, moments: Moments) -> None:
    root = at(-1)
    applied = (root / P).read_bytes()
    edited = applied.replace(b"a: 1", b"a: 100")
    (root / P).write_bytes(edited)
    ran = run(root, "apply", "--all")
    assert ran.code == 4
    assert f"error: {P}: was edited after it was applied" in ran.err
    assert "\n-a: 1\n+a: 100\n" in ran.err
    assert trees.read(root) == {**moments.states[-1], P: edited}

    ran = run(root, "apply", "--all", "--force")
    copy = f"{P}.edited-{sha256(edited)[:8]}"
    assert ran.code == 0
    assert copy in ran.out
    assert trees.read(root) == {**moments.states[-1], copy: edited}


def test_steps_build_on_what_force_wrote_again(at: At, moments: Moments) -> None:
    root = at(1)
    edited = (root / P).read_bytes().replace(b"b: 2", b"b: 3")
    (root / P).write_bytes(edited)
    ran = run(root, "apply", "--all", "--force")
    assert ran.code == 0, ran.err
    copy = f"{P}.edited-{sha256(edited)[:8]}"
    assert trees.read(root) == {**moments.states[-1], copy: edited}


def test_a_dry_run_writes_nothing(at: At, moments: Moments) -> None:
    root = at(0)
    shutil.rmtree(root / ".migrate")
    stood = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    ran = run(root, "apply", "--all", "--dry-run")
    assert ran.code == 0
    assert ran.out.count("would apply") == 3
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == stood
    assert trees.read(root) == moments.states[0]


# What was interrupted.


def test_a_dry_run_does_not_even_recover(crashed: Path) -> None:
    before = trees.read(crashed)
    ran = run(crashed, "apply", "--all", "--dry-run")
    assert ran.code == 4
    assert "error: .migrate/journal: holds an interrupted landing" in ran.err
    assert (crashed / ".migrate/journal").exists()
    assert trees.read(crashed) == before


@pytest.mark.parametrize("verb", VERBS)
def test_the_next_command_of_any_kind_finishes_it_first(
    crashed: Path, moments: Moments, tmp_path: Path, verb: str
) -> None:
    root = tmp_path / "root"
    shutil.copytree(crashed, root)
    ran = run(root, *VERBS[verb])
    assert "recovered: apply p was interrupted; finished now\n" in ran.err
    assert ran.err.count("recovered:") == 1
    assert not (root / ".migrate/journal").exists()
    assert trees.read(root) == moments.states[1]
    assert "recovered:" not in run(root, *VERBS[verb]).err


def test_before_the_commit_point_it_never_happened(at: At, moments: Moments) -> None:
    root = at(0)
    crash(root, BEFORE_COMMIT, "apply", "--all")
    ran = run(root, "status")
    assert ran.err == "recovered: apply p was interrupted before it changed anything; dropped\n"
    assert trees.read(root) == moments.states[0]


@pytest.mark.parametrize(("rename", "whole"), [(BEFORE_COMMIT, -1), (AFTER_COMMIT, -2)])
def test_an_undo_is_a_landing(at: At, moments: Moments, rename: int, whole: int) -> None:
    root = at(-1)
    crash(root, rename, "undo", "--preset", "r")
    assert "recovered: undo r was interrupted" in run(root, "status").err
    assert trees.read(root) == moments.states[whole]


# Locks.

HOLD = """
import sys, time
from migrate.disk import Disk
from migrate.journal import locked
with locked(Disk(sys.argv[2])):
    print("held", flush=True)
    time.sleep(float(sys.argv[3]))
"""


def test_a_second_command_waits_briefly_then_says_who_holds_the_lock(
    at: At, moments: Moments, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = at(0)
    holder = start(root, "60", code=HOLD)
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        brief = functools.partial(migrate.journal.locked, wait_seconds=0.3)
        monkeypatch.setattr("migrate.journal.locked", brief)
        began = time.monotonic()
        ran = run(root, "apply", "--all")
        assert time.monotonic() - began >= 0.3
        assert run(root, "status").code == 0, "reading needs no lock"
    finally:
        holder.kill()
        holder.communicate()
    assert ran.code == 4
    assert f"process {holder.pid} on {socket.gethostname()}" in ran.err
    assert trees.read(root) == moments.states[0]
    assert run(root, "apply", "--all").code == 0, "the lock of the dead is taken over"
    assert trees.read(root) == moments.states[-1]


def test_a_second_command_goes_on_when_the_first_is_done(at: At, moments: Moments) -> None:
    root = at(0)
    holder = start(root, "0.5", code=HOLD)
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    ran = run(root, "apply", "--all")
    holder.communicate()
    assert ran.code == 0
    assert trees.read(root) == moments.states[-1]


# Ctrl-C.

HALF_DONE = "interrupted; nothing is half done"
READY = f"print('ready', flush=True)\n{MAIN}"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_at_any_moment_leaves_nothing_half_done(
    at: At, moments: Moments, seed: int, number: signal.Signals
) -> None:
    root = at(0)
    process = start(root, "apply", "--all", code=READY)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    _moment(root, random.Random(seed))
    process.send_signal(number)
    _, said = process.communicate()
    # Before `main` begins, Python itself ends on the signal, which a shell shows as 130 (143), too.
    assert process.returncode in (0, 130, -number)
    if process.returncode == 130:
        told = re.fullmatch(f"{HALF_DONE}(?:; stopped at .*: (\\d) steps? landed.*)?", said.strip())
        assert told
        assert told[1] is None or trees.read(root) == moments.states[int(told[1])]
    assert not (root / ".migrate/journal").exists()
    assert trees.read(root) in moments.states


def test_ctrl_c_while_python_makes_a_class_is_no_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise RuntimeError("Error calling __set_name__") from KeyboardInterrupt()

    monkeypatch.setattr("migrate.cli.main.cli.main", interrupted)
    ran = run(tmp_path, "apply", "--all")
    assert (ran.code, ran.err) == (130, "interrupted; nothing is half done\n")


def _moment(root: Path, chance: random.Random) -> None:
    """Some moment: half of them inside a landing, if it can be hit."""
    end = time.monotonic() + chance.uniform(0.05, 0.6)
    while time.monotonic() < end:
        if chance.random() < 0.5 and os.path.exists(root / ".migrate/journal"):
            return
        time.sleep(0.001)


def test_a_signal_that_python_wraps_in_an_error_is_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrapped(*_: object, **__: object) -> None:
        raise RuntimeError("Error calling __set_name__") from KeyboardInterrupt()

    monkeypatch.setattr("migrate.cli.main.cli.main", wrapped)
    ran = run(tmp_path, "status")
    assert (ran.code, ran.err) == (130, "interrupted; nothing is half done\n")
