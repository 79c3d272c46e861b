"""Land a change set: check, intend, stage, commit, place, prove, clean up."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from migrate.changes import Change, ChangeSet
from migrate.disk import Disk
from migrate.errors import Refused, TreeMoved, raise_all
from migrate.journal.check import examine, moved_since
from migrate.journal.record import BACKUPS, COMMIT, INTENT, JOURNAL, Journal
from migrate.journal.settle import drop, finish, sweep, take_back
from migrate.journal.signals import SignalHold, held_signals


def land(
    changes: ChangeSet, disk: Disk, label: str, proof: Callable[[], None] | None = None
) -> None:
    """Write every change, or none; call it with the root `locked`, after `recover`.

    `label` names the step for people. `proof` runs when all files are in place; what it raises is
    raised again after the landing was taken back. Raises TreeMoved (a file is not what it was, or
    the landing was interrupted after its commit point: the next command finishes it), Refused (it
    cannot be done or written; nothing was changed), KeyboardInterrupt (a signal: before the commit
    point nothing was changed, after it everything was).
    """
    wanted = [change for change in changes if change.before != change.after]
    if not wanted:
        return
    with held_signals() as signals:
        with _unwritten():
            if disk.mode(JOURNAL) is not None:
                hint = "run the command again: it settles that one first"
                raise TreeMoved("holds an interrupted landing", JOURNAL, hint)
            journal = examine(wanted, disk, label)
        _commit(journal, wanted, disk, signals)
        _complete(journal, disk, proof)


def _commit(journal: Journal, changes: Sequence[Change], disk: Disk, signals: SignalHold) -> None:
    """Everything up to the commit point; any trouble rolls it back."""
    try:
        with _unwritten():
            disk.make_private()
            journal.write(disk, INTENT)
            _stage(journal, changes, disk, signals)
            raise_all(moved_since(journal, disk))
            signals.check()
            journal.write(disk, COMMIT)
    except BaseException:
        with _unsettled(journal):
            _roll_back(journal, disk)
        raise


def _roll_back(journal: Journal, disk: Disk) -> None:
    if disk.mode(JOURNAL) is None:
        # Nothing was begun; what litter there is, the next command sweeps.
        with suppress(OSError):
            sweep(disk)
        return
    # A commit that failed may reach the disk yet. Then a crash in here finds staged files gone,
    # which recovery takes back, or all of them there, which it finishes.
    drop(journal, disk)


def _stage(journal: Journal, changes: Sequence[Change], disk: Disk, signals: SignalHold) -> None:
    """New contents beside their targets and old contents in the journal's folder, all durable."""
    for folder in (BACKUPS, *journal.made):
        disk.make_folder(folder)
    for number, (entry, change) in enumerate(zip(journal.entries, changes, strict=True)):
        signals.check()
        if change.before is not None:
            disk.stage(journal.backup(number), change.before)
        if change.after is not None:
            disk.stage(journal.staged(number), change.after, entry.mode)
    # The name of BACKUPS itself is durable with the commit, and not needed before.
    made_in = {posixpath.dirname(folder) for folder in journal.made}
    for folder in sorted({BACKUPS, *made_in, *journal.folders()}):
        disk.sync_folder(folder)


def _complete(journal: Journal, disk: Disk, proof: Callable[[], None] | None) -> None:
    """Everything after the commit point; trouble is left to the next command."""
    with _unsettled(journal):
        if not finish(journal, disk):
            take_back(journal, disk)
            raise TreeMoved("a staged file was removed by someone else", journal.entries[0].path)
    if proof:
        try:
            proof()
        except BaseException:
            with _unsettled(journal):
                take_back(journal, disk)
            raise
    with _unsettled(journal):
        drop(journal, disk)


@contextmanager
def _unwritten() -> Iterator[None]:
    """The letter for trouble before the commit point."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "nothing was changed; make room or give write permission, then run again"
        raise Refused(f"cannot be written: {reason}", _path(error), hint) from error


@contextmanager
def _unsettled(journal: Journal) -> Iterator[None]:
    """The letter for trouble that leaves the journal behind."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "fix that; the next migrate command first restores the tree to one consistent state"
        what = f"{reason}; {journal.label} is interrupted, nothing is lost"
        raise TreeMoved(what, _path(error), hint) from error


def _path(error: OSError) -> str:
    return error.filename if isinstance(error.filename, str) else "."
