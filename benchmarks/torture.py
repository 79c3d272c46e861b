"""Kill commands that write at random moments, and check the tree each time.

`python benchmarks/torture.py [--seconds 120] [--kills 1000] [--seed N] [--command rollout]` prints
kills survived and trees checked; it exits 1 at the first tree that is neither of the whole ones,
and keeps it.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from migrate.journal.record import JOURNAL

Tree = Mapping[str, tuple[int, bytes]]


class Victim(Protocol):
    """What is tortured. `work` and `recover` run in processes of their own, forked from this one:
    all is imported already, so that a kill hits work and not the start of Python."""

    root: Path

    def work(self) -> None:
        """Land one change set after another until killed or done."""

    def recover(self) -> str | None:
        """What the next command does first; the line that it says."""

    def fault(self, found: Tree) -> str | None:
        """What is wrong with the tree as it is now, after a recovery."""


@dataclass
class Score:
    """What was survived so far."""

    kills: int = 0
    inside: int = 0
    """Kills that left a journal behind."""
    checked: int = 0
    finished: int = 0
    dropped: int = 0
    killed_recoveries: int = 0
    done: int = 0
    """Runs that came to their end before they were killed."""
    seen: set[int] = field(default_factory=set)
    """Which trees stood at a check, by a hash."""


class MixedTreeError(Exception):
    """A tree that is neither of the whole ones."""


def torture(
    victim: Victim, kills: int, seconds: float, chance: random.Random, longest: float
) -> Score:
    """Kill the victim until so many kills or seconds. Raises MixedTreeError.

    `longest`: seconds that a victim lives at most. Every second one is killed soon after a landing
    began, the others at any moment, which mostly is one of thinking.
    """
    score, end = Score(), time.monotonic() + seconds
    journal = victim.root / JOURNAL
    while score.kills < kills and time.monotonic() < end:
        pid = _fork(victim.work)
        _wait(journal, chance, longest)
        alive = _kill(pid)
        score.kills += alive
        score.done += not alive
        score.inside += journal.exists()
        while journal.exists() and chance.random() < 0.5:
            pid = _fork(victim.recover)
            time.sleep(chance.uniform(0, 0.02))
            score.killed_recoveries += _kill(pid)
        said = _ask(victim.recover)
        score.finished += "finished" in said
        score.dropped += "dropped" in said
        _check(victim, score)
    return score


def _check(victim: Victim, score: Score) -> None:
    found = tree(victim.root)
    fault = victim.fault(found)
    if (victim.root / JOURNAL).exists():
        fault = "recovery left its journal"
    if fault:
        raise MixedTreeError(f"after {score.kills} kills: {victim.root}: {fault}")
    score.checked += 1
    score.seen.add(hash(frozenset(found.items())))


def _wait(journal: Path, chance: random.Random, longest: float) -> None:
    end = time.monotonic() + chance.uniform(0, longest)
    if chance.random() < 0.5:
        time.sleep(max(0.0, end - time.monotonic()))
        return
    end = time.monotonic() + longest
    while time.monotonic() < end and not journal.exists():
        time.sleep(0.0005)
    time.sleep(chance.uniform(0, longest / 4))


def tree(root: Path) -> Tree:
    """Every file with mode and bytes, staged ones too; not what is in `.migrate/`."""
    return {
        str(path.relative_to(root)): (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] != ".migrate"
    }


def _fork(work: Callable[[], object]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            work()
        finally:
            os._exit(0)
    return pid


def _ask(work: Callable[[], str | None]) -> str:
    """Let a process do something to its end, and hear what it says."""
    ours, theirs = os.pipe()
    pid = _fork(lambda: os.write(theirs, (work() or "").encode()[:4000]))
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    os.waitpid(pid, 0)
    return said


def _kill(pid: int) -> bool:
    """Kill a child of ours; whether it was alive until then."""
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--seconds", type=float, default=120.0)
    arguments.add_argument("--kills", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=None)
    arguments.add_argument(
        "--command",
        choices=["rollout", "synthetic"],
        default="rollout",
        help="rollout: apply --all and undo in a copy of this repository; synthetic: made-up files",
    )
    return arguments.parse_args()


def main() -> int:
    from benchmarks.victims import RolloutVictim, SyntheticVictim

    given = _arguments()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    victim: Victim
    if given.command == "rollout":
        victim, longest = RolloutVictim(folder, chance), 0.6
    else:
        victim, longest = SyntheticVictim(folder, chance), 1.0
    start = time.monotonic()
    try:
        score = torture(victim, given.kills, given.seconds, chance, longest)
    except MixedTreeError as error:
        print(f"seed {seed}: mixed tree {error}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    print(
        f"seed {seed}, {time.monotonic() - start:.0f} s: {score.kills} kills survived, "
        f"{score.inside} of them inside a landing, and {score.killed_recoveries} more of "
        f"recoveries; {score.finished} landings finished by recovery, {score.dropped} dropped, "
        f"{score.done} runs at their end before the kill\n"
        f"{score.checked} trees checked, {len(score.seen)} different whole ones, mixed trees: 0"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
