"""Every fault at every durable step of a landing; what recovery alone makes of it.

`fault_matrix` lands a change set on the model disk once to count its steps and to gather what a
crash before or after each of them may leave, then again for every error at every step. Recovery
of each distinct crashed disk is itself crashed at each of its steps, until nothing new turns up.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from migrate.changes import ChangeSet
from migrate.disk import Disk
from migrate.errors import MigrateError, Refused
from migrate.journal import land, recover
from migrate.locations import parents
from tests.landing.model import WRITE_ERRORS, Image, MemorySystem

Tree = Mapping[str, tuple[int, bytes | None]]

FAULTS = (
    "die before",
    "die after",
    *(f"{errno.errorcode[number]} once" for number in WRITE_ERRORS),
    *(f"{errno.errorcode[number]} from then on" for number in WRITE_ERRORS),
    "EIO though done",
)

_LEFT = {".migrate", ".migrate/.gitignore", ".migrate/lock"}


class ProofFailedError(Exception):
    """What a proof raises that is meant to fail."""


@dataclass
class Matrix:
    """What was tried, and every tree that was neither the old nor the new one."""

    steps: int = 0
    runs: int = 0
    crashes: int = 0
    complete: bool = True
    mixed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        bounded = "" if self.complete else " (bounded)"
        return (
            f"{self.steps} steps x {len(FAULTS)} faults, {self.runs} failing runs, "
            f"{self.crashes} crashed disks{bounded}, mixed trees: {len(self.mixed)}"
        )


def fault_matrix(
    before: Mapping[str, bytes],
    changes: ChangeSet,
    modes: Mapping[str, int] | None = None,
    proof_fails: bool = False,
    recovery_faults: bool = False,
    limit: int = 4,
    most: int = 20_000,
) -> Matrix:
    """Push one change set through every fault.

    `modes`: permission bits of files of `before` that are not 0644. `proof_fails`: the landing is
    taken back at its end. `recovery_faults`: fail each step of each recovery too. `limit`: up to
    how many unsynced changes a crash is tried in every combination. `most`: distinct
    crashed disks to recover from; more, and the matrix is not `complete`.
    """
    runner = _Runner(before, changes, modes or {}, proof_fails, recovery_faults, limit, most)
    return runner.run()


def image_of(files: Mapping[str, bytes], modes: Mapping[str, int]) -> Image:
    """A durable disk that holds these files."""
    folders = {folder for path in files for folder in parents(path)}
    nodes: dict[str, tuple[int, bytes | None]] = {
        **dict.fromkeys(folders, (stat.S_IFDIR | 0o755, None)),
        **{p: (stat.S_IFREG | modes.get(p, 0o644), content) for p, content in files.items()},
    }
    return tuple((path, *nodes[path]) for path in sorted(nodes, key=lambda path: path.split("/")))


def public(image: Image) -> Tree:
    """A disk without what is ours alone."""
    return {path: (mode, body) for path, mode, body in image if path.split("/")[0] != ".migrate"}


class _Runner:
    def __init__(
        self,
        before: Mapping[str, bytes],
        changes: ChangeSet,
        modes: Mapping[str, int],
        proof_fails: bool,
        recovery_faults: bool,
        limit: int,
        most: int,
    ) -> None:
        self.changes, self.proof_fails, self.most = changes, proof_fails, most
        self.recovery_faults, self.limit = recovery_faults, limit
        after = dict(before)
        for change in changes:
            after.pop(change.path, None)
            if change.after is not None:
                after[change.path] = change.after
        kept_modes = {path: mode for path, mode in modes.items() if path in before}
        self.start = image_of(before, modes)
        self.old: Tree = public(self.start)
        self.new: Tree = public(image_of(after, kept_modes))
        self.goal = self.old if proof_fails else self.new
        self.matrix = Matrix()
        self.waiting: list[tuple[Image, str, str, int]] = []
        self.seen: set[tuple[Image, str]] = set()

    def run(self) -> Matrix:
        self._die_everywhere()
        for step in range(1, self.matrix.steps + 1):
            for number in WRITE_ERRORS:
                self._fail(step, number)
                self._fail(step, number, lasting=True)
            self._fail(step, errno.EIO, though_done=True)
        self._recover_all()
        return self.matrix

    # Landing.

    def _land(self, system: MemorySystem) -> None:
        proof = _failing_proof if self.proof_fails else None
        with suppress(ProofFailedError):
            land(self.changes, Disk("/model", system), "the step", proof)

    def _die_everywhere(self) -> None:
        system = MemorySystem(self.start)

        def die(step: int, name: str) -> None:
            self._crash(system, f"die after step {step} ({name})")

        # Before a step is after the one before it: nothing changes in between.
        system.after_step = die
        self._crash(system, "die before step 1")
        self._land(system)
        self.matrix.steps = system.steps
        self._check(system.image(), self.goal, "landing without a fault")
        for image in system.crashes():
            self._check(image, self.goal, "crash after a landing that said it was done")
        if system.open_descriptors:
            self.matrix.mixed.append("descriptors left open")

    def _fail(
        self, step: int, number: int, lasting: bool = False, though_done: bool = False
    ) -> None:
        system = MemorySystem(self.start)
        where = f"{errno.errorcode[number]} at step {step}, lasting={lasting}, done={though_done}"

        def fail(now: int, name: str) -> None:
            if now == step or (lasting and now > step):
                raise OSError(number, f"made up at {name}")

        def die(now: int, name: str) -> None:
            if now == step and though_done:
                fail(now, name)
            if now > step and number == errno.EIO:
                # The way back after an error is as mortal as the way forward.
                self._crash(system, f"{where}, die after step {now} ({name})", deep=1)

        system.after_step = die
        if not though_done:
            system.before_step = fail
        allowed = "either"
        try:
            self._land(system)
            allowed = "goal"
        except Refused:
            allowed = "old"
        except MigrateError:
            pass
        system.before_step = system.after_step = lambda _number, _name: None
        self.matrix.runs += 1
        self._settled_as_told(system, allowed, where)

    def _settled_as_told(self, system: MemorySystem, allowed: str, where: str) -> None:
        """What the landing said must hold now, after recovery, and after a crash and recovery."""
        if allowed == "old" and public(system.image()) != self.old:
            self.matrix.mixed.append(f"{where}: refused, yet changed")
        self._crash(system, where, allowed, deep=1)
        self._recover(system, allowed, where)

    # Recovering.

    def _crash(
        self, system: MemorySystem, where: str, allowed: str = "either", deep: int = 0
    ) -> None:
        # The deeper the crash within a crash, the fewer combinations.
        for image in system.crashes(max(0, self.limit - 2 * deep)):
            if (image, allowed) not in self.seen:
                self.seen.add((image, allowed))
                self.waiting.append((image, allowed, where, deep + 1))

    def _recover_all(self) -> None:
        while self.waiting:
            image, allowed, where, deep = self.waiting.pop()
            self.matrix.crashes += 1
            if self.matrix.crashes > self.most:
                self.matrix.complete = False
                return
            steps = self._crash_recovery(image, allowed, where, deep)
            if self.recovery_faults:
                for step in range(1, steps + 1):
                    self._fail_recovery(image, step, allowed, where)

    def _crash_recovery(self, image: Image, allowed: str, where: str, deep: int) -> int:
        system = MemorySystem(image)

        def die(step: int, name: str) -> None:
            self._crash(system, f"{where}, then at recovery step {step} ({name})", allowed, deep)

        system.after_step = die
        self._recover(system, allowed, where)
        for left in system.crashes(0):
            if public(left) != public(system.image()):
                self.matrix.mixed.append(f"{where}: recovered, yet a crash changed it")
        return system.steps

    def _fail_recovery(self, image: Image, step: int, allowed: str, where: str) -> None:
        system = MemorySystem(image)

        def fail(now: int, name: str) -> None:
            if now == step:
                raise OSError(errno.EIO, f"made up at {name}")

        system.before_step = fail
        try:
            recover(Disk("/model", system))
        except MigrateError:
            system.before_step = lambda _number, _name: None
            self._recover(system, allowed, f"{where}, then EIO at recovery step {step}")
        else:
            self._check_whole(system.image(), allowed, f"{where}, EIO at recovery step {step}")
        self.matrix.runs += 1

    def _recover(self, system: MemorySystem, allowed: str, where: str) -> None:
        try:
            said = recover(Disk("/model", system))
        except MigrateError as error:
            self.matrix.mixed.append(f"{where}: recovery refused: {error}")
            return
        if said and "finished" in said:
            self._check(system.image(), self.new, f"{where}: {said}")
        elif said:
            self._check(system.image(), self.old, f"{where}: {said}")
        self._check_whole(system.image(), allowed, where)

    def _check_whole(self, image: Image, allowed: str, where: str) -> None:
        trees: Iterable[Tree] = {
            "either": (self.old, self.new),
            "old": (self.old,),
            "goal": (self.goal,),
        }[allowed]
        if public(image) not in trees:
            self.matrix.mixed.append(f"{where}: a mixed tree")
        litter = {path for path, _, _ in image if path.split("/")[0] == ".migrate"} - _LEFT
        if litter:
            self.matrix.mixed.append(f"{where}: left {sorted(litter)}")

    def _check(self, image: Image, wanted: Tree, where: str) -> None:
        if public(image) != wanted:
            self.matrix.mixed.append(f"{where}: not the tree that was promised")


def _failing_proof() -> None:
    raise ProofFailedError
