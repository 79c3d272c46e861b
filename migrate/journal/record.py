"""The journal as data: what a landing is about to do, and how far it may go."""

from __future__ import annotations

import json
import posixpath
from dataclasses import asdict, dataclass, replace
from typing import Any

from migrate.disk import PRIVATE, Disk
from migrate.errors import TreeMoved

JOURNAL = f"{PRIVATE}/journal"
BACKUPS = f"{PRIVATE}/landing"

INTENT, COMMIT, UNDO = "intent", "commit", "undo"
"""What recovery does: forget it, finish it, take it back."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One file: digests before and after (None: no file), permission bits before."""

    path: str
    before: str | None
    after: str | None
    mode: int | None


@dataclass(frozen=True, slots=True)
class Journal:
    """A landing: `made` are folders it makes, outermost first; `left` are folders that files are
    deleted from, innermost first, with their permission bits."""

    label: str
    token: str
    entries: tuple[JournalEntry, ...]
    made: tuple[str, ...] = ()
    left: tuple[tuple[str, int], ...] = ()
    state: str = INTENT

    def staged(self, number: int) -> str:
        """Where the new content of an entry waits: in the folder it will be renamed in."""
        folder = posixpath.dirname(self.entries[number].path)
        return posixpath.join(folder, f".migrate-{self.token}-{number}.tmp")

    def backup(self, number: int) -> str:
        """Where the old content of an entry is kept until the landing is over."""
        return f"{BACKUPS}/{number}"

    def paths(self) -> list[str]:
        """Everything it names, files and folders."""
        left = (folder for folder, _ in self.left)
        return [*(entry.path for entry in self.entries), *self.made, *left]

    def folders(self) -> list[str]:
        """Every folder that holds a changed file, each once."""
        return sorted({posixpath.dirname(entry.path) for entry in self.entries})

    def write(self, disk: Disk, state: str) -> None:
        """Put the journal into a state, whole and durably: the state is the commit point."""
        fields = asdict(replace(self, state=state))
        disk.record(JOURNAL, json.dumps({"version": _VERSION, **fields}, indent=1).encode())


def load(disk: Disk) -> Journal | None:
    """The journal of an interrupted landing, if there is one.

    Raises TreeMoved if it is no journal of ours, Refused if it names what no change may: it is as
    hostile as any other file of the tree.
    """
    content = disk.read(JOURNAL)
    if content is None:
        return None
    try:
        journal = _parse(json.loads(content))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        hint = (
            "if another version of migrate wrote it, run that one; "
            f"else restore the tree from version control and remove {PRIVATE}"
        )
        raise TreeMoved("is not a journal that this version can read", JOURNAL, hint) from None
    for path in journal.paths():
        disk.target(path)
    return journal


def _parse(fields: dict[str, Any]) -> Journal:
    if fields.pop("version") != _VERSION or fields["state"] not in (INTENT, COMMIT, UNDO):
        raise ValueError("version or state")
    if not str(fields["token"]).isalnum():
        raise ValueError("token")
    fields["entries"] = tuple(JournalEntry(**entry) for entry in fields["entries"])
    fields["made"] = tuple(fields["made"])
    fields["left"] = tuple((folder, mode) for folder, mode in fields["left"])
    journal = Journal(**fields)
    _check_kinds(journal)
    return journal


def _check_kinds(journal: Journal) -> None:
    """Raise ValueError for a field that is of another kind than we write."""
    digests = [digest for e in journal.entries for digest in (e.before, e.after)]
    modes = [*(e.mode for e in journal.entries), *(mode for _, mode in journal.left)]
    texts = [journal.label, journal.token, *journal.paths(), *(d for d in digests if d is not None)]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("text is expected")
    if not all(mode is None or (type(mode) is int and 0 <= mode <= 0o7777) for mode in modes):
        raise ValueError("file mode bits are expected")
    for text in texts:
        text.encode("utf-8", "surrogateescape")
