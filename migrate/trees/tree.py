"""A tree of files as the pure code sees it: in memory, on disk, or one laid over another.

Paths are relative to the root, with forward slashes, normalised.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, KeysView, Mapping
from typing import TYPE_CHECKING, Protocol

from migrate.errors import InputError, MissingFile
from migrate.limits import DEFAULT, Limits
from migrate.locations import PRIVATE, Place, outside

if TYPE_CHECKING:
    from migrate.changes import Change

SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", PRIVATE, ".venv", "venv", "node_modules", "__pycache__"}
)


class Tree(Protocol):
    """What reading code needs from a tree."""

    @property
    def limits(self) -> Limits:
        """How much of it is read."""

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises MissingFile, or InputError if it cannot be read."""

    def parts(self, path: str) -> Iterator[bytes]:
        """The bytes of a file one part after another, however large it is. Raises as `read`."""

    def exists(self, path: str) -> bool:
        """Whether a regular file stands at this path."""

    def files(self) -> Iterable[str]:
        """Every regular file, in sorted order, without version control and caches."""


class MemoryTree:
    """A tree held as a mapping of path to bytes."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self.contents = dict(contents)
        self.limits = DEFAULT

    def read(self, path: str) -> bytes:
        """See `Tree.read`."""
        try:
            return self.contents[path]
        except KeyError:
            raise MissingFile("no such file", path) from None

    def parts(self, path: str) -> Iterator[bytes]:
        """See `Tree.parts`."""
        yield self.read(path)

    def exists(self, path: str) -> bool:
        """See `Tree.exists`."""
        return path in self.contents

    def files(self) -> Iterable[str]:
        """See `Tree.files`."""
        return sorted(self.contents)


_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
"""O_NONBLOCK: opening a FIFO that nobody writes to would wait forever."""
PART = 1 << 20
"""Bytes of a part of a file that is too large to be read whole."""

_IS_LINK = (errno.ELOOP, errno.EMLINK)
"""What O_NOFOLLOW says of a link: Linux and macOS the first, FreeBSD the second."""


class DiskTree:
    """A folder on disk. Reads regular files below the root only, within the limits.

    A symbolic link may lead to another place below the root, not out of it.
    """

    def __init__(self, root: str, limits: Limits = DEFAULT) -> None:
        self.root = os.path.abspath(root)
        self.limits = limits
        self._real = os.path.realpath(self.root)
        self._above = os.path.join(self.root, "")
        self._plain: set[str] = set()
        """Files that `files` has met, and that are no links."""
        self._inside: set[str] = set()
        """Folders that were seen to be below the root, links followed."""

    def absolute(self, path: str) -> str:
        """The path for the operating system."""
        return self._above + path

    def read(self, path: str) -> bytes:
        """See `Tree.read`; never blocks on a FIFO, never reads a device."""
        descriptor = self._inside_only(path)
        try:
            return self._read(path, descriptor)
        finally:
            os.close(descriptor)

    def parts(self, path: str) -> Iterator[bytes]:
        """See `Tree.parts`."""
        descriptor = self._inside_only(path)
        try:
            _regular(path, descriptor)
            while part := os.read(descriptor, PART):
                yield part
        finally:
            os.close(descriptor)

    def _inside_only(self, path: str) -> int:
        """A descriptor of a file below the root."""
        if outside(path):
            raise InputError(
                "leads outside the root", path, f"the root is {self.root}; --root names a wider one"
            )
        folder = path.rpartition("/")[0]
        if folder not in self._inside:
            self._refuse_way_out(folder, path)
            self._inside.add(folder)
        return self._open(path)

    def _open(self, path: str) -> int:
        """A descriptor of the file; a link is followed once it is known where it leads."""
        try:
            return os.open(self.absolute(path), _READ | os.O_NOFOLLOW)
        except OSError as error:
            if error.errno not in _IS_LINK:
                raise _unreadable(path, error) from None
        except ValueError:
            raise MissingFile("no such file: the name holds a NUL byte", path) from None
        self._refuse_way_out(path, path)
        try:
            return os.open(self.absolute(path), _READ)
        except OSError as error:
            raise _unreadable(path, error) from None

    def _refuse_way_out(self, where: str, path: str) -> None:
        """Refuse a link that leads out of the root: what stands there is none of our business."""
        try:
            real = os.path.realpath(self.absolute(where))
        except (OSError, ValueError):
            return  # opening it says what is wrong
        if real != self._real and not real.startswith(self._real.rstrip("/") + "/"):
            hint = "put the file itself here, or name a wider --root"
            raise InputError("is a symbolic link that leads outside the root", path, hint)

    def _read(self, path: str, descriptor: int) -> bytes:
        status = _regular(path, descriptor)
        if status.st_size > self.limits.file_bytes:
            size = f"{status.st_size:,} bytes, the limit is {self.limits.file_bytes:,}"
            raise InputError(f"is too large: {size}", path, "--max-file-bytes raises the limit")
        # One byte more, so that a file that grows meanwhile is not read without end.
        wanted = status.st_size + 1
        content = os.read(descriptor, wanted)
        while len(content) < status.st_size and (more := os.read(descriptor, wanted)):
            content += more
        return content

    def exists(self, path: str) -> bool:
        """See `Tree.exists`."""
        try:
            return not outside(path) and stat.S_ISREG(os.stat(self.absolute(path)).st_mode)
        except (OSError, ValueError):
            return False

    def files(self) -> Iterator[str]:
        """See `Tree.files`; symbolic links to folders, and out of the root, are not followed."""
        # A stack of iterators, because folders may nest deeper than Python recurses.
        waiting = [iter(self._entries(""))]
        while waiting:
            path, entry = next(waiting[-1], ("", None))
            if entry is None:
                waiting.pop()
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED_FOLDERS:
                    waiting.append(iter(self._entries(path)))
            elif self._is_file(path, entry):
                yield path

    def is_link(self, path: str) -> bool:
        """Whether a symbolic link stands at this path; what was listed need not be asked again."""
        return path not in self._plain and os.path.islink(self.absolute(path))

    def _entries(self, folder: str) -> list[tuple[str, os.DirEntry[str]]]:
        try:
            with os.scandir(self.absolute(folder)) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            raise _unreadable(folder or ".", error) from None
        return [(f"{folder}/{entry.name}" if folder else entry.name, entry) for entry in entries]

    def _is_file(self, path: str, entry: os.DirEntry[str]) -> bool:
        try:
            if not entry.is_file():
                return False
            if entry.is_symlink():
                self._refuse_way_out(path, path)
            else:
                self._plain.add(path)
        except (OSError, InputError):
            return False
        return True


def _regular(path: str, descriptor: int) -> os.stat_result:
    """What is known of an open file, which must be a regular one."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise InputError("is not a regular file", path, "name a YAML file")
    return status


