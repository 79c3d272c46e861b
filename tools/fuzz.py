"""Give bytes to all that reads what a stranger may have written, and tell what broke a promise.

Each target runs in a process of its own, which may crash or hang. Inputs that found something are
kept in a folder that is named; `--seed` begins another search.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile.targets import TARGETS
from tools.fuzz_child import Progress
from tools.fuzz_trees import fuzz

REPOSITORY = Path(__file__).parents[1]
CHILD = Path(__file__).with_name("fuzz_child.py")
TREES = "trees"
"""Whole commands on spoiled trees; all other targets are functions."""
STILL = 60.0
"""Seconds without another input after which a process is hung."""


@dataclass
class Searched:
    """How the search with one target went."""

    target: str
    inputs: int = 0
    seconds: float = 0
    slowest: float = 0
    found: list[str] = field(default_factory=list)

    def row(self) -> str:
        """A line of the table."""
        slowest = f"{self.slowest:.2f}" if self.slowest else "-"
        return (
            f"{self.target:<22}{self.inputs:>12,}{self.seconds:>9.0f}{slowest:>10}"
            f"{len(self.found):>10}"
        )


def search(target: str, seconds: float, seed: int, blind: bool = False) -> Searched:
    """Start processes for a target until its time is up: one that dies is a finding."""
    folder = Path(tempfile.mkdtemp(prefix=f"migrate-fuzz-{target}-"))
    progress = Progress(folder / "progress")
    searched = Searched(target)
    began = time.monotonic()
    tries = 0
    while tries < 20 and (left := began + seconds - time.monotonic()) > 1:
        log = folder / "log"
        arguments = [target, str(folder), f"--seconds={left}", f"--seed={seed + tries}"]
        why = _run_child([*arguments, *["--blind"] * blind], folder, log, progress)
        if why:
            (folder / f"died-{tries}").write_bytes(progress.read()[2])
            said = log.read_text(errors="backslashreplace").strip()[-400:]
            searched.found.append(f"{folder}/died-{tries}: {why}: {said}")
        tries += 1
    shutil.rmtree(folder / "scratch", ignore_errors=True)
    searched.inputs, searched.slowest, _ = progress.read()
    searched.seconds = time.monotonic() - began
    for path in sorted(folder.glob("*.why")):
        searched.found.append(f"{path.with_suffix('')}: {path.read_text().strip()[-300:]}")
    if not searched.inputs:
        searched.found.append(f"{folder}/log: nothing was tried")
    if not searched.found:
        shutil.rmtree(folder)
    return searched


def _run_child(arguments: list[str], folder: Path, log: Path, progress: Progress) -> str:
    """Why the process ended before its time, if it did."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    env = {**os.environ, "TMPDIR": str(scratch)}
    with log.open("wb") as output:
        command = [sys.executable, str(CHILD), *arguments]
        child = subprocess.Popen(command, stdout=output, stderr=output, cwd=REPOSITORY, env=env)
    count, moved = progress.read()[0], time.monotonic()
    while child.poll() is None:
        time.sleep(0.2)
        if progress.read()[0] != count:
            count, moved = progress.read()[0], time.monotonic()
        elif time.monotonic() - moved > STILL:
            child.kill()
            child.wait()
            return f"no answer in {STILL:.0f} seconds"
    return f"exit code {child.returncode}" if child.returncode else ""


def search_trees(seconds: float, seed: int) -> Searched:
    """Whole commands on spoiled trees."""
    began = time.monotonic()
    done = fuzz(seconds, seed)
    return Searched(TREES, done.inputs, time.monotonic() - began, found=done.failed)


def main() -> int:
    """Search with each target, print a row for each; exit 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--blind", action="store_true", help="mutate seeds, without atheris")
    parser.add_argument("--target", action="append", help="one of them; all without")
    options = parser.parse_args()
    known = [*TARGETS, TREES]
    unknown = [name for name in options.target or () if name not in known]
    if unknown:
        parser.error(f"there is no target {unknown[0]}; there are {', '.join(known)}")
    print(f"{'target':<22}{'executions':>12}{'seconds':>9}{'slowest':>10}{'findings':>10}")
    found: list[str] = []
    for name in options.target or known:
        if name == TREES:
            done = search_trees(options.seconds, options.seed)
        else:
            done = search(name, options.seconds, options.seed, options.blind)
        print(done.row(), flush=True)
        found += done.found
    print("\n".join(["", *found]) if found else "nothing was found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
