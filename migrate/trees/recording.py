"""What was looked at in a tree: enough to tell later whether an answer still holds.

An answer that is made from a tree alone stays right as long as every file that was read has the
same bytes, every question for a file has the same answer, and the list of files is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from migrate.errors import MigrateError
from migrate.trees.tree import CachedTree, Tree

NOT_READ = b"not read: "
"""With the letter behind it, stands for the digest of a file that could not be read."""


class RecordingTree(CachedTree):
    """A tree that notes what it is asked, and keeps digests of contents instead of the contents."""

    def __init__(self, below: Tree) -> None:
        super().__init__(below)
        self.digests: dict[str, bytes] = {}
        self.asked: dict[str, bool] = {}
        self.tracked: dict[str, list[str]] = {}
        """What `tracked.tracked` found, by the root of the configs: it is looked for once."""
        self.moved = False
        """Whether something was asked twice and had changed in between."""

    def read(self, path: str) -> bytes:
        """See `Tree.read`."""
        try:
            content = self.below.read(path)
        except MigrateError as error:
            self._note(path, _unread(error))
            raise
        self._note(path, hashlib.sha256(content).digest())
        return content

    def _note(self, path: str, digest: bytes) -> None:
        self.moved = self.moved or self.digests.setdefault(path, digest) != digest

    def exists(self, path: str) -> bool:
        """See `Tree.exists`."""
        there = self.below.exists(path)
        self._answered(path, there)
        return there

    def _answered(self, path: str, there: bool) -> None:
        self.moved = self.moved or self.asked.setdefault(path, there) is not there

    def digest(self, path: str) -> str:
        """The hex digest of a file, read now if it was not read before. Raises as `read`."""
        if self.digests.get(path, NOT_READ).startswith(NOT_READ):
            self.read(path)
        return self.digests[path].hex()

    def join(self, digests: Mapping[str, bytes], asked: Mapping[str, bool], moved: bool) -> None:
        """Note what another process looked at in the same tree."""
        for path, digest in digests.items():
            self._note(path, digest)
        for path, there in asked.items():
            self._answered(path, there)
        self.moved = self.moved or moved


def digest_of(tree: Tree, path: str, content: bytes) -> bytes:
    """The SHA-256 of what was just read; a tree that notes what is read has it already."""
    if isinstance(tree, RecordingTree) and not tree.moved:
        known = tree.digests.get(path, NOT_READ)
        if not known.startswith(NOT_READ):
            return known
    return hashlib.sha256(content).digest()


def listing(tree: Tree) -> str:
    """The digest of the list of files."""
    return _digest(tree.files())


def contents(tree: Tree, paths: Iterable[str]) -> str:
    """The digest of all these files' names and bytes; of one that cannot be read, of the reason."""
    return combined_digest({path: _of(tree, path) for path in paths})


def combined_digest(digests: Mapping[str, bytes]) -> str:
    """The same of files whose digests are known."""
    whole = hashlib.sha256()
    for path in sorted(digests):
        whole.update(f"{path}\0".encode("utf-8", "surrogateescape") + digests[path] + b"\0")
    return whole.hexdigest()


def _of(tree: Tree, path: str) -> bytes:
    try:
        return hashlib.sha256(tree.read(path)).digest()
    except MigrateError as error:
        return _unread(error)


def _unread(error: MigrateError) -> bytes:
    return NOT_READ + error.render().encode("utf-8", "surrogateescape")


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogateescape")).hexdigest()
