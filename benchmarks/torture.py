"""Kill a process that lands change sets at random moments, and check the tree each time.

`python benchmarks/torture.py [--seconds 60] [--kills 300] [--seed N]` prints kills survived and
trees checked; it exits 1 at the first tree that is neither of the whole ones, and keeps it.
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
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from migrate.changes import Change, ChangeSet
from migrate.disk import Disk
from migrate.journal import land, locked, recover

Tree = Mapping[str, tuple[int, bytes]]


@dataclass(frozen=True)
class Victim:
    """What is tortured: how to start it, how to recover, which trees are whole.

    `start` begins work in a root and returns the process id; the work goes on until it is killed or
    done. `recover` is what the next command does first, and nothing more.
    """

    root: Path
    start: Callable[[], int]
    recover: Callable[[], str | None]
    whole: Callable[[Tree], bool]
    reset: Callable[[], None] = lambda: None


@dataclass
class Score:
    """What was survived so far."""

    kills: int = 0
    checked: int = 0
    finished: int = 0
    dropped: int = 0
    killed_recoveries: int = 0


class MixedTreeError(Exception):
    """A tree that is neither of the whole ones."""


def torture(
    victim: Victim, kills: int, seconds: float, chance: random.Random, longest: float = 0.25
) -> Score:
    """Kill the victim until so many kills or seconds. Raises MixedTreeError.

    `longest`: seconds that a victim lives at most, enough for some landings.
    """
    score, end = Score(), time.monotonic() + seconds
    victim.recover()
    while score.kills < kills and time.monotonic() < end:
        pid = victim.start()
        time.sleep(chance.uniform(0, longest))
        score.kills += _kill(pid)
        while chance.random() < 0.3:
            pid = _fork(victim.recover)
            time.sleep(chance.uniform(0, 0.01))
            score.killed_recoveries += _kill(pid)
        said = victim.recover()
        score.finished += "finished" in (said or "")
        score.dropped += "dropped" in (said or "")
        if not victim.whole(tree(victim.root)):
            raise MixedTreeError(f"after {score.kills} kills: {victim.root}")
        score.checked += 1
        victim.reset()
    return score


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
            work()
        finally:
            os._exit(0)
    return pid


def _kill(pid: int) -> bool:
    """Kill a child of ours; whether it was alive until then."""
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def synthetic(root: Path, chance: random.Random, states: int = 6, size: int = 30) -> Victim:
    """A victim that lands made-up change sets in a circle, for ever."""
    circle = [_made_up(chance, size) for _ in range(states)]
    steps = [_between(a, b) for a, b in zip(circle, [*circle[1:], circle[0]], strict=True)]
    for path, content in circle[0].items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    disk = Disk(str(root))

    def work() -> None:
        with locked(disk):
            recover(disk)
            here = _contents(tree(root))
            number = circle.index(here)
            while True:
                land(steps[number], disk, f"step {number}")
                number = (number + 1) % states

    def settle() -> str | None:
        with locked(disk):
            return recover(disk)

    # Every mode is that of a new file: none of these files has another one.
    mode = stat.S_IMODE((root / next(iter(circle[0]))).stat().st_mode)

    def whole(found: Tree) -> bool:
        return _contents(found) in circle and all(m == mode for m, _ in found.values())

    return Victim(root, lambda: _fork(work), settle, whole)


def _contents(found: Tree) -> dict[str, bytes]:
    return {path: content for path, (_, content) in found.items()}


def _made_up(chance: random.Random, size: int) -> dict[str, bytes]:
    names = [f"{a}/{b}/{number}.yaml" for a in "pq" for b in "rst" for number in range(size // 3)]
    picked = chance.sample(names, size)
    return {name: chance.randbytes(chance.randrange(1, 8000)) for name in sorted(picked)}


def _between(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> ChangeSet:
    paths = {*before, *after}
    return ChangeSet.of(Change(path, before.get(path), after.get(path)) for path in paths)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--seconds", type=float, default=60.0)
    arguments.add_argument("--kills", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=None)
    given = arguments.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    chance = random.Random(seed)
    root = Path(tempfile.mkdtemp(prefix="torture-"))
    try:
        score = torture(synthetic(root, chance), given.kills, given.seconds, chance)
    except MixedTreeError as error:
        print(f"seed {seed}: mixed tree {error}", file=sys.stderr)
        return 1
    shutil.rmtree(root)
    print(
        f"seed {seed}: {score.kills} kills survived, {score.killed_recoveries} more of recoveries "
        f"({score.finished} landings finished by recovery, {score.dropped} dropped), "
        f"{score.checked} trees checked, mixed trees: 0"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
