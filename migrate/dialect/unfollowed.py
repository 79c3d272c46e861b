"""Keys that look as if they composed files, name a config that is there, and are not followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from migrate.dialect.declaration import Dialect
from migrate.dialect.recognise import listed_names
from migrate.errors import MigrateError
from migrate.locations import Place, join, outside
from migrate.trees.tree import Tree

_SUFFIXES = (".yaml", ".yml")
_WORDS = (
    *("include", "includes", "inherit", "inherits", "inherit_from", "inherits_from", "parent"),
    *("parents", "base", "bases", "base_config", "base_configs", "base_cfg", "configs", "import"),
    *("imports", "extend", "extends", "extends_from", "defaults", "mixin", "mixins", "super"),
)
_KEY = re.compile(
    rf"(?im)^([\"']?)(?P<key>_{{0,2}}(?:{'|'.join(_WORDS)})_{{0,2}})\1[ \t]*:(?=\s)"
    r"(?P<value>\s*\[[^\]]*\]|(?:[ \t]*(?:#[^\n]*)?\r?\n[ \t]*(?:-[ \t]|#)[^\n]*)+|[^\n]*)"
)


def unfollowed(
    tree: Tree, paths: Iterable[str], dialect: Dialect, told: Iterable[str] = ()
) -> list[str]:
    """One line for each key by which configs seem to compose and that the dialect does not follow.

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
    if not path.endswith(_SUFFIXES) or path.startswith(".") or "/." in path:
        return  # no config: a workflow, a hook
    try:
        text = tree.read(path).decode("utf-8-sig", "replace")
    except MigrateError:
        return
    for found in _KEY.finditer(text):
        for name in listed_names(found["value"]):
            if any(_is_config(tree, one) for one in (join(path, name), join("", name))):
                yield Place(path, text.count("\n", 0, found.start()) + 1, 1), found["key"], name
                break


def _is_config(tree: Tree, path: str) -> bool:
    """Whether a config stands there; a name may leave the suffix out."""
    there = [path] if path.endswith(_SUFFIXES) else [path + suffix for suffix in _SUFFIXES]
    return not outside(path) and any(map(tree.exists, there))
