"""What earlier scans found in each file, by its path and bytes; a file is read all the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Protocol

from migrate.references.reference import Reference
from migrate.references.renames import DROP, IgnoredReference, Renames, Successor


class ScanStore(Protocol):
    """Where a record is kept from one command to the next."""

    def load(self) -> ScanRecord | None:
        """What was kept last, empty where that is nothing or not our own; None if none is kept."""

    def save(self, record: ScanRecord) -> None:
        """Keep a record, if that can be done."""


class ScanRecord:
    """The answers about files, each under the digest of its path and its bytes.

    Whether a file may name a target depends on the targets alone (`question`), what it names on
    the list of all files too (`names_question`). Answers to other questions are dropped when one is
    asked.
    """

    def __init__(self) -> None:
        self.question = ""
        self.nothing: set[str] = set()
        self.names_question = ""
        self.found: dict[str, tuple[Reference, ...]] = {}
        self.changed = False
        """Whether there is more to keep than was loaded."""

    def ask(self, question: str) -> None:
        """Keep the files that name nothing for this question only."""
        if question != self.question:
            self.question, self.nothing, self.changed = question, set(), True

    def ask_names(self, question: str) -> None:
        """Keep what was found for this question only."""
        if question != self.names_question:
            self.names_question, self.found, self.changed = question, {}, True

    @property
    def empty(self) -> bool:
        """Whether nothing is known of any file."""
        return not (self.nothing or self.found)

    def recall(self, key: str) -> tuple[Reference, ...] | None:
        """What a file names; None where that is not known."""
        return () if key in self.nothing else self.found.get(key)

    def note(self, key: str, references: tuple[Reference, ...] | None) -> None:
        """Note what a file names, None for one whose bytes name nothing; without a key, nothing."""
        if not key:
            return
        self.changed = True
        if references is None:
            self.nothing.add(key)
        else:
            self.found[key] = references

    def data(self) -> dict[str, Any]:
        """The record as JSON."""
        return {
            "question": self.question,
            "nothing": "".join(sorted(self.nothing)),
            "names_question": self.names_question,
            "found": self.found,
        }

    @classmethod
    def of(cls, data: dict[str, Any]) -> ScanRecord:
        """A record from its JSON. Raises KeyError, TypeError or ValueError for any other."""
        record = cls()
        record.question = data["question"]
        keys = data["nothing"]
        record.nothing = {keys[at : at + _KEY] for at in range(0, len(keys), _KEY)}
        record.names_question = data["names_question"]
        record.found = {
            key: tuple(_reference(*one) for one in rows) for key, rows in data["found"].items()
        }
        return record


_KEY = 32
"""Characters of a key: half of a SHA-256, which nobody makes two files for."""


def key_of(path: str, digest: bytes) -> str:
    """What a file's answers are kept under; `digest` is the one of its bytes."""
    whole = path.encode("utf-8", "surrogateescape") + b"\0" + digest
    return hashlib.sha256(whole).hexdigest()[:_KEY]


def question_of(renames: Renames) -> str:
    """The digest of all that says which files may name a target."""
    moves = [(path, _said(renames.moves[path])) for path in sorted(renames.moves)]
    rest = [renames.config_root, renames.composing, renames.rename, renames.layout]
    return _digest([moves, rest])


def names_question_of(renames: Renames, files: Iterable[str]) -> str:
    """The digest of all that says what a file names, besides its path and its bytes."""
    return _digest([question_of(renames), sorted(files)])


def _said(new: Successor) -> object:
    if isinstance(new, IgnoredReference):
        return ["ignored", new.reason]
    return ["drop"] if new is DROP else new


def _digest(data: object) -> str:
    return hashlib.sha256(json.dumps(data).encode()).hexdigest()


def _reference(*fields: Any) -> Reference:
    """A reference of its JSON, which has lists for tuples."""
    values: list[Any] = [tuple(one) if isinstance(one, list) else one for one in fields]
    return Reference(*values)
