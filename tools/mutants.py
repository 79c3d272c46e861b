"""Break the code on purpose, one line at a time: the tests nearest to it must fail.

`python tools/mutants.py [-k NAME] [--jobs N]`. The breakages stand in `tools/mutants.yaml`. Each is
made in a copy of this repository, never here; a text to be replaced that is not there exactly once
is an error, so that the list follows the code. Exit 1 if any breakage goes unnoticed.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tools" / "mutants.yaml"
SECONDS = 300
"""A breakage that makes the tests run for longer than this is noticed, too."""
FAILED = 1
"""How pytest exits when a test failed; anything else is no verdict."""
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", "__pycache__", ".migrate", ".hypothesis", ".*_cache", "build", "dist"
)


class Mutant(NamedTuple):
    """One line broken: `old` gives way to `new` in a file, and one of the `tests` must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def broken(self, text: str) -> str:
        """The text of the file with the line broken. Raises ValueError where it cannot be."""
        count = text.count(self.old)
        if count != 1:
            raise ValueError(
                f"{self.name}: stands {count} times in {self.file}: {self.old.strip()}"
            )
        return text.replace(self.old, self.new)


class Outcome(NamedTuple):
    """What came of one mutant: noticed, or not, and how long the tests took."""

    mutant: Mutant
    killed: bool
    seconds: float


def mutants(path: Path = LIST) -> list[Mutant]:
    """The list, in its order. Raises ValueError for an entry that says too little, or twice."""
    found = [_mutant(item) for item in yaml.safe_load(path.read_text(encoding="utf-8"))]
    names = [mutant.name for mutant in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"named twice: {', '.join(twice)}")
    return found


def _mutant(item: dict[str, Any]) -> Mutant:
    mutant = Mutant(**{**item, "tests": tuple(item["tests"])})
    if not mutant.tests or mutant.old == mutant.new:
        raise ValueError(f"{mutant.name}: breaks nothing, or has no test")
    return mutant


def kill(
    chosen: Sequence[Mutant], jobs: int, tell: Callable[[Outcome], object] = bool
) -> list[Outcome]:
    """Try each mutant in a copy of its own; `tell` is told of each as it is done.

    Raises ValueError if the tests fail without any mutant: then they say nothing.
    """
    for mutant in chosen:
        mutant.broken((ROOT / mutant.file).read_text(encoding="utf-8"))
    with _copies(jobs) as copies, ThreadPoolExecutor(jobs) as pool:
        waiting: SimpleQueue[Path] = SimpleQueue()
        for copy in copies:
            waiting.put(copy)

        def tried(mutant: Mutant) -> Outcome:
            copy = waiting.get()
            try:
                outcome = _tried(mutant, copy)
            finally:
                waiting.put(copy)
            tell(outcome)
            return outcome

        def sound(tests: Sequence[str]) -> None:
            copy = waiting.get()
            try:
                code, said = _tests_of(copy, tests)
            finally:
                waiting.put(copy)
            if code:
                raise ValueError(f"fails without any breakage: {' '.join(tests)}\n{said}")

        every = list(dict.fromkeys(test for mutant in chosen for test in mutant.tests))
        list(pool.map(sound, [every[number::jobs] for number in range(min(jobs, len(every)))]))
        return list(pool.map(tried, chosen))


@contextmanager
def _copies(number: int) -> Iterator[list[Path]]:
    """Copies of this repository, compiled: what is broken later has another time stamp."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [Path(folder) / str(one) for one in range(number)]
        for copy in copies:
            shutil.copytree(ROOT, copy, ignore=_LEFT_OUT, symlinks=True)
            compileall.compile_dir(copy / "migrate", quiet=2)
        yield copies


def _tried(mutant: Mutant, copy: Path) -> Outcome:
    path = copy / mutant.file
    status = path.stat()
    sound = path.read_text(encoding="utf-8")
    begin = time.monotonic()
    path.write_text(mutant.broken(sound), encoding="utf-8")
    try:
        code, said = _tests_of(copy, mutant.tests)
    finally:
        path.write_text(sound, encoding="utf-8")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    if code not in (0, FAILED):
        raise ValueError(f"{mutant.name}: pytest exited {code}\n{said}")
    return Outcome(mutant, code == FAILED, time.monotonic() - begin)


def _tests_of(copy: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Run tests in a copy up to the first that fails: pytest's exit code, and the end of what it
    said."""
    options = ["-q", "-x", "-p", "no:cacheprovider", f"--basetemp={copy.parent}/t{copy.name}"]
    # Bytecode of a broken file must not outlive it.
    clean = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", *options, *tests]
    try:
        ran = subprocess.run(
            command,
            check=False,
            cwd=copy,
            env=clean,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return FAILED, ""
    return ran.returncode, "\n".join((ran.stdout + ran.stderr).splitlines()[-20:])


def table(outcomes: Iterable[Outcome]) -> list[str]:
    """How many were killed, and the survivors with the tests that passed them."""
    outcomes = list(outcomes)
    alive = [one.mutant for one in outcomes if not one.killed]
    wide = max((len(mutant.name) for mutant in alive), default=0)
    far = max((len(mutant.file) for mutant in alive), default=0)
    return [
        f"{len(outcomes) - len(alive)} of {len(outcomes)} killed",
        *(f"  {m.name:{wide}}  {m.file:{far}}  {' '.join(m.tests)}" for m in alive),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("-k", default="", metavar="NAME", help="only those whose name holds this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    options = parser.parse_args(arguments)

    def tell(outcome: Outcome) -> None:
        said = "killed" if outcome.killed else "ALIVE"
        print(f"{said:6}  {outcome.seconds:5.1f} s  {outcome.mutant.name}", file=sys.stderr)

    try:
        chosen = [mutant for mutant in mutants() if options.k in mutant.name]
        outcomes = kill(chosen, max(1, options.jobs), tell)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("\n".join(table(outcomes)))
    return int(not all(one.killed for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