def _unreadable(path: str, error: OSError) -> InputError:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return MissingFile("no such file", path)
    if error.errno == errno.ELOOP:
        return InputError(
            "is a symbolic link that leads to itself", path, "replace the link by a file"
        )
    reason = (error.strerror or str(error)).lower()
    return InputError(f"cannot be read: {reason}", Place(path), "check its permissions")


class CachedTree:
    """A tree of which every file is read once, and listed once: for the length of one command."""

    def __init__(self, below: Tree) -> None:
        self.below = below
        self._contents: dict[str, bytes] = {}
        self._files: list[str] | None = None

    @property
    def known(self) -> KeysView[str]:
        """The files that were read so far."""
        return self._contents.keys()

    @property
    def limits(self) -> Limits:
        """See `Tree.limits`."""
        return self.below.limits

    def read(self, path: str) -> bytes:
        """See `Tree.read`."""
        if path not in self._contents:
            self._contents[path] = self.below.read(path)
        return self._contents[path]

    def parts(self, path: str) -> Iterator[bytes]:
        """See `Tree.parts`; they are not kept."""
        return self.below.parts(path)

    def exists(self, path: str) -> bool:
        """See `Tree.exists`."""
        return path in self._contents or self.below.exists(path)

    def files(self) -> Iterable[str]:
        """See `Tree.files`."""
        if self._files is None:
            self._files = list(self.below.files())
        return self._files


class Overlay:
    """A tree with changes laid over it; the tree below stays as it is."""

    def __init__(self, below: Tree, changes: Iterable[Change] = ()) -> None:
        self.below: Tree = below
        self.changed: dict[str, bytes | None] = {}
        self.lay(changes)

    def lay(self, changes: Iterable[Change]) -> None:
        """Lay more changes over it: for a long row of steps, one overlay that grows."""
        self.changed.update((change.path, change.after) for change in changes)

    @property
    def limits(self) -> Limits:
        """See `Tree.limits`."""
        return self.below.limits

    def read(self, path: str) -> bytes:
        """See `Tree.read`."""
        if path not in self.changed:
            return self.below.read(path)
        content = self.changed[path]
        if content is None:
            raise MissingFile("no such file", path)
        return content

    def parts(self, path: str) -> Iterator[bytes]:
        """See `Tree.parts`."""
        return iter([self.read(path)]) if path in self.changed else self.below.parts(path)

    def exists(self, path: str) -> bool:
        """See `Tree.exists`."""
        if path in self.changed:
            return self.changed[path] is not None
        return self.below.exists(path)

    def files(self) -> Iterable[str]:
        """See `Tree.files`."""
        added = {path for path, content in self.changed.items() if content is not None}
        return sorted({path for path in self.below.files() if path not in self.changed} | added)


def read_once(tree: Tree, path: str) -> bytes:
    """The bytes of a file that nobody asks for again: a `CachedTree` keeps none of them.

    Raises as `Tree.read`.
    """
    while isinstance(tree, Overlay) and path not in tree.changed:
        tree = tree.below
    if type(tree) is CachedTree and path not in tree.known:
        return read_once(tree.below, path)
    return tree.read(path)


def disk_below(tree: Tree) -> DiskTree | None:
    """The folder on disk that a tree reads from in the end; None for one in memory alone."""
    while isinstance(tree, (Overlay, CachedTree)):
        tree = tree.below
    return tree if isinstance(tree, DiskTree) else None
