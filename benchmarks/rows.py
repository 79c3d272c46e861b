"""What is measured, against what, and with which aim."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmarks.measure import Task, Times, environment, in_turns, interpreter, peak
from benchmarks.trees import (
    Rollout,
    absolute,
    migrate,
    needed,
    planned,
    program,
    revisions,
    unique,
)
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


def timed(
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
    empty = timed("python -c pass", [interpreter(), "-c", "pass"], scratch, scratch)
    chain = unique(tree.pending, chain_of(tree.pending, tree.deepest))
    floor = parsing(f"C-parse its {len(chain)} files", tree.pending, chain, scratch)
    look = migrate("inspect", tree.deepest, "--only", "payload")
    why = migrate("explain", tree.deepest, "training.learning_rate")
    return [
        Pair(timed("--help", migrate("--help"), scratch, scratch), empty, 5),
        Pair(timed("inspect, deepest chain", look, tree.pending, scratch), floor, 2),
        Pair(timed("explain, deepest chain", why, tree.pending, scratch), floor, 2),
    ]


def verbs(tree: Rollout, scratch: str) -> list[Pair]:
    """The verbs of the rollout, on all presets."""
    files = needed(tree.pending, tree.presets)
    floor = parsing(f"C-parse all {len(files)} files", tree.pending, files, scratch)
    count = len(tree.presets)
    copy = os.path.join(scratch, "apply")

    def anew() -> None:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(tree.pending, copy)

    anew()
    plan = timed(f"plan, {count} presets", migrate("plan"), tree.pending, scratch)
    landing = f"apply --all, {count} presets, fsync"
    apply = timed(landing, migrate("apply", "--all"), copy, scratch, anew)
    verify = timed(f"verify, {count} presets", migrate("verify", "--fresh"), tree.applied, scratch)
    again = timed(f"verify, {count} presets, again", migrate("verify"), tree.applied, scratch)
    return [
        Pair(plan, floor, 3),
        Pair(apply, floor, 4, "wall"),
        Pair(verify, floor, 3),
        Pair(again, floor, None),
    ]


def looks(tree: Rollout, scratch: str) -> list[Pair]:
    """The looks at all presets: side by side, and since the rollout began."""
    targets = planned(tree.applied, "to")
    now = needed(tree.applied, targets)
    count = len(targets)
    repository = revisions(tree, os.path.join(scratch, "revisions"))
    before = absolute(tree.pending, needed(tree.pending, tree.presets))
    both = unique(repository, [*before, *absolute(tree.applied, now)])
    side_by_side, csv = migrate("table"), migrate("table", "--output", "csv")
    change = migrate("diff", "--since", "HEAD~1")
    table = timed(f"table, {count} presets", side_by_side, tree.applied, scratch)
    rows = timed(f"table, {count} presets, CSV", csv, tree.applied, scratch)
    since = timed(f"diff --since, {count} presets", change, repository, scratch)
    floor = parsing(f"C-parse their {len(now)} files", tree.applied, now, scratch)
    floor_of_both = parsing(f"C-parse the {len(both)} files of both", repository, both, scratch)
    return [Pair(table, floor, 3), Pair(rows, floor, 3), Pair(since, floor_of_both, 3)]


def parsing(name: str, root: str, files: Sequence[str], scratch: str) -> Task:
    names = listing(os.path.join(scratch, f"{os.path.basename(root)}-{len(files)}.list"), files)
    return timed(name, program("child_parse.py", names), root, scratch)


def listing(path: str, names: Sequence[str]) -> str:
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(names))
    return path


# Memory.


def memory(tree: Rollout, scratch: str) -> Iterator[Row]:
    """Peak memory of the verbs above the bare interpreter."""
    bare = peak(timed("bare interpreter", program("child_peak.py"), scratch, scratch))
    for verb, root in ((("plan",), tree.pending), (("verify", "--fresh"), tree.applied)):
        child = program("child_peak.py", "migrate", *verb)
        used = peak(timed(f"peak of {verb[0]}", child, root, scratch))
        what = f"{verb[0]}, {len(tree.presets)} presets, peak memory"
        above = (used - bare) / MIB
        yield Row(
            what, used / MIB, "MiB", "the interpreter + 20 MiB", bare / MIB, above, 20, "memory"
        )
