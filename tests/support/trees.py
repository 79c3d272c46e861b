"""Whole folders as data, so that two moments can be compared."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

Tree = dict[str, bytes]

OURS = ("plans/", "configs/legacy/", ".migrate/")
"""What `init` adds; everything else belongs to the user."""


def read(root: Path) -> Tree:
    """Every file of a folder but the lock and its kind; a folder without files as `name/`."""
    found: Tree = {}
    for folder, folders, names in os.walk(root):
        inner = Path(folder).relative_to(root).as_posix()
        if inner == ".":
            folders[:] = [name for name in folders if name != ".migrate"]
        if not folders and not names and inner != ".":
            found[f"{inner}/"] = b""
        for name in names:
            path = Path(folder) / name
            found[path.relative_to(root).as_posix()] = path.read_bytes()
    return dict(sorted(found.items()))


def modes(root: Path) -> dict[str, int]:
    """The permission bits of every file of a folder."""
    return {
        path: stat.S_IMODE((root / path).stat().st_mode)
        for path in read(root)
        if not path.endswith("/")
    }


def write(root: Path, tree: Mapping[str, bytes]) -> Path:
    """Write files into a folder; returns the folder."""
    for path, content in tree.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return root


def theirs(tree: Tree) -> Tree:
    """The user's own files."""
    return {path: content for path, content in tree.items() if not path.startswith(OURS)}


def only(tree: Tree, paths: Iterable[str]) -> Tree:
    """Some files of a tree."""
    wanted = set(paths)
    return {path: content for path, content in tree.items() if path in wanted}
