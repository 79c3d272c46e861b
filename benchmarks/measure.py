"""Run child processes in turns and say what each one took: wall, CPU, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

OUTLIER = 1.5
"""A run this many times its task's median is named as an outlier; medians bear a few of them."""


def _nothing() -> None:
    pass


def environment(scratch: str) -> dict[str, str]:
    """The environment of the children: their compiled modules are kept, in the scratch folder.

    Where a machine forbids Python to write bytecode, every start would compile every module, and
    that would be all we see. The key that seals what is recalled stands there too.
    """
    own = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    folders = {"PYTHONPYCACHEPREFIX": "bytecode", "XDG_STATE_HOME": "state"}
    return {**own, **{name: os.path.join(scratch, folder) for name, folder in folders.items()}}


@dataclass(frozen=True)
class Task:
    """One command to measure. `before` runs before each run and is not measured."""

    name: str
    command: Sequence[str]
    folder: str
    environment: Mapping[str, str]
    before: Callable[[], None] = _nothing


@dataclass
class Times:
    """What the runs of one task took, in seconds. CPU is user and system time of the child."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def median(self, kind: str) -> float:
        """The median run by `wall` or `cpu`."""
        return statistics.median(self.wall if kind == "wall" else self.cpu)

    def outliers(self, kind: str) -> list[float]:
        """The runs far above the median, as multiples of it."""
        middle = self.median(kind)
        runs = self.wall if kind == "wall" else self.cpu
        return sorted(run / middle for run in runs if run > OUTLIER * middle)


class Failed(Exception):
    """A measured command did not exit 0: its time would mean nothing."""


def in_turns(tasks: Sequence[Task], repeats: int) -> dict[str, Times]:
    """Run the tasks in turns, so that whatever else the machine does hits all of them alike.

    One round more than asked for comes first and does not count: it fills the caches.
    Raises Failed.
    """
    times = {task.name: Times() for task in tasks}
    for number in range(repeats + 1):
        for task in tasks:
            wall, cpu = _once(task)
            if number:
                times[task.name].wall.append(wall)
                times[task.name].cpu.append(cpu)
    return times


def _once(task: Task) -> tuple[float, float]:
    task.before()
    start = time.perf_counter()
    # Output goes nowhere: a pipe that we drain would count our time as well.
    child = subprocess.Popen(
        task.command,
        cwd=task.folder,
        env=task.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise Failed(f"{task.name}: exit {child.returncode} from {' '.join(task.command)}")
    return wall, usage.ru_utime + usage.ru_stime


def peak(task: Task, repeats: int = 3) -> float:
    """The median peak memory of a child in bytes, as it says itself at its end (`child_peak.py`).

    Its parent cannot say: ru_maxrss of a child begins with the size of the process that forked it.
    """
    return statistics.median(_peak(task) for _ in range(repeats))


def _peak(task: Task) -> int:
    task.before()
    done = subprocess.run(
        task.command, cwd=task.folder, env=task.environment, capture_output=True, check=False
    )
    last = done.stderr.splitlines()[-1:]
    if done.returncode or not last or not last[0].startswith(b"peak "):
        raise Failed(f"{task.name}: exit {done.returncode} from {' '.join(task.command)}")
    return int(last[0].split()[1])


def interpreter() -> str:
    """The Python that runs everything: the one that runs the benchmarks."""
    return sys.executable
