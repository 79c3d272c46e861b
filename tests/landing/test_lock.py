"""One writer per root, whoever died before."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrate.disk import Disk
from migrate.errors import TreeMoved
from migrate.journal import locked

HOLD = """
import sys, time
from migrate.disk import Disk
from migrate.journal import locked
with locked(Disk(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_second_process_waits_and_says_who_holds_it(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    try:
        start = time.monotonic()
        with pytest.raises(TreeMoved) as caught, locked(Disk(str(tmp_path)), wait_seconds=0.3):
            pass
        assert time.monotonic() - start >= 0.3
    finally:
        stop(holder)
    assert f"process {holder.pid} on {socket.gethostname()}" in str(caught.value)
    assert caught.value.exit_code == 4


def test_the_lock_of_a_dead_process_is_taken_over(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    stop(holder)
    with locked(Disk(str(tmp_path)), wait_seconds=0):
        assert str(os.getpid()) in (tmp_path / ".migrate/lock").read_text()


def test_nothing_but_the_lock_and_the_ignore_file_is_made(tmp_path: Path) -> None:
    with locked(Disk(str(tmp_path))):
        pass
    made = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert made == [".migrate", ".migrate/.gitignore", ".migrate/lock"]
    assert (tmp_path / ".migrate/.gitignore").read_text() == "*\n"


def test_a_lock_that_is_a_link_is_refused(tmp_path: Path) -> None:
    root, victim = tmp_path / "root", tmp_path / "victim"
    (root / ".migrate").mkdir(parents=True)
    victim.write_text("precious")
    (root / ".migrate/lock").symlink_to(victim)
    with pytest.raises(TreeMoved), locked(Disk(str(root)), wait_seconds=0):
        pass
    assert victim.read_text() == "precious"


def test_processes_that_start_at_once_take_turns(tmp_path: Path) -> None:
    once = HOLD.replace("time.sleep(60)", "time.sleep(0.01)")
    command = [sys.executable, "-c", once, str(tmp_path)]
    here = Path(__file__).parents[2]
    several = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=here) for _ in range(4)]
    assert [process.communicate()[0] for process in several] == [b"held\n"] * 4
