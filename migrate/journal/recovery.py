"""Settle what was interrupted: before its commit point it is dropped, after it finished."""

from __future__ import annotations

from migrate.disk import Disk
from migrate.errors import TreeMoved
from migrate.journal.record import COMMIT, INTENT, JOURNAL, Journal, load
from migrate.journal.settle import drop, finish, sweep, take_back
from migrate.journal.signals import held_signals
from migrate.locations import printable


def interrupted(disk: Disk) -> bool:
    """Whether `recover` is needed; writes nothing, needs no lock."""
    return disk.mode(JOURNAL) is not None


def recover(disk: Disk) -> str | None:
    """Bring the tree to one whole state and say so in one line; None if nothing was interrupted.

    Call it with the root `locked`. Raises TreeMoved, nothing touched, if a file of the landing was
    edited meanwhile, or if the disk refuses; then the next command tries again.
    """
    with held_signals():
        try:
            journal = load(disk)
            if journal is None:
                sweep(disk)
                return None
            return _settle(journal, disk)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "fix that and run again; until then the tree may hold both old and new files"
            path = error.filename if isinstance(error.filename, str) else "."
            raise TreeMoved(
                f"an interrupted landing cannot be settled: {reason}", path, hint
            ) from error


def _settle(journal: Journal, disk: Disk) -> str:
    label = printable(journal.label)
    if journal.state == INTENT:
        drop(journal, disk)
        return f"recovered: {label} was interrupted before it changed anything; dropped"
    if journal.state == COMMIT and finish(journal, disk):
        drop(journal, disk)
        return f"recovered: {label} was interrupted; finished now"
    take_back(journal, disk)
    return f"recovered: {label} was interrupted; taken back"
