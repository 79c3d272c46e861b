"""What is measured, against what, and with which aim."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmarks.measure import Task, Times, environment, in_turns, interpreter, peak
from benchmarks.trees import Rollout, Synthetic, migrate, needed, program, unique
from benchmarks.trees import chain as chain_of

MIB = 1024 * 1024


@dataclass(frozen=True)
class Row:
    """One line of the table. Times are milliseconds, memory is what `unit` says."""

    what: str
    value: float
    unit: str
    against: str
    floor: float
    ratio: float
    aim: float | None
    judged: str
    """`cpu`, `wall` or `memory`."""
    wall: float = 0.0
    wall_ratio: float = 0.0
    outliers: str = ""

    @property
    def ok(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        return None if self.aim is None else self.ratio <= self.aim

    def data(self) -> dict[str, Any]:
        """The row as JSON."""
        return {**asdict(self), "ok": self.ok}


@dataclass(frozen=True)
class Pair:
    """A task and its floor. `kind` is what the ratio is made of."""

    task: Task
    floor: Task
    aim: float | None
    kind: str = "cpu"


def measured(pairs: Sequence[Pair], repeats: int) -> Iterator[Row]:
    """Run all tasks and floors in turns; one row for each pair."""
    tasks = {task.name: task for pair in pairs for task in (pair.floor, pair.task)}
    times = in_turns(list(tasks.values()), repeats)
    for pair in pairs:
        yield _row(pair, times[pair.task.name], times[pair.floor.name])


def _row(pair: Pair, took: Times, floor: Times) -> Row:
    value, least = took.median(pair.kind), floor.median(pair.kind)
    return Row(
        what=pair.task.name,
        value=value * 1000,
        unit="ms",
        against=pair.floor.name,
        floor=least * 1000,
        ratio=value / least,
        aim=pair.aim,
        judged=pair.kind,
        wall=took.median("wall") * 1000,
        wall_ratio=took.median("wall") / floor.median("wall"),
        outliers=" ".join(f"{times:.1f}x" for times in took.outliers(pair.kind)),
    )


def _task(
    name: str,
    command: Sequence[str],
    folder: str,
    scratch: str,
    before: Callable[[], None] | None = None,
) -> Task:
    run = Task(name, command, folder, environment(scratch))
    return run if before is None else replace(run, before=before)


def start_up(tree: Rollout, scratch: str) -> list[Pair]:
    """`--help` and one config."""
    empty = _task("python -c pass", [interpreter(), "-c", "pass"], scratch, scratch)
    chain = unique(tree.pending, chain_of(tree.pending, tree.deepest))
    floor = _floor(f"C-parse its {len(chain)} files", tree.pending, chain, scratch)
    look = migrate("inspect", tree.deepest, "--only", "payload")
    return [
        Pair(_task("--help", migrate("--help"), scratch, scratch), empty, 5),
        Pair(_task("inspect, deepest chain", look, tree.pending, scratch), floor, 2),
    ]


def verbs(tree: Rollout, scratch: str) -> list[Pair]:
    """The verbs of the rollout, on all presets."""
    files = needed(tree.pending, tree.presets)
    floor = _floor(f"C-parse all {len(files)} files", tree.pending, files, scratch)
    count = len(tree.presets)
    copy = os.path.join(scratch, "apply")

    def anew() -> None:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(tree.pending, copy)

    anew()
    plan = _task(f"plan, {count} presets", migrate("plan"), tree.pending, scratch)
    landing = f"apply --all, {count} presets, fsync"
    apply = _task(landing, migrate("apply", "--all"), copy, scratch, anew)
    verify = _task(f"verify, {count} presets", migrate("verify"), tree.applied, scratch)
    return [Pair(plan, floor, 3), Pair(apply, floor, 4, "wall"), Pair(verify, floor, 3)]


def scale(tree: Synthetic, scratch: str, aim: float) -> list[Pair]:
    """Resolve all presets of a synthetic tree; a loader without memory on the same."""
    count = len(tree.presets)
    floor = _floor(f"C-parse {len(tree.files):,} files", tree.root, tree.files, scratch)
    names = _listing(os.path.join(scratch, f"presets-{count}"), tree.presets)
    ours, plain = program("child_resolve.py", names), program("child_naive.py", names)
    resolve = _task(f"resolve {count:,} presets", ours, tree.root, scratch)
    naive = _task(f"naive loader, {count:,} presets", plain, tree.root, scratch)
    return [Pair(resolve, floor, aim), Pair(naive, floor, None)]


def _floor(name: str, root: str, files: Sequence[str], scratch: str) -> Task:
    listing = _listing(os.path.join(scratch, f"{os.path.basename(root)}-{len(files)}.list"), files)
    return _task(name, program("child_parse.py", listing), root, scratch)


def _listing(path: str, names: Sequence[str]) -> str:
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(names))
    return path


# Memory.


def memory(tree: Rollout, scratch: str) -> Iterator[Row]:
    """Peak memory of the verbs above the bare interpreter."""
    bare = peak(_task("bare interpreter", program("child_peak.py"), scratch, scratch))
    for verb, root in (("plan", tree.pending), ("verify", tree.applied)):
        child = program("child_peak.py", "migrate", verb)
        used = peak(_task(f"peak of {verb}", child, root, scratch))
        what = f"{verb}, {len(tree.presets)} presets, peak memory"
        above = (used - bare) / MIB
        yield Row(
            what, used / MIB, "MiB", "the interpreter + 20 MiB", bare / MIB, above, 20, "memory"
        )


def memory_at_scale(few: Synthetic, many: Synthetic, scratch: str) -> Row:
    """What each further preset costs while all are resolved."""
    low, high = (_peak_resolving(tree, scratch) for tree in (few, many))
    further = len(many.presets) - len(few.presets)
    each = (high - low) / further / 1000
    what = f"resolve, {len(few.presets):,} to {len(many.presets):,}, each further preset"
    return Row(what, high / MIB, "MiB", "the fewer", low / MIB, each, 4, "memory")


def _peak_resolving(tree: Synthetic, scratch: str) -> float:
    names = _listing(os.path.join(scratch, f"presets-{len(tree.presets)}"), tree.presets)
    child = program("child_peak.py", program("child_resolve.py")[1], names)
    return peak(_task(f"peak of resolving {len(tree.presets):,}", child, tree.root, scratch), 1)
