"""Compare the engine with other repositories' own loaders, file by file; print the score.

And what a rollout of each would retire, and why. A corpus is a folder with `tree/` (the configs) or
`tree.tar.gz`, and `expected.json.gz` (path to resolved config, as that repository's loader made
it; it may stand under `answers`). `python tools/corpora.py [DIR] [--jobs N]`; without DIR, the
folder that MIGRATE_CORPORA names.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from migrate.dialect import Dialect
from migrate.dialect.recognise import recognise
from migrate.resolve import Resolver
from migrate.trees.tree import CachedTree, DiskTree
from migrate.workers import HERE, Workers, each_chunk
from migrate.workspace.parallel import workers
from tools.corpora_check import STEPS, Outcome, check
from tools.corpora_retired import Fates, fates, tree_of
from tools.shape import COUNTS, counted

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "corpora"
ROLLOUT = (("init",), ("plan",), ("apply", "--all"), ("verify",))
CHUNKS = 16
"""So many pieces of work for each process: the bar moves, and none waits long for another."""

Advance = Callable[[int], None]


class Score(NamedTuple):
    """How one corpus went; `rollout` is "ok", or the verb that failed and what it said."""

    name: str
    dialect: str
    outcomes: tuple[Outcome, ...] = ()
    rollout: str = ""
    fates: Fates = Fates({})

    def right(self, step: int) -> int:
        """How many files are right in this step and all before it."""
        return sum(outcome.right > step for outcome in self.outcomes)

    @property
    def refused(self) -> dict[str, str]:
        """The files that are refused, with the reason."""
        return {one.path: one.refused for one in self.outcomes if one.refused}

    @property
    def absent(self) -> int:
        """How many files build on one that the corpus does not hold."""
        return sum(one.absent for one in self.outcomes)

    @property
    def wrong(self) -> dict[str, str]:
        """The files of which the engine says something that is not so."""
        return {one.path: one.wrong for one in self.outcomes if one.wrong}


def folder_of_corpora(given: str | None = None) -> Path:
    """Where the corpora are: as given, else by the environment, else beside this repository."""
    return Path(given or os.environ.get("MIGRATE_CORPORA") or DEFAULT_FOLDER)


def corpora(folder: Path) -> list[Path]:
    """The corpora of a folder."""
    return sorted(path.parent for path in folder.glob("*/expected.json.gz"))


@lru_cache(maxsize=2)
def expected(corpus: Path) -> dict[str, Any]:
    """What the corpus's own loader made of each file."""
    with gzip.open(corpus / "expected.json.gz", "rt", encoding="utf-8") as file:
        answers: dict[str, Any] = json.load(file)
    return dict(answers.get("answers", answers))


@lru_cache(maxsize=2)
def _resolver(tree: Path, dialect: Dialect) -> Resolver:
    """One for each process: it reads every file once."""
    return Resolver(CachedTree(DiskTree(str(tree))), dialect)


def measure(
    corpus: Path,
    scratch: Path,
    every: int = 1,
    crew: Workers = HERE,
    advance: Advance = lambda count: None,
) -> Score:
    """Check each file of a corpus, or every so many; a packed one is unpacked."""
    tree = tree_of(corpus, scratch)
    dialect = recognise(CachedTree(DiskTree(str(tree)))).dialect
    outcomes = []
    work = partial(_checked, corpus, tree, dialect)
    for outcome in each_chunk(
        work, list(expected(corpus))[::every], crew.number * CHUNKS, crew.pool
    ):
        outcomes.append(outcome)
        advance(1)
    return Score(corpus.name, dialect.name, tuple(outcomes))


def _checked(corpus: Path, tree: Path, dialect: Dialect, paths: list[str]) -> list[Outcome]:
    answers, resolver = expected(corpus), _resolver(tree, dialect)
    return [check(resolver, path, dialect.compared(answers[path])) for path in paths]


# The rollout, by the command itself.


