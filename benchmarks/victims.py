"""What `torture.py` kills: the rollout of this repository, and landings of made-up files."""

from __future__ import annotations

import contextlib
import io
import random
import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmarks.torture import Tree, tree
from benchmarks.trees import rollout
from migrate.changes import Change, ChangeSet
from migrate.cli.main import run
from migrate.disk import Disk
from migrate.journal import land, locked, recover
from migrate.workspace.workspace import Workspace

READING = [["status"], ["inspect", "configs/base.yaml"], ["lint", "configs/base.yaml"]]


class RolloutVictim:
    """`apply --all`, and then the way back with `undo`, in a copy of this repository's configs."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.root, self._chance = folder / "root", chance
        pending = Path(rollout(str(folder / "trees")).pending)
        shutil.copytree(pending, self.root)
        self.names = [planned.name for planned in Workspace(str(pending)).pending()]
        self.states = _states(pending, self.names)
        self.place, self.forward = 0, True

    def work(self) -> None:
        """Go on from where the tree stands, forwards or backwards."""
        if self.forward:
            self._run("apply", "--all")
            return
        for name in reversed(self.names[: self.place]):
            self._run("undo", "--preset", name)

    def recover(self) -> str | None:
        """Run a command that only reads."""
        said = self._run(*self._chance.choice(READING))
        return next((line for line in said.splitlines() if line.startswith("recovered:")), None)

    def fault(self, found: Tree) -> str | None:
        """The tree is that after some step, and no step that was done is undone."""
        if found not in self.states:
            return _nearest(found, self.states)
        place, before = self.states.index(found), self.place
        self.place = place
        if (place < before) if self.forward else (place > before):
            return f"a step was lost: {before} were applied, now {place}"
        if place in (0, len(self.names)) or self._chance.random() < 0.1:
            self.forward = place < len(self.names) and (place == 0 or not self.forward)
        return None

    def _run(self, *arguments: str) -> str:
        with contextlib.redirect_stderr(io.StringIO()) as said:
            run(["--root", str(self.root), *arguments])
        return said.getvalue()


def _states(pending: Path, names: list[str]) -> list[Tree]:
    """The tree before the rollout and after each step; the way back passes the same ones."""
    states = [tree(pending)]
    with contextlib.redirect_stdout(io.StringIO()):
        for name in names:
            _must(["--root", str(pending), "apply", "--preset", name])
            states.append(tree(pending))
        for number in range(len(names) - 1, -1, -1):
            _must(["--root", str(pending), "undo", "--preset", names[number]])
            if tree(pending) != states[number]:
                raise SystemExit(f"undo of {names[number]}: {_nearest(tree(pending), states)}")
        for command in READING:
            run(["--root", str(pending), *command])  # what they import is then here already
    return states


def _must(arguments: list[str]) -> None:
    if run(arguments):
        raise SystemExit(f"migrate {' '.join(arguments)} failed")


def _nearest(found: Tree, states: list[Tree]) -> str:
    """How a tree differs from the one that it is most like."""
    differs = [
        sorted(p for p in {*found, *state} if found.get(p) != state.get(p)) for state in states
    ]
    number = min(range(len(states)), key=lambda at: len(differs[at]))
    return f"differs from the tree after step {number} in {differs[number]}"


class SyntheticVictim:
    """Lands made-up change sets in a circle, for ever."""

    def __init__(self, root: Path, chance: random.Random, states: int = 6, size: int = 30) -> None:
        self.root = root
        self.circle = [_made_up(chance, size) for _ in range(states)]
        for path, content in self.circle[0].items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        # Every mode is that of a new file: none of these files has another one.
        self.modes = {mode for mode, _ in tree(root).values()}
        self.disk = Disk(str(root))

    def work(self) -> None:
        """Land for ever."""
        with locked(self.disk):
            recover(self.disk)
            number = self.circle.index(_contents(tree(self.root)))
            while True:
                after = (number + 1) % len(self.circle)
                land(_between(self.circle[number], self.circle[after]), self.disk, f"step {number}")
                number = after

    def recover(self) -> str | None:
        """Only recovery."""
        with locked(self.disk):
            return recover(self.disk)

    def fault(self, found: Tree) -> str | None:
        """The tree is one of the circle."""
        whole = (
            _contents(found) in self.circle and {mode for mode, _ in found.values()} == self.modes
        )
        return None if whole else "is none of the whole ones"


def _contents(found: Tree) -> dict[str, bytes]:
    return {path: content for path, (_, content) in found.items()}


def _made_up(chance: random.Random, size: int) -> dict[str, bytes]:
    names = [f"{a}/{b}/{number}.yaml" for a in "pq" for b in "rst" for number in range(size // 3)]
    picked = chance.sample(names, size)
    return {name: chance.randbytes(chance.randrange(1, 8000)) for name in sorted(picked)}


def _between(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> ChangeSet:
    paths = {*before, *after}
    return ChangeSet.of(Change(path, before.get(path), after.get(path)) for path in paths)
