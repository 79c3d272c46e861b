"""A disk in memory that forgets whatever was not synced, and fails when told to.

Folders and files have a volatile and a durable side. Bytes and mode of a file become durable by
its fsync, names in a folder by the fsync of that folder; until then a crash keeps or loses each of
them, in any combination, whatever order they were made in. A rename is one change of its folder:
kept, lost, or kept with the old name still there.
"""

from __future__ import annotations

import errno
import itertools
import os
import random
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Image = tuple[tuple[str, int, bytes | None], ...]
"""A durable tree: path, st_mode, bytes (None: a folder; of a link, where it leads)."""

WRITE_ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS)


@dataclass(eq=False)
class File:
    mode: int
    content: bytes = b""
    durable: tuple[int, bytes] | None = None

    @property
    def dirty(self) -> bool:
        return self.durable != (self.mode, self.content)


@dataclass(eq=False)
class Link:
    leads: str
    mode: int = stat.S_IFLNK | 0o777


@dataclass(eq=False)
class Folder:
    mode: int = stat.S_IFDIR | 0o755
    durable_mode: int | None = None
    entries: dict[str, Node] = field(default_factory=dict)
    durable: dict[str, Node] = field(default_factory=dict)
    pending: list[tuple[str | None, str | None, Node | None]] = field(default_factory=list)
    """(name gone, name set, what it is now), since the last fsync."""


Node = File | Folder | Link


