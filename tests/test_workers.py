"""Whoever does the work, the output is the same, byte for byte."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from migrate.commands.inspect import inspect_all
from migrate.errors import InputError, TreeMoved
from migrate.verification.run import verify
from migrate.workers import Workers
from migrate.workspace.config_names import names_and_faults
from migrate.workspace.parallel import workers
from migrate.workspace.view import View
from migrate.workspace.workspace import Workspace
from tests.support.cli import Ran, migrate

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository's rollout with findings in it: an edit, a preset that does not load."""
    root = tmp_path_factory.mktemp("rollout")
    for name in ("configs", "plans"):
        shutil.copytree(REPOSITORY / name, root / name)
    edited = root / "configs/train/grpo/dense_2048.yaml"
    edited.write_bytes(edited.read_bytes().replace(b"2.0e-6", b"3.0e-6"))
    (root / "configs/smoke/debug.yaml").write_text("extends: ../gone.yaml\n")
    return root


COMMANDS = {
    "verify": ("verify", "--fresh", "-v"),
    "verify-some": ("verify", "--preset", "grpo_dense", "--preset", "debug"),
    "verify-json": ("--output", "json", "verify", "--fresh"),
    "plan": ("plan", "--diff"),
    "inspect": ("inspect", "debug", "legacy:grpo_dense", "smoke_debug", "no_such", "grpo_dense"),
    "inspect-payload": ("inspect", "debug", "legacy:grpo_dense", "--only", "payload"),
    "inspect-fusion": ("inspect", "grpo_dense", "sft_dense_2048", "--fusion", "--format", "yaml"),
    "inspect-json": ("--output", "json", "inspect", "debug", "no_such", "grpo_dense"),
}


def said(root: Path, command: tuple[str, ...], *more: str) -> Ran:
    options = ("-v",) if "-v" in command else ()
    return migrate(root, *options, *(word for word in command if word != "-v"), *more)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_several_processes_say_what_one_says(root: Path, command: tuple[str, ...]) -> None:
    alone = said(root, command)
    assert alone.out
    assert said(root, command, "--jobs", "3") == alone


def test_any_executor_can_be_handed_in(root: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        for crew in (Workers(pool, 3), Workers(pool, 100)):
            assert verify(Workspace(str(root)), workers=crew).data() == alone(root)
            view, names = View(str(root)), ["debug", "no_such", "grpo_dense"]
            found = [
                str(one) if isinstance(one, InputError) else one
                for one in inspect_all(view, names_and_faults(view, names), workers=crew)
            ]
            assert [type(one) for one in found] == [type(found[0]), str, type(found[0])]


def alone(root: Path) -> object:
    return verify(Workspace(str(root))).data()


def test_what_is_wrong_with_some_configs_is_said_after_the_others(root: Path) -> None:
    ran = migrate(root, "inspect", "no_such", "debug", "smoke_debug", "--only", "chain")
    assert ran.code == 3
    assert ran.out.startswith("configs/debug.yaml\nchain (2 files")
    assert "no_such: no such config" in ran.err
    assert "configs/smoke/debug.yaml:1:10: extends configs/gone.yaml" in ran.err


_COMMAND = """
import sys
from migrate.cli import main
from migrate.workspace.parallel import workers

def run(*_, **__):
    with workers(4) as crew:
        list(crew.pool.map(exec, sys.argv[1:]))

main.cli.main = run
main.main()
"""
_LONG = "import os, time; os.write(1, b'at work\\n') and time.sleep(60)"
_DIES = "import os; os._exit(1)"


Command = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def command() -> Iterator[Command]:
    """A command with four processes, of which some do the work that is given."""
    started: list[subprocess.Popen[str]] = []

    def start(*work: str) -> subprocess.Popen[str]:
        words, pipe = [sys.executable, "-c", _COMMAND, *work], subprocess.PIPE
        started.append(
            subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
        )
        return started[-1]

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["it-alone", "all-of-it"])
def test_a_signal_ends_the_command_and_its_workers_at_once(
    command: Command, number: signal.Signals, send: Callable[[int, int], None]
) -> None:
    started = command(_LONG, _LONG)
    assert started.stdout is not None
    assert [started.stdout.readline() for _ in range(2)] == ["at work\n"] * 2
    send(started.pid, number)
    _, err = started.communicate(timeout=30)  # no worker holds its end of the pipe any more
    assert (started.returncode, err) == (130, "interrupted; nothing is half done\n")


def test_a_worker_that_is_ended_from_outside_is_an_error(command: Command) -> None:
    started = command(_LONG, _DIES)
    out, err = started.communicate(timeout=30)
    assert (started.returncode, out) in ((4, ""), (4, "at work\n"))
    assert err == (
        "error: a process that did part of the work was ended from outside\n"
        "hint: run it again; with fewer --jobs, if memory was short\n"
    )


def test_without_dask_the_letter_says_what_to_install(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    ran = migrate(root, "verify", "--scheduler", "tcp://127.0.0.1:8786")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith(
        "error: Dask is not installed\nhint: pip install 'config-migrate[dask]'"
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Dask cluster of this machine: two processes, two threads each."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=2,
        dashboard_address=None,
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.dask
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_cluster_says_what_one_process_says(
    root: Path, address: str, command: tuple[str, ...]
) -> None:
    assert said(root, command, "--scheduler", address) == said(root, command)


@pytest.mark.dask
def test_the_cluster_does_the_work(address: str) -> None:
    with workers(1, address) as crew:
        assert crew.number == 4
        assert crew.pool is not None
        assert os.getpid() not in set(crew.pool.map(_pid, range(20)))


@pytest.mark.dask
def test_work_that_ends_the_workers_of_a_cluster_is_an_error(address: str) -> None:
    def ended() -> None:
        with workers(1, address) as crew:
            assert crew.pool is not None
            list(crew.pool.map(os._exit, [1]))

    with pytest.raises(TreeMoved, match="ended from outside"):
        ended()


@pytest.mark.dask
@pytest.mark.parametrize("address", ["nonsense", "tcp://", "tcp://h", "h:port", "foo://h:1"])
def test_what_is_no_address_is_an_error(root: Path, address: str) -> None:
    ran = migrate(root, "verify", "--scheduler", address)
    assert ran.code == 3
    assert ran.err.endswith("is no address of a scheduler\nhint: write tcp://HOST:PORT\n")


@pytest.mark.dask
def test_a_scheduler_that_is_not_there_is_an_error_with_its_address(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrate.workspace.parallel.SECONDS", 1)
    ran = migrate(root, "verify", "--scheduler", "tcp://127.0.0.1:1")
    assert ran.code == 3
    assert "tcp://127.0.0.1:1: no Dask scheduler answers" in ran.err


def _pid(_: int) -> int:
    return os.getpid()
