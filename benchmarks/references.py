"""How long a reference scan of a large tree takes, against only reading its files."""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from migrate.references import Reference, Renames, scan
from migrate.trees.tree import DiskTree
from migrate.workspace.parallel import workers

FILES, LINES = 10_000, 90
"""The size of the tree: 90 lines are 4 to 5 kB."""

NAMING = 50
"""One file in so many names a config."""

SUFFIXES = (".py", ".py", ".py", ".sh", ".md", ".yaml", ".json", ".ipynb")
WORDS = ("return", "self", "config", "debug", "base", "train", "dense", "data", "/", "=")


def renames() -> Renames:
    """Thirty components without a successor, ten old base presets with one."""
    moves = {f"configs/components/part{n % 6}/fragment_{n}.yaml": None for n in range(30)}
    bases = {
        f"configs/train/stage{n}/dense_base.yaml": f"configs/train/stage{n}/dense.yaml"
        for n in range(10)
    }
    return Renames({**moves, **bases})


def make(root: Path, count: int) -> None:
    """A tree of plausible texts; the random numbers are the same in every run."""
    rng = random.Random(20)
    targets = sorted(renames().targets)
    for number in range(count):
        suffix = SUFFIXES[number % len(SUFFIXES)]
        lines = [f'x{n} = "{" ".join(rng.choices(WORDS, k=7))}"  # {n}' for n in range(LINES)]
        if number % NAMING == 0:
            lines[rng.randrange(LINES)] = f'path = "{rng.choice(targets)}"'
        text = "\n".join(lines) + "\n"
        if suffix == ".ipynb":
            text = notebook(lines)
        path = root / f"part{number % 100}" / f"file{number}{suffix}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def notebook(lines: list[str]) -> str:
    """A notebook with one cell."""
    import json

    cell = {"cell_type": "code", "source": [line + "\n" for line in lines], "outputs": []}
    return json.dumps(
        {"cells": [cell], "nbformat": 4, "nbformat_minor": 4, "metadata": {}}, indent=1
    )


def read_all(root: Path) -> int:
    """The floor: walk and read every file; the number of bytes."""
    tree = DiskTree(str(root))
    return sum(len(tree.read(path)) for path in tree.files())


def timed(work: Callable[[], object]) -> float:
    """Seconds of the fastest of three runs."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Print the times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root, arguments.files)
        read_all(root)
        floor = timed(lambda: read_all(root))
        found: list[Reference] = []

        def work(jobs: int) -> None:
            with workers(jobs) as crew:
                found[:] = scan(DiskTree(folder), renames(), workers=crew)

        print(f"references: {arguments.files:,} files, {read_all(root) / 1e6:.0f} MB")
        print(f"  read all files        {floor:6.2f} s   1.0")
        for jobs in sorted({1, arguments.jobs}):
            seconds = timed(lambda jobs=jobs: work(jobs))  # type: ignore[misc]
            name = f"scan, {jobs} process{'es' if jobs > 1 else ''}"
            print(f"  {name:20}  {seconds:6.2f} s {seconds / floor:5.1f}   {len(found)} references")


if __name__ == "__main__":
    main()
