"""The keys around a line by its indentation alone: for a text that does not parse as it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from migrate.locations import Index, KeyPath

MOST_LINES = 20_000
"""So many lines are looked through upwards."""

_ENTRY = re.compile(
    r"""(?P<space>[ ]*)(?P<dashes>(?:-[ ]+)*)
        (?P<key>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s\#"'\[{&*!|>%@`-][^\#]*?|-[^\s\#][^\#]*?)
        [ ]*:(?=[ \t]|$)""",
    re.VERBOSE,
)
_ITEM = re.compile(r"(?P<space> *)-(?=[ \t]|$)")


class KeyLine(NamedTuple):
    """A line that has a key: its path, and the columns of the key, `end` exclusive."""

    path: KeyPath
    start: int
    end: int


def key_line(lines: Sequence[str], number: int) -> KeyLine | None:
    """The key that stands in a line, None where none does."""
    found = _ENTRY.match(lines[number]) if number < len(lines) else None
    if found is None:
        return None
    dashes = len(found["dashes"])
    above = section_at(lines, number, found.start("key"), dashes > 0)
    return KeyLine((*above, unquoted(found["key"])), found.start("key"), found.end("key"))


def section_at(lines: Sequence[str], number: int, column: int, in_item: bool = False) -> KeyPath:
    """The section that a key would be in which began at this column of this line.

    `in_item` says that the line begins a list item itself.
    """
    parts: list[object] = []
    key_before = item_before = column
    if in_item:
        item_before = len(lines[number]) - len(lines[number].lstrip(" "))
        key_before = item_before + 1  # a list may stand at the column of its key
        parts.append(_index(lines, number, item_before))
    for above in range(number - 1, max(-1, number - 1 - MOST_LINES), -1):
        if key_before <= 0:
            break
        line = lines[above]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found, item = _ENTRY.match(line), _ITEM.match(line)
        if found is not None and found.start("key") < key_before:
            parts.append(unquoted(found["key"]))
            key_before = item_before = found.start("key")
        if item is not None and len(item["space"]) < item_before:
            item_before = len(item["space"])
            key_before = item_before + 1
            parts.append(_index(lines, above, item_before))
    return tuple(reversed(parts))


def _index(lines: Sequence[str], number: int, column: int) -> Index:
    """The position of a list item among those above it at the same column."""
    count = 0
    for above in range(number - 1, max(-1, number - 1 - MOST_LINES), -1):
        line = lines[above]
        stripped = line.lstrip(" ")
        if not stripped or stripped.startswith("#"):
            continue
        indent = len(line) - len(stripped)
        if indent < column or (indent == column and not _ITEM.match(line)):
            break
        count += indent == column
    return Index(count)


def unquoted(key: str) -> str:
    """A key without the quotes that it is written in."""
    if len(key) >= 2 and key[0] == key[-1] and key[0] in "'\"":
        return key[1:-1].replace("''", "'") if key[0] == "'" else key[1:-1]
    return key
