"""Which dialect a tree is written in: the one whose keys name files that are there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from migrate.dialect.declaration import EXTENDS, Dialect
from migrate.dialect.shipped import DIALECTS
from migrate.errors import MigrateError
from migrate.layout import DEFAULT, Layout
from migrate.locations import SUFFIXES, join
from migrate.trees.tree import Tree

MAX_FILES = 20_000
"""So many YAML files are looked at; no repository of configs comes near."""

_KEYS = tuple(sorted({key for known in DIALECTS.values() for key in known.keys}))
_ANYBODYS = {key for known in DIALECTS.values() if known.by_sign_alone for key in known.keys}
"""Keys of which a file that seems to be named says nothing: `unfollowed` looks closer."""
_NESTED = {key for known in DIALECTS.values() if known.nested for key in known.keys}
OTHERS = ("BASE", "__base__", "_base", "base_cfg", "base_config", "inherit_from")
"""Keys by which other tools compose, such as Swin Transformer and NICE-SLAM; we ship none."""


@lru_cache(maxsize=8)
def _composing(keys: tuple[str, ...]) -> re.Pattern[str]:
    """Finds composing keys in a text: the indentation, the key, and what it holds."""
    words = "|".join(map(re.escape, keys))
    return re.compile(
        rf"(?m)^([ ]*)[\"']?({words})[\"']?[ \t]*:\s*"
        r"(\[[^\]]*\]|(?:(?:-[ \t]|#)[^\n]*\s*)+|[^\n]*)"
    )


def composing_words(text: str, keys: tuple[str, ...]) -> Iterator[str]:
    """What a text seems to build on, for one that cannot be parsed."""
    for match in _composing(keys).finditer(text):
        yield from listed_names(match[3])


_ITEM = re.compile(r"(?m)^[ \t]*-[ \t]+([^\n]*)")
_COMMENT = re.compile(r"(?m)(^|[ \t])#[^\n]*")


class DetectedDialect(NamedTuple):
    """A dialect, and how many configs of the tree compose by its keys.

    `unread` counts, by key, the configs that seem to compose by what this dialect does not follow.
    """

    dialect: Dialect
    files: int = 0
    unread: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        keys = " and ".join(f"`{key}:`" for key in self.dialect.keys)
        some = "1 config composes" if self.files == 1 else f"{self.files} configs compose"
        return f"dialect {self.dialect.name}: {some} by {keys}; --dialect chooses another"

    @property
    def remarks(self) -> list[str]:
        """What a user should know of the choice; nothing for a tree that speaks `extends`."""
        choice = [] if self.dialect is EXTENDS else [str(self)]
        return choice + [
            f"{count} config{' has' if count == 1 else 's have'} `{key}:`, which dialect"
            f" {self.dialect.name} does not follow: they are read without their bases;"
            " another --root or a declared dialect may follow it (docs/dialects.md)"
            for key, count in self.unread
        ]


def recognise(tree: Tree, layout: Layout = DEFAULT) -> DetectedDialect:
    """The dialect that most configs of a tree fit; `extends` for a tree that composes nothing."""
    fits: Counter[str] = Counter()
    signs: Counter[str] = Counter()
    composing: list[set[str]] = []
    for path, text in _texts(tree, layout):
        keys, names = _fitting(tree, path, text)
        fits.update(names.keys())
        composing.append(keys)
        for name in _SIGNS:
            signs[name] += _signed(text, name)
            if name in names and DIALECTS[name].by_sign_alone and not signs[name]:
                signs[name] += _signed(_text(tree, names[name]), name)  # it may have no suffix
    for name in _SIGNS:
        if DIALECTS[name].by_sign_alone and not signs[name]:
            del fits[name]
    best = max(fits.values(), default=0)
    equal = [name for name in DIALECTS if best and fits[name] == best]
    name = next((name for name in equal if signs[name]), next(iter(equal), EXTENDS.name))
    followed = DIALECTS[name].keys  # by these the resolver composes, or says why it cannot
    unread = Counter(key for keys in composing for key in keys if key not in followed)
    return DetectedDialect(DIALECTS[name], fits[name], tuple(sorted(unread.items())))


_SIGNS = [name for name, dialect in DIALECTS.items() if dialect.signs]


def _signed(text: str, name: str) -> bool:
    return any(sign in text for sign in DIALECTS[name].signs)


def _text(tree: Tree, path: str) -> str:
    try:
        return tree.read(path).decode("utf-8", "replace")
    except MigrateError:
        return ""


def _texts(tree: Tree, layout: Layout) -> Iterator[tuple[str, str]]:
    """The live YAML files with their texts; what cannot be read is nobody's sign."""
    number = 0
    for path in tree.files():
        if not path.endswith(SUFFIXES) or layout.is_record(path):
            continue
        number += 1
        if number > MAX_FILES:
            return
        try:
            content = tree.read(path)
        except MigrateError:
            continue
        yield path, content.decode("utf-8", "replace")


def _fitting(tree: Tree, path: str, text: str) -> tuple[set[str], dict[str, str]]:
    """The keys by which a file seems to compose; the dialects by whose rules it does.

    By a dialect's rules it does if it names a file that exists; the first such file goes with it.
    """
    seeming: set[str] = set()
    found: dict[str, str] = {}
    for match in _composing((*_KEYS, *OTHERS)).finditer(text.replace("\r\n", "\n")):
        value = _COMMENT.sub("", match[3]).strip()
        items = listed_names(value)
        is_list = value.startswith(("[", "-"))
        seems = any(map(_seems_file, items)) or (is_list and _is_hydra(tree, path, items))
        if seems and match[2] not in _ANYBODYS and (not match[1] or match[2] in _NESTED):
            seeming.add(match[2])
        for name, dialect in DIALECTS.items():
            shape = dialect.form in ("any", "list" if is_list else "path")
            if match[2] not in dialect.keys or not shape or (match[1] and not dialect.nested):
                continue
            bases = (_existing(tree, dialect, path, item) for item in items)
            if base := next(filter(None, bases), ""):
                found.setdefault(name, base)
    return seeming, found


def _seems_file(item: str) -> bool:
    return item.endswith(SUFFIXES)


def _is_hydra(tree: Tree, path: str, items: list[str]) -> bool:
    """Hydra's lists name groups (`model: resnet`), itself, or a neighbour without its suffix."""
    return "_self_" in items or any(
        re.match(r"[\w@/ ]+:\s", f"{item} ") or tree.exists(join(path, f"{item}.yaml"))
        for item in items
    )


def _existing(tree: Tree, dialect: Dialect, path: str, item: str) -> str:
    return next(filter(tree.exists, dialect.candidates(path, item)), "")


def _items(value: str) -> Iterable[str]:
    """The paths that a composing key names, as far as a look at the text tells."""
    listed = _ITEM.findall(value) or value.strip("[]").split(",")
    return [word for item in listed if (word := item.strip().strip("\"'"))]


def listed_names(value: str) -> list[str]:
    """The names that a key holds in a text, one or a list of them, comments apart."""
    return list(_items(_COMMENT.sub("", value).strip()))