class MemorySystem:
    """The calls of `migrate.disk.System` over the model.

    `before_step(number, name)` is called before each call that changes something and may raise
    OSError; `after_step` after it. Steps are counted from 1.
    """

    def __init__(self, image: Image = (), umask: int = 0o022) -> None:
        self.root = Folder()
        self.umask = umask
        self.steps = 0
        self.before_step: Callable[[int, str], None] = lambda _number, _name: None
        self.after_step: Callable[[int, str], None] = lambda _number, _name: None
        self._open: dict[int, tuple[Node, list[int]]] = {}
        self._next = 100
        for path, mode, content in image:
            self._plant(path, mode, content)

    def _plant(self, path: str, mode: int, content: bytes | None) -> None:
        folder = self.root
        *above, name = path.split("/")
        for part in above:
            inner = folder.entries[part]
            assert isinstance(inner, Folder)
            folder = inner
        node: Node
        if content is None:
            node = Folder(mode, mode)
        elif stat.S_ISLNK(mode):
            node = Link(content.decode())
        else:
            node = File(mode, content, (mode, content))
        folder.entries[name] = folder.durable[name] = node

    # The calls.

    def open_root(self, root: str) -> int:
        return self._descriptor(self.root)

    def open(self, name: str, flags: int, mode: int, folder: int) -> int:
        entries = self._folder(folder).entries
        node = entries.get(name)
        if node is None and not flags & os.O_CREAT:
            raise _error(errno.ENOENT)
        if node is not None and flags & os.O_EXCL:
            raise _error(errno.EEXIST)
        if isinstance(node, Link):
            raise _error(errno.ELOOP)
        if flags & os.O_DIRECTORY and not isinstance(node, Folder):
            raise _error(errno.ENOTDIR)
        if node is None:
            made = File(stat.S_IFREG | (mode & ~self.umask))
            with self._step("create"):
                self._set(self._folder(folder), name, made)
            node = made
        return self._descriptor(node)

    def close(self, descriptor: int) -> None:
        del self._open[descriptor]

    def read(self, descriptor: int, size: int) -> bytes:
        node, position = self._open[descriptor]
        if not isinstance(node, File):
            raise _error(errno.EISDIR)
        chunk = node.content[position[0] : position[0] + size]
        position[0] += len(chunk)
        return chunk

    def write(self, descriptor: int, content: bytes | memoryview) -> int:
        node, _ = self._open[descriptor]
        assert isinstance(node, File)
        # The first write of a file is a short one, and a caller must go on.
        part = bytes(content if node.content else content[: (len(content) + 1) // 2])
        with self._step("write"):
            node.content += part
        return len(part)

    def fsync(self, descriptor: int) -> None:
        node, _ = self._open[descriptor]
        with self._step("fsync file" if isinstance(node, File) else "fsync folder"):
            if isinstance(node, File):
                node.durable = (node.mode, node.content)
            elif isinstance(node, Folder):
                node.durable, node.pending = dict(node.entries), []
                node.durable_mode = node.mode

    def fchmod(self, descriptor: int, mode: int) -> None:
        node, _ = self._open[descriptor]
        with self._step("fchmod"):
            node.mode = stat.S_IFMT(node.mode) | mode

    def mode(self, name: str, folder: int) -> int:
        return self._entry(name, folder).mode

    def open_mode(self, descriptor: int) -> int:
        return self._open[descriptor][0].mode

    def stamp(self, folder: int) -> int:
        return hash(tuple(self._folder(folder).entries))

    def rename(self, source: str, target: str, folder: int) -> None:
        here, node = self._folder(folder), self._entry(source, folder)
        with self._step("rename"):
            del here.entries[source]
            here.entries[target] = node
            here.pending.append((source, target, node))

    def unlink(self, name: str, folder: int) -> None:
        if isinstance(self._entry(name, folder), Folder):
            raise _error(errno.EISDIR)
        with self._step("unlink"):
            self._remove(self._folder(folder), name)

    def mkdir(self, name: str, folder: int) -> None:
        if name in self._folder(folder).entries:
            raise _error(errno.EEXIST)
        mode = stat.S_IFDIR | (0o777 & ~self.umask)
        with self._step("mkdir"):
            self._set(self._folder(folder), name, Folder(mode, mode))

    def rmdir(self, name: str, folder: int) -> None:
        node = self._entry(name, folder)
        if not isinstance(node, Folder):
            raise _error(errno.ENOTDIR)
        if node.entries:
            raise _error(errno.ENOTEMPTY)
        with self._step("rmdir"):
            self._remove(self._folder(folder), name)

    def names(self, folder: int) -> list[str]:
        return list(self._folder(folder).entries)

    def readlink(self, name: str, folder: int) -> str:
        node = self._entry(name, folder)
        if not isinstance(node, Link):
            raise _error(errno.EINVAL)
        return node.leads

    # Their insides.

    def _step(self, name: str) -> _Step:
        return _Step(self, name)

    def _set(self, folder: Folder, name: str, node: Node) -> None:
        folder.entries[name] = node
        folder.pending.append((None, name, node))

    def _remove(self, folder: Folder, name: str) -> None:
        del folder.entries[name]
        folder.pending.append((name, None, None))

    def _entry(self, name: str, folder: int) -> Node:
        try:
            return self._folder(folder).entries[name]
        except KeyError:
            raise _error(errno.ENOENT) from None

    def _folder(self, descriptor: int) -> Folder:
        node = self._open[descriptor][0]
        if not isinstance(node, Folder):
            raise _error(errno.ENOTDIR)
        return node

    def _descriptor(self, node: Node) -> int:
        self._next += 1
        self._open[self._next] = (node, [0])
        return self._next

    @property
    def open_descriptors(self) -> int:
        """How many descriptors were never closed."""
        return len(self._open)

    # What a crash leaves.

    def image(self) -> Image:
        """The tree as a running program sees it."""
        return tuple(_walk(self.root, "", lambda folder: folder.entries, _seen))

    def crashes(self, limit: int = 4, seed: int = 0) -> Iterator[Image]:
        """The trees that a crash right now may leave.

        All combinations of up to `limit` unsynced changes; of more: none, all, each alone, each
        missing, and a few at random. With a limit of 0 only none and all.
        """
        units = list(_units(self.root))
        for kept in _choices(len(units), limit, seed):
            keep = {id(units[number]) for number in kept}
            for torn in (False, True):
                yield _after_crash(self.root, keep, torn)
                if not any(_tears(unit) for unit in units):
                    break


class _Step:
    """One call that changes something: counted, failed when told to, reported."""

    def __init__(self, system: MemorySystem, name: str) -> None:
        self.system, self.name = system, name

    def __enter__(self) -> None:
        self.system.steps += 1
        self.number = self.system.steps
        self.system.before_step(self.number, self.name)

    def __exit__(self, kind: object, *_rest: object) -> None:
        if kind is None:
            self.system.after_step(self.number, self.name)


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


Unit = File | Folder | tuple[str | None, str | None, Node | None]


def _units(folder: Folder) -> Iterator[Unit]:
    """Every unsynced change below a folder, in the volatile or in the durable tree."""
    seen: set[int] = set()
    waiting: list[Node] = [folder]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Folder):
            yield from node.pending
            if node.durable_mode not in (None, node.mode):
                yield node
            waiting += [*node.entries.values(), *node.durable.values()]
            waiting += [inner for _, _, inner in node.pending if inner is not None]
        elif isinstance(node, File) and node.dirty:
            yield node


def _choices(count: int, limit: int, seed: int) -> Iterator[tuple[int, ...]]:
    everything = tuple(range(count))
    if count <= limit:
        for size in range(count + 1):
            yield from itertools.combinations(everything, size)
        return
    yield ()
    yield everything
    if limit == 0:
        return
    for number in everything:
        yield (number,)
        yield everything[:number] + everything[number + 1 :]
    chance = random.Random(seed)
    for _ in range(2 * limit):
        yield tuple(number for number in everything if chance.random() < 0.5)


def _tears(unit: Unit) -> bool:
    if isinstance(unit, File):
        return len(unit.content) > 1
    return isinstance(unit, tuple) and unit[0] is not None and unit[1] is not None


def _after_crash(root: Folder, keep: set[int], torn: bool) -> Image:
    def entries(folder: Folder) -> dict[str, Node]:
        left = dict(folder.durable)
        for unit in folder.pending:
            gone, name, node = unit
            if id(unit) not in keep:
                continue
            if gone is not None and not (torn and name is not None):
                left.pop(gone, None)
            if name is not None:
                assert node is not None
                left[name] = node
        return left

    def seen(node: Node) -> tuple[int, bytes | None]:
        if isinstance(node, Folder):
            return (node.mode if id(node) in keep else node.durable_mode or node.mode), None
        if isinstance(node, Link) or not node.dirty:
            return _seen(node)
        if id(node) in keep:
            return node.mode, node.content[: len(node.content) // 2] if torn else node.content
        return node.durable or (node.mode, b"")

    return tuple(_walk(root, "", entries, seen))


def _seen(node: Node) -> tuple[int, bytes | None]:
    if isinstance(node, Folder):
        return node.mode, None
    return node.mode, node.leads.encode() if isinstance(node, Link) else node.content


def _walk(
    folder: Folder,
    path: str,
    entries: Callable[[Folder], dict[str, Node]],
    seen: Callable[[Node], tuple[int, bytes | None]],
) -> list[tuple[str, int, bytes | None]]:
    found: list[tuple[str, int, bytes | None]] = []
    for name, node in sorted(entries(folder).items()):
        mode, content = seen(node)
        found.append((path + name, mode, content))
        if content is None:
            assert isinstance(node, Folder)
            found += _walk(node, f"{path}{name}/", entries, seen)
    return found
