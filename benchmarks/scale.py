"""What is measured on the synthetic trees: 1,000 and 10,000 presets that share 200 fragments."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.measure import Task, peak
from benchmarks.rows import MIB, Pair, Row, listing, parsing, timed
from benchmarks.trees import Synthetic, files_below, migrate, needed, program


@dataclass(frozen=True)
class PlannedPreset:
    """A synthetic tree after `init`, and after its whole rollout."""

    pending: str
    applied: str
    presets: list[str]

    @property
    def count(self) -> int:
        """How many presets it has."""
        return len(self.presets)


def planned(tree: Synthetic, folder: str) -> PlannedPreset:
    """Plans for a tree, and the tree as it is once they are carried out; made once per folder."""
    pending, applied = os.path.join(folder, "pending"), os.path.join(folder, "applied")
    if not os.path.isdir(applied):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(tree.root, pending)
        _run(migrate("-q", "init"), pending)
        half = os.path.join(folder, "half")
        shutil.copytree(pending, half)
        _run(program("child_finish.py"), half)
        os.rename(half, applied)
    return PlannedPreset(pending, applied, tree.presets)


def _run(command: Sequence[str], folder: str) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def resolving(tree: Synthetic, scratch: str, aim: float) -> list[Pair]:
    """Resolve all presets; a loader without memory on the same."""
    count = len(tree.presets)
    floor = parsing(f"C-parse {len(tree.files):,} files", tree.root, tree.files, scratch)
    names = listing(os.path.join(scratch, f"presets-{count}"), tree.presets)
    ours, plain = program("child_resolve.py", names), program("child_naive.py", names)
    resolve = timed(f"resolve {count:,} presets", ours, tree.root, scratch)
    naive = timed(f"naive loader, {count:,} presets", plain, tree.root, scratch)
    return [Pair(resolve, floor, aim), Pair(naive, floor, None)]


def planning(tree: PlannedPreset, scratch: str) -> list[Pair]:
    """Preview the whole rollout, with one process and with two."""
    files = needed(tree.pending, tree.presets)
    floor = parsing(f"C-parse all {len(files):,} files", tree.pending, files, scratch)
    return _with_jobs(
        f"plan, {tree.count:,} presets", ("plan",), tree.pending, scratch, floor, None
    )


def verifying(tree: PlannedPreset, scratch: str, aim: float | None) -> list[Pair]:
    """The gate on flat presets: a first look with one process and with two, and a second look."""
    floor = parsing(f"C-parse {tree.count:,} flat presets", tree.applied, tree.presets, scratch)
    what = f"verify, {tree.count:,} flat presets"
    pairs = _with_jobs(what, ("verify", "--fresh"), tree.applied, scratch, floor, aim)
    files = sorted(files_below(tree.applied, "configs", "plans"))
    names = listing(os.path.join(scratch, f"hashed-{tree.count}"), files)
    hashing = timed(
        f"read and hash {len(files):,} files",
        program("child_hash.py", names),
        tree.applied,
        scratch,
    )
    again = timed(f"{what}, again", migrate("verify"), tree.applied, scratch)
    return [*pairs, Pair(again, hashing, 1.5 if aim else None)]


def _with_jobs(
    what: str, verb: tuple[str, ...], root: str, scratch: str, floor: Task, aim: float | None
) -> list[Pair]:
    """With one process by CPU time; with two by wall time, against the same floor."""
    alone = timed(what, migrate(*verb), root, scratch)
    both = timed(f"{what}, two processes", migrate(*verb, "--jobs", "2"), root, scratch)
    return [Pair(alone, floor, aim), Pair(both, floor, None, "wall")]


def memory(few: Synthetic, many: Synthetic, scratch: str) -> Row:
    """What each further preset costs while all are resolved."""
    peaks = [_peak(tree.root, _resolving(tree, scratch), scratch) for tree in (few, many)]
    return _further("resolve", few.presets, many.presets, peaks)


def memory_of_verbs(few: PlannedPreset, many: PlannedPreset, scratch: str) -> Iterator[Row]:
    """What each further preset costs while all are planned, and while all are verified."""
    for verb in (("plan",), ("verify", "--fresh")):
        roots = [tree.applied if verb[0] == "verify" else tree.pending for tree in (few, many)]
        peaks = [_peak(root, ("migrate", *verb), scratch) for root in roots]
        yield _further(verb[0], few.presets, many.presets, peaks)


def _resolving(tree: Synthetic, scratch: str) -> tuple[str, ...]:
    names = listing(os.path.join(scratch, f"presets-{len(tree.presets)}"), tree.presets)
    return program("child_resolve.py")[1], names


def _peak(root: str, arguments: Sequence[str], scratch: str) -> float:
    child = program("child_peak.py", *arguments)
    return peak(timed(f"peak of {' '.join(arguments)}", child, root, scratch), 1)


def _further(verb: str, few: Sequence[str], many: Sequence[str], peaks: Sequence[float]) -> Row:
    low, high = peaks
    each = (high - low) / (len(many) - len(few)) / 1000
    what = f"{verb}, {len(few):,} to {len(many):,}, each further preset"
    return Row(what, high / MIB, "MiB", "the fewer", low / MIB, each, 4, "memory")
