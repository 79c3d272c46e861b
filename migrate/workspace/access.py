"""How a command comes to a tree: alone if it writes, and after what was interrupted is settled."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from migrate.locations import PRIVATE

if TYPE_CHECKING:
    from migrate.disk import Disk

Tell = Callable[[str], object]
"""Is told what was recovered, in one line."""

_OF_A_LANDING = ("journal", "journal.new", "landing")
"""What stands in `.migrate/` while something is written, and after a kill."""


@contextmanager
def writing(root: str, tell: Tell) -> Iterator[Disk]:
    """The lock and the disk, for what writes; recovers what was interrupted first.

    Raises TreeMoved if another process holds the lock for longer than one waits.
    """
    from migrate.disk import Disk  # what only reads needs neither of these
    from migrate.journal import locked, recover

    disk = Disk(root)
    with locked(disk):
        _tell(recover(disk), tell)
        yield disk


def settle(root: str, tell: Tell) -> None:
    """Finish or drop what was interrupted, before something that only reads.

    Raises TreeMoved if it cannot be settled.
    """
    private = os.path.join(root, PRIVATE)
    if not any(os.path.lexists(os.path.join(private, name)) for name in _OF_A_LANDING):
        return  # almost always, and then the journal's modules are not needed
    from migrate.disk import Disk
    from migrate.errors import MigrateError
    from migrate.journal import interrupted, locked, recover

    disk = Disk(root)
    if interrupted(disk):
        with locked(disk):
            _tell(recover(disk), tell)
        return
    # Litter of a landing that was killed at its very beginning or end. It stands in nobody's
    # way: where it cannot be removed, or is being made, the answer does not wait for it.
    with suppress(MigrateError), locked(disk, wait_seconds=0):
        _tell(recover(disk), tell)


def refuse_interrupted(root: str) -> None:
    """For what may not even recover. Raises TreeMoved if something was interrupted."""
    from migrate.disk import Disk
    from migrate.errors import TreeMoved
    from migrate.journal import interrupted
    from migrate.journal.record import JOURNAL

    if interrupted(Disk(root)):
        hint = "`migrate status` settles it; a dry run writes nothing"
        raise TreeMoved("holds an interrupted landing", JOURNAL, hint)


def _tell(line: str | None, tell: Tell) -> None:
    if line:
        tell(line)
