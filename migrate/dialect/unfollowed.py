"""Top-level keys that name a config which is there, and that the dialect does not follow."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from migrate.dialect.declaration import Dialect
from migrate.dialect.recognise import listed_names
from migrate.errors import MigrateError
from migrate.locations import SUFFIXES, Place, join, outside
from migrate.trees.tree import Tree

_WORDS = (
    *("include", "includes", "inherit", "inherits", "inherit_from", "inherits_from", "parent"),
    *("parents", "base", "bases", "base_config", "base_configs", "base_cfg", "configs", "import"),
    *("imports", "extend", "extends", "extends_from", "defaults", "mixin", "mixins", "super"),
)
_WORD = re.compile(rf"_{{0,2}}(?:{'|'.join(_WORDS)})_{{0,2}}", re.IGNORECASE)
"""Keys by which some tool composes; what they name may leave its suffix out."""
_KEY = re.compile(
    r"(?m)^([\"']?)(?P<key>[^\s\"'#:,\[\]{}&*!|>%@`-][^\n\"':]*?)\1[ \t]*:(?=\s)"
    r"(?P<value>\s*\[[^\]]*\]|(?:[ \t]*(?:#[^\n]*)?\r?\n[ \t]*(?:-[ \t]|#)[^\n]*)+|[^\n]*)"
)


def unfollowed(
    tree: Tree, paths: Iterable[str], dialect: Dialect, told: Iterable[str] = ()
) -> list[str]:
    """One line for each top-level key that names configs and that the dialect does not follow.

    It tells the first place, and how many other files there are. `told` are keys of which the
    user knows already.
    """
    known = {*dialect.keys, *(key for key, _ in dialect.rejected), *told}
    first: dict[str, str] = {}
    files: dict[str, set[str]] = {}
    for path in sorted(paths):
        for place, key, name in _named(tree, path):
            if key not in known:
                what = f"`{key}: {name}` is not followed by dialect {dialect.name}"
                first.setdefault(key, f"{place}: {what}")
                files.setdefault(key, set()).add(path)
    return [f"{line}{_others(len(files[key]) - 1)}" for key, line in first.items()]


def _others(count: int) -> str:
    return f" (nor in {count} other file{'s' * (count > 1)})" if count else ""


def _named(tree: Tree, path: str) -> Iterator[tuple[Place, str, str]]:
    """The place, the key and the name of each config that a file seems to build on."""
    if not _seems_yaml(path) or path.startswith(".") or "/." in path:
        return  # no config: a workflow, a hook
    try:
        text = tree.read(path).decode("utf-8", "replace").removeprefix("\ufeff")
    except MigrateError:
        return
    for found in _KEY.finditer(text):
        word = _WORD.fullmatch(found["key"]) is not None
        for name in listed_names(found["value"]):
            # A folder is looked into for nothing that cannot be the name of a file.
            if not (word or _seems_yaml(name)):
                continue
            named = {join(path, name), join("", name)} - {path}
            if any(_is_config(tree, one) for one in named):
                yield Place(path, text.count("\n", 0, found.start()) + 1, 1), found["key"], name
                break


def _is_config(tree: Tree, path: str) -> bool:
    """Whether a config stands there; a name may leave the suffix out, or be of a file without."""
    more = [] if path.endswith(SUFFIXES) else [path + suffix for suffix in SUFFIXES]
    bare = "." not in posixpath.basename(path)
    there = [path, *more] if bare or not more else more
    return not outside(path) and any(map(tree.exists, there))


def _seems_yaml(path: str) -> bool:
    """Whether a name is one of a YAML file; a fragment may be called `_common_yaml`."""
    name = posixpath.basename(path)
    return name.endswith(SUFFIXES) or ("." not in name and name.endswith(("yaml", "yml")))
