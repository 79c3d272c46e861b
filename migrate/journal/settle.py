"""The way from a journal to a whole tree: forward to the new one, or back to the old one."""

from __future__ import annotations

import posixpath
import shlex

from migrate.disk import LARGEST, PRIVATE, Disk
from migrate.errors import MigrateError, TreeMoved, raise_all
from migrate.journal.record import BACKUPS, JOURNAL, UNDO, Journal, JournalEntry


def finish(journal: Journal, disk: Disk) -> bool:
    """Bring every file to its new content; True when done, repeatable at any point.

    False when a staged file is gone and the old content still stands, so that the only way is back.
    Raises TreeMoved, nothing touched, when a file holds neither the old nor the new content.
    """
    at_new = _survey(journal, disk)
    for number, entry in enumerate(journal.entries):
        if entry.after and not at_new[number] and disk.mode(journal.staged(number)) is None:
            return False
    for number, entry in enumerate(journal.entries):
        if at_new[number]:
            disk.unlink(journal.staged(number))
        elif entry.after:
            disk.place(journal.staged(number), entry.path)
        else:
            disk.unlink(entry.path)
    for folder, _ in journal.left:
        disk.remove_folder(folder)
    _sync_parents([folder for folder, _ in journal.left], disk)
    return True


def take_back(journal: Journal, disk: Disk) -> None:
    """Bring every file back to its old content, from the backups; repeatable at any point.

    Raises TreeMoved, nothing touched, when a file holds neither the old nor the new content.
    """
    _survey(journal, disk)
    journal.write(disk, UNDO)
    outermost_first = list(reversed(journal.left))
    for folder, mode in outermost_first:
        if disk.mode(folder) is None:
            disk.make_folder(folder, mode)
    _sync_parents([folder for folder, _ in outermost_first], disk)
    for number, entry in enumerate(journal.entries):
        found = disk.look(entry.path)
        if (found.digest if found else None) != entry.before:
            _restore(journal, number, disk)
    drop(journal, disk)


def _restore(journal: Journal, number: int, disk: Disk) -> None:
    entry = journal.entries[number]
    if entry.before is None:
        disk.unlink(entry.path)
        return
    content = disk.read(journal.backup(number), LARGEST)
    if content is None:
        hint = "restore this file from version control, then run again"
        raise TreeMoved("cannot be taken back: its backup is gone", entry.path, hint)
    disk.stage(journal.staged(number), content, entry.mode)
    disk.place(journal.staged(number), entry.path)


def drop(journal: Journal, disk: Disk) -> None:
    """Make every name durable, then remove the journal, then what is left of its landing."""
    for number in range(len(journal.entries)):
        disk.unlink(journal.staged(number))
    # The names that were placed or restored as well as those that were removed.
    _sync(journal.folders(), disk)
    for folder in reversed(journal.made):
        disk.remove_folder(folder)
    _sync_parents(journal.made, disk)
    disk.unlink(JOURNAL)
    disk.sync_folder(PRIVATE)
    _clear(disk)  # what comes back after a crash, the next command sweeps


def sweep(disk: Disk) -> None:
    """Remove what is left in `.migrate/` without a journal; does nothing on a clean tree."""
    if _clear(disk):
        disk.sync_folder(PRIVATE)


def _clear(disk: Disk) -> bool:
    """Whether there was anything to remove."""
    for name in disk.names(BACKUPS):
        disk.unlink(f"{BACKUPS}/{name}")
    litter = [name for name in disk.names(PRIVATE) if name.endswith(".new")]
    for name in litter:
        disk.unlink(f"{PRIVATE}/{name}")
    if disk.mode(BACKUPS) is not None:
        disk.remove_folder(BACKUPS)
        litter.append(BACKUPS)
    return bool(litter)


def _survey(journal: Journal, disk: Disk) -> list[bool]:
    """For each entry, whether it is at its new content."""
    faults: list[MigrateError] = []
    at_new: list[bool] = []
    for number, entry in enumerate(journal.entries):
        found = disk.look(entry.path)
        digest = found.digest if found else None
        at_new.append(digest == entry.after)
        if digest not in (entry.before, entry.after):
            faults.append(_edited(journal, number, entry, digest))
    raise_all(faults)
    return at_new


def _edited(journal: Journal, number: int, entry: JournalEntry, digest: str | None) -> TreeMoved:
    what = f"was edited while a landing was interrupted ({journal.label})"
    expected = " or ".join(d or "no file" for d in (entry.before, entry.after))
    copy = ""
    if entry.before:
        copy = f"`cp {journal.backup(number)} {shlex.quote(entry.path)}`, "
    return TreeMoved(
        f"{what}: expected sha256 {expected}, found {digest or 'no file'}",
        entry.path,
        f"your edit is untouched; move it aside, {copy}then run again",
    )


def _sync(folders: list[str], disk: Disk) -> None:
    for folder in folders:
        disk.sync_folder(folder)


def _sync_parents(folders: list[str] | tuple[str, ...], disk: Disk) -> None:
    _sync(sorted({posixpath.dirname(folder) for folder in folders}), disk)
