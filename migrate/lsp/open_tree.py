"""The tree as an editor sees it: open texts over the files on disk, each as it is right now."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterable, Iterator
from typing import Any

from migrate.errors import InputError
from migrate.limits import Limits
from migrate.resolve import Store
from migrate.trees.tree import DiskTree
from migrate.yaml_text import Document

LISTED_SECONDS = 10.0
"""So long a list of the tree's files holds, unless an editor tells of a new one before."""
KEPT_BYTES = 64 * 1024 * 1024
"""So much of what was read from disk is kept."""
PARSED_BYTES = 1024 * 1024
"""So much parsed text is kept: a parsed file takes a hundred times its bytes."""

Signature = tuple[int, int, int]

COLLECTED = 10_000
"""So many new objects make the collector look; by Python's 700 it walks over all parsed files in
the middle of answers, a tenth of a second each time."""


def collect_seldom() -> None:
    """Have the collector look less often: for a process that answers while somebody waits."""
    gc.set_threshold(COLLECTED, 10, 10)


class OpenTree:
    """A root on disk with the texts of open files laid over it. It never writes.

    A file is read again once its size or its time of change is another, so that nothing has to
    be told of what other programs write.
    """

    def __init__(self, root: str, limits: Limits) -> None:
        self.disk = DiskTree(root, limits)
        self.open: dict[str, bytes] = {}
        self._read: dict[str, tuple[Signature, bytes]] = {}
        self._kept = 0
        self._files: list[str] = []
        self._listed: float | None = None

    @property
    def limits(self) -> Limits:
        """See `Tree.limits`."""
        return self.disk.limits

    def read(self, path: str) -> bytes:
        """See `Tree.read`."""
        content = self.open.get(path)
        return self._from_disk(path) if content is None else self._admitted(path, content)

    def _admitted(self, path: str, content: bytes) -> bytes:
        if len(content) > self.limits.file_bytes:
            size = f"{len(content):,} bytes, the limit is {self.limits.file_bytes:,}"
            raise InputError(f"is too large: {size}", path, "--max-file-bytes raises the limit")
        return content

    def _from_disk(self, path: str) -> bytes:
        signature = self._signature(path)
        known = self._read.get(path)
        if known is not None and signature == known[0]:
            return known[1]
        content = self.disk.read(path)
        if signature is not None:
            self._keep(path, signature, content)
        return content

    def _keep(self, path: str, signature: Signature, content: bytes) -> None:
        self._kept += len(content) - len(self._read[path][1] if path in self._read else b"")
        if self._kept > KEPT_BYTES:
            self._read.clear()
            self._kept = len(content)
        self._read[path] = signature, content

    def _signature(self, path: str) -> Signature | None:
        try:
            status = os.stat(self.disk.absolute(path))
        except (OSError, ValueError):
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def parts(self, path: str) -> Iterator[bytes]:
        """See `Tree.parts`."""
        return iter([self.open[path]]) if path in self.open else self.disk.parts(path)

    def exists(self, path: str) -> bool:
        """See `Tree.exists`."""
        return path in self.open or self.disk.exists(path)

    def files(self) -> Iterable[str]:
        """See `Tree.files`; the list may be some seconds old."""
        now = time.monotonic()
        if self._listed is None or now - self._listed > LISTED_SECONDS:
            self._files = list(self.disk.files())
            self._listed = time.monotonic()
        new = self.open.keys() - set(self._files)
        return sorted([*self._files, *new]) if new else self._files

    def forget_list(self) -> None:
        """Files came or went: list them anew."""
        self._listed = None

    def forget(self, path: str) -> None:
        """Read a file anew, whatever its time of change says."""
        self._read.pop(path, None)


class ParsedFiles(Store):
    """Parsed files by path and content: of each path the newest, and of all so much text."""

    def __init__(self) -> None:
        super().__init__()
        self._newest: dict[str, bytes] = {}
        self._bytes = 0

    def __setitem__(self, key: tuple[str, bytes], document: Document) -> None:
        path, content = key
        self._drop(path)
        super().__setitem__(key, document)
        self._newest[path] = content
        self._bytes += len(content)
        while self._bytes > PARSED_BYTES and len(self._newest) > 1:
            self._drop(next(iter(self._newest)))

    def pop(self, key: tuple[str, bytes], default: Any = None) -> Any:
        """Like a mapping's: a resolver lets go of what nobody extends."""
        if self._newest.get(key[0]) == key[1]:
            self._bytes -= len(self._newest.pop(key[0]))
        return super().pop(key, default)

    def _drop(self, path: str) -> None:
        if path in self._newest:
            self.pop((path, self._newest[path]))
