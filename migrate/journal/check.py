"""Look before landing: every precondition, and the journal of what is about to be done."""

from __future__ import annotations

import posixpath
import stat
from collections.abc import Iterator, Sequence

from migrate.changes import Change, sha256
from migrate.disk import Disk, folded
from migrate.errors import MigrateError, Refused, TreeMoved, raise_all
from migrate.journal.record import Journal, JournalEntry
from migrate.locations import parents


def examine(changes: Sequence[Change], disk: Disk, label: str) -> Journal:
    """The journal for these changes. Raises every broken precondition at once, nothing written.

    TreeMoved: a file is not what it was planned from, or a link leads outside. Refused: a change
    names something that is no file of the tree, or two files that are one on some file systems.
    """
    looked = [_entry_or_fault(change, disk) for change in changes]
    raise_all([found for found in looked if isinstance(found, MigrateError)])
    entries = [found for found in looked if isinstance(found, JournalEntry)]
    raise_all([*_shared(changes, entries), *_collisions(entries, disk)])
    made = {f for e in entries if e.after for f in parents(e.path) if disk.mode(f) is None}
    left = {f for e in entries if e.after is None for f in parents(e.path)}
    return Journal(
        label=label,
        token=_token(entries),
        entries=tuple(entries),
        made=tuple(sorted(made)),
        left=tuple((f, stat.S_IMODE(disk.mode(f) or 0)) for f in sorted(left, reverse=True)),
    )


def _token(entries: Sequence[JournalEntry]) -> str:
    # From the content, not from chance: the same landing takes the same steps each time.
    return sha256(repr(entries).encode("utf-8", "surrogatepass"))[:12]


def moved_since(journal: Journal, disk: Disk) -> list[MigrateError]:
    """What was edited after `examine` looked at it."""
    faults: list[MigrateError] = []
    for entry in journal.entries:
        found = disk.look(entry.path)
        digest = found.digest if found else None
        if digest != entry.before:
            faults.append(_moved(entry.path, entry.before, digest))
    return faults


def _entry_or_fault(change: Change, disk: Disk) -> JournalEntry | MigrateError:
    try:
        return _entry(change, disk)
    except MigrateError as fault:
        return fault


def _entry(change: Change, disk: Disk) -> JournalEntry:
    target = disk.target(change.path)
    if change.after is None and disk.is_link(_named(change.path, disk)):
        hint = "remove the link by hand, then run again"
        raise Refused("is a symbolic link, which is not deleted", change.path, hint)
    if change.before is None and target != _named(change.path, disk):
        raise Refused("is a symbolic link to nothing", change.path, "remove the link")
    found = disk.look(target)
    before = None if change.before is None else sha256(change.before)
    if (found.digest if found else None) != before:
        raise _moved(change.path, before, found.digest if found else None)
    after = None if change.after is None else sha256(change.after)
    return JournalEntry(target, before, after, found.mode if found else None)


def _named(path: str, disk: Disk) -> str:
    """The path with the links of its folders followed, but not the last one."""
    folder, name = posixpath.split(path)
    return posixpath.join(disk.target(folder), name) if folder else name


def _moved(path: str, expected: str | None, found: str | None) -> TreeMoved:
    hint = "nothing was changed; plan again to see the step as it is now"
    return TreeMoved(
        f"changed since it was planned: expected {_spell(expected)}, found {_spell(found)}",
        path,
        hint,
    )


def _spell(digest: str | None) -> str:
    return f"sha256 {digest}" if digest else "no file"


def _shared(changes: Sequence[Change], entries: Sequence[JournalEntry]) -> Iterator[MigrateError]:
    first: dict[str, str] = {}
    for change, entry in zip(changes, entries, strict=True):
        other = first.setdefault(entry.path, change.path)
        if other != change.path:
            yield Refused(
                f"is the same file as {other}, by a symbolic link",
                change.path,
                "change one of them",
            )


def _collisions(entries: Sequence[JournalEntry], disk: Disk) -> Iterator[MigrateError]:
    """New names that a case-insensitive file system takes for other ones."""
    spelled: dict[str, str] = {}
    for path in [entry.path for entry in entries if entry.before is None]:
        for part in reversed([path, *parents(path)]):
            if folded(part) not in spelled:
                spelled[folded(part)] = _twin(part, disk) or part
            other = spelled[folded(part)]
            if other != part:
                what = f"differs from {other} only in case or accents"
                yield Refused(what, path, "choose another name")
                break


def _twin(path: str, disk: Disk) -> str | None:
    """What stands in the same folder under another spelling of the same name."""
    twins = disk.twins(path)
    return posixpath.join(posixpath.dirname(path), twins[0]) if twins else None
