"""What a base is that leads to no file, and what to write instead."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from migrate.dialect import Dialect
from migrate.locations import SUFFIXES, join, outside
from migrate.trees.globs import matches
from migrate.trees.tree import Tree, disk_below

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_MADE = re.compile(r"\$\{|\$\w|\{\{|%\(|<\w+>")
_PATTERN = re.compile(r"[*?]|\[[^\]]+\]")
_MOST = 3


class OddName(NamedTuple):
    """What a name is, in words, and what to do."""

    what: str
    hint: str


def oddity(tree: Tree, dialect: Dialect, source: str, text: str) -> OddName | None:
    """What the name of a base in the file `source` is, if it is more than a misspelt path."""
    if _URL.match(text):
        return OddName(
            "a URL, and nothing is fetched", "put the file into the tree and extend that"
        )
    if _MADE.search(text):
        return OddName("a name that something else fills in", "write the path out")
    if posixpath.isabs(text):
        return _absolute(tree, dialect, source, text)
    return _several(tree, dialect, source, text) or _from_root(tree, dialect, source, text)


def _several(tree: Tree, dialect: Dialect, source: str, text: str) -> OddName | None:
    """A folder, or a pattern: more than one file."""
    path = join(source, text)
    inside = [one for one in tree.files() if one.startswith(f"{path}/")]
    if inside:
        return OddName("a folder", f"extend the files in it: {_spelled(dialect, source, inside)}")
    if not _PATTERN.search(text):
        return None
    found = [one for one in tree.files() if one.endswith(SUFFIXES) and matches(one, [path])]
    named = f": {_spelled(dialect, source, found)}" if found else "; this one matches none"
    return OddName("a pattern", f"extend files by their names{named}")


def _from_root(tree: Tree, dialect: Dialect, source: str, text: str) -> OddName | None:
    """A path that would be right if it were read from the root."""
    path = posixpath.normpath(text)
    if outside(path) or not tree.exists(path):
        return None
    hint = f"write {dialect.link(path, source)}: a path is relative to the file it is in"
    return OddName("", hint)


def _absolute(tree: Tree, dialect: Dialect, source: str, text: str) -> OddName | None:
    disk = disk_below(tree)
    if disk is None:
        return None
    inner = os.path.relpath(os.path.realpath(text), os.path.realpath(disk.root))
    if outside(inner):
        return None
    if tree.exists(inner):
        hint = f"write {dialect.link(inner, source)}: a tree may be moved, and cloned elsewhere"
    else:
        hint = f"no file stands there; write a path relative to {source}"
    return OddName("an absolute path", hint)


def _spelled(dialect: Dialect, source: str, paths: list[str]) -> str:
    """Some paths as the file `source` would name them."""
    return ", ".join(_some([dialect.link(path, source) for path in paths if path != source]))


def _some(names: list[str]) -> Iterator[str]:
    yield from names[:_MOST]
    if len(names) > _MOST:
        yield f"and {len(names) - _MOST} more"
