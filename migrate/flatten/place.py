"""Values that depend on the place of their file: refused where they would move elsewhere."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from migrate.dialect import Dialect
from migrate.errors import Refused, raise_all
from migrate.locations import KeyPath, dotted
from migrate.resolve import Resolved, Setting
from migrate.yaml_text import MAPPING, SCALAR, Document, Node


def stay_in_place(
    dialect: Dialect, resolved: Resolved, place: str, leaves: Iterable[tuple[KeyPath, Setting]]
) -> None:
    """Refuse what means something else in the file `place`; the dialect declares which values do.

    Raises Refused, one for each value. What a plan says itself is meant for the new place.
    """
    if not (dialect.relative_keys or dialect.relative_tags):
        return
    home = posixpath.dirname(place)
    moved = {one.path for one in resolved.chain if posixpath.dirname(one.path) != home}
    raise_all(
        [
            _letter(path, setting)
            for path, setting in leaves
            if setting.document.path in moved and _depends(dialect, path, setting)
        ]
    )


def _letter(path: KeyPath, setting: Setting) -> Refused:
    file = setting.document.path
    what = f"{dotted(path)} is a path relative to {file}, and the new file stands in another folder"
    hint = "write it so that it holds from everywhere, or keep that file in its folder"
    return Refused(what, setting.place, hint)


def _depends(dialect: Dialect, path: KeyPath, setting: Setting) -> bool:
    declared = any(dotted(path[:end]) in dialect.relative_keys for end in range(1, len(path) + 1))
    return any(
        _is_relative(node.value)
        for node in _scalars(setting.entry.value)
        if node.tag in dialect.relative_tags or (declared and _is_text(setting.document, node))
    )


def _scalars(node: Node) -> Iterator[Node]:
    node = node.resolved()
    if node.kind == SCALAR:
        yield node
    elif node.kind == MAPPING:
        for entry in node.entries:
            yield from _scalars(entry.value)
    else:
        for item in node.items:
            yield from _scalars(item)


def _is_text(document: Document, node: Node) -> bool:
    return isinstance(document.value(node), str)


def _is_relative(text: str) -> bool:
    """Whether a path leads elsewhere from another folder; one from a root, a home, a URL not."""
    return bool(text) and not text.startswith(("/", "~")) and "://" not in text