def roll_out(scratch: Path, corpus: Path) -> str:
    """`init`, `plan`, `apply --all`, `verify` on a copy; "ok", or the verb that failed and why."""
    copy = scratch / corpus.name
    shutil.copytree(tree_of(corpus, scratch), copy)
    command = Path(sys.executable).with_name("migrate")
    for verb in ROLLOUT:
        done = subprocess.run(
            [command, "--root", copy, *verb], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip().splitlines()
            return f"{verb[0]} exited {done.returncode}: {said[-1] if said else ''}"
    return "ok"


def _rolled_out(scratch: Path, found: list[Path]) -> list[tuple[str, Fates]]:
    return [_fate_and_rollout(scratch, corpus) for corpus in found]


def _fate_and_rollout(scratch: Path, corpus: Path) -> tuple[str, Fates]:
    fate = fates(corpus, expected(corpus), scratch)
    return ("shallow already" if fate.is_shallow else roll_out(scratch, corpus)), fate


# What is printed.


def report(scores: Iterable[Score]) -> str:
    """The table of files right out of all, and below it every wrong and every refused file."""
    scores = list(scores)
    head = ("corpus", "dialect", *STEPS, "comments", *COUNTS, "refused", "rollout")
    rows = [head, *(_row(score) for score in scores)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    for score in scores:
        lines += [f"wrong: {score.name}/{path}: {why}" for path, why in score.wrong.items()]
        lines += [f"refused: {score.name}/{path}: {why}" for path, why in score.refused.items()]
        if score.absent:
            lines.append(f"{score.name}: {score.absent:,} files build on what it does not hold")
    for score in scores:
        lines += _fate_lines(score.name, score.fates)
    return "\n".join(lines)


def _fate_lines(name: str, fate: Fates) -> Iterator[str]:
    """What would go, to be read with one's own eyes; first what must not."""
    yield from (f"wrong: {name}/{path} is complete and would be retired" for path in fate.runs)
    if fate.presets:
        yield (
            f"{name}: {fate.presets:,} presets to migrate, {len(fate.retired):,} files retired, "
            f"{fate.shallow:,} of {fate.configs:,} configs shallow already"
        )
    yield from (f"retired: {name}/{path}: {why}" for path, why in fate.retired.items())


def _row(score: Score) -> tuple[str, ...]:
    there = len(score.outcomes) - score.absent
    return (
        score.name,
        score.dialect,
        *(f"{score.right(step)}/{there}" for step in range(len(STEPS))),
        str(sum(outcome.comments for outcome in score.outcomes)),
        *counted(outcome.shape for outcome in score.outcomes),
        str(len(score.refused)),
        score.rollout or "-",
    )


@contextmanager
def bar(total: int) -> Iterator[Advance]:
    """A progress bar on standard error, on a terminal only."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("comparing", total=total)
        yield lambda count: progress.update(task, advance=count)


def score_all(found: list[Path], jobs: int) -> list[Score]:
    """Every file of every corpus, then every rollout; a rollout counts as one more file."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        bar(sum(len(expected(corpus)) for corpus in found) + len(found)) as advance,
        workers(jobs) as crew,
    ):
        scores = [measure(corpus, Path(scratch), 1, crew, advance) for corpus in found]
        work = partial(_rolled_out, Path(scratch))
        said = []
        for outcome in each_chunk(work, found, len(found), crew.pool):
            said.append(outcome)
            advance(1)
    return [
        score._replace(rollout=rollout, fates=fate)
        for score, (rollout, fate) in zip(scores, said, strict=True)
    ]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", nargs="?", help="the folder of the corpora")
    parser.add_argument("--jobs", type=int, default=1, help="work in so many processes")
    options = parser.parse_args(arguments)
    folder = folder_of_corpora(options.folder)
    found = corpora(folder)
    if not found:
        print(f"no corpora in {folder}; name their folder: make corpora ARGS=DIR", file=sys.stderr)
        return 3
    started = time.perf_counter()
    scores = score_all(found, options.jobs)
    print(report(scores))
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
    return 1 if any(map(_failed, scores)) else 0


def _failed(score: Score) -> bool:
    rolled = score.rollout == "ok" or score.fates.is_shallow
    return bool(score.wrong or score.fates.runs) or not rolled


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
