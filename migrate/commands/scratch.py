"""A scratch copy of a tree, for rehearsals and gates."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from migrate.changes import Change
from migrate.errors import InputError, Refused
from migrate.git import repository
from migrate.tree import DiskTree


def listed(root: str) -> list[str]:
    """The files that belong to a tree: git's tracked and unignored ones, else all but caches."""
    with repository(root) as git:
        if git is None:
            return list(DiskTree(root).files())
        names = git.others("--cached", "-z").split(b"\0")
    return sorted({os.fsdecode(name) for name in names if name})


@contextmanager
def scratch_copy(
    root: str, changes: Iterable[Change] = (), keep: str | None = None
) -> Iterator[str]:
    """A copy of a tree with changes laid over it; removed at the end, unless it is to be kept."""
    folder = keep or tempfile.mkdtemp(prefix="migrate-")
    try:
        os.makedirs(folder, exist_ok=True)
        for path in listed(root):
            _copy(os.path.join(root, path), os.path.join(folder, path))
        for change in changes:
            _lay(folder, change.path, change.after)
        yield folder
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _copy(source: str, target: str) -> None:
    if not os.path.islink(source) and not os.path.isfile(source):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    try:
        shutil.copy2(source, target, follow_symlinks=False)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"cannot be copied: {reason}", source, "check its permissions") from None


def _lay(folder: str, path: str, content: bytes | None) -> None:
    target = os.path.join(folder, path)
    above = os.path.realpath(os.path.dirname(target))
    if os.path.commonpath([os.path.realpath(folder), above]) != os.path.realpath(folder):
        hint = "replace the link by the folder it points to"
        raise Refused("a symbolic link leads outside of a scratch copy", path, hint)
    if os.path.islink(target):
        os.unlink(target)  # or the write would go through it, to where it leads
    if content is None:
        if os.path.lexists(target):
            os.unlink(target)
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(content)
