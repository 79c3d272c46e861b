"""Crash a landing on the model disk at some of its steps, and let recovery alone clear up."""

from __future__ import annotations

import errno
import posixpath
import random
from collections.abc import Iterator, Mapping

from migrate.changes import ChangeSet
from migrate.disk import Disk
from migrate.errors import MigrateError
from migrate.journal import land, recover
from migrate.locations import parents
from tests.landing.matrix import Tree, image_of, public
from tests.landing.model import WRITE_ERRORS, Image, MemorySystem


def crash_at_some_steps(
    before: Mapping[str, bytes], changes: ChangeSet, seed: str, steps: int = 4
) -> list[str]:
    """Every crashed disk that recovery did not bring to exactly the old or the new tree.

    `steps`: how many durable steps to crash before and after, and to let fail, drawn by `seed`;
    the error is another one each time. All of them, with every error, are `fault_matrix`.
    """
    start = image_of(before, {})
    whole = (public(start), public(image_of(laid_over(before, changes), {})))
    count = _steps_of(start, changes)
    chosen = set(random.Random(seed).sample(range(1, count + 1), min(steps, count)))
    found = list(_crashed(start, changes, chosen))
    found += [_failed(start, changes, step, WRITE_ERRORS[step % 4]) for step in sorted(chosen)]
    return [where for where, image in found if _recovered(image) not in whole]


def laid_over(before: Mapping[str, bytes], changes: ChangeSet) -> dict[str, bytes]:
    """A tree with changes made."""
    after = dict(before)
    for change in changes:
        after.pop(change.path, None)
        if change.after is not None:
            after[change.path] = change.after
    return after


def near(before: Mapping[str, bytes], changes: ChangeSet) -> dict[str, bytes]:
    """The part of a tree that a landing can reach: what it names, and what stands beside it."""
    folders = {folder for change in changes for folder in ("", *parents(change.path))}
    return {path: body for path, body in before.items() if posixpath.dirname(path) in folders}


def _steps_of(start: Image, changes: ChangeSet) -> int:
    system = MemorySystem(start)
    land(changes, Disk("/model", system), "a case")
    return system.steps


def _crashed(start: Image, changes: ChangeSet, chosen: set[int]) -> Iterator[tuple[str, Image]]:
    system = MemorySystem(start)
    images: dict[Image, str] = {}

    def die(step: int, name: str) -> None:
        if step in chosen:
            for image in system.crashes(2):
                images.setdefault(image, f"step {step}: {name}")

    system.before_step = system.after_step = die
    land(changes, Disk("/model", system), "a case")
    for image, where in images.items():
        yield where, image


def _failed(start: Image, changes: ChangeSet, step: int, error: int) -> tuple[str, Image]:
    """What is left when a step fails, and all after it, until the command gives up."""
    system = MemorySystem(start)

    def fail(now: int, name: str) -> None:
        if now >= step:
            raise OSError(error, f"made up at {name}")

    system.before_step = fail
    where = f"{errno.errorcode[error]} from step {step} on"
    try:
        land(changes, Disk("/model", system), "a case")
    except MigrateError:
        return where, system.image()
    # Nothing but clearing up was left to do: else the command would have said that it failed.
    return f"{where}, unsaid", system.image()


def _recovered(image: Image) -> Tree:
    system = MemorySystem(image)
    recover(Disk("/model", system))
    return public(system.image())
