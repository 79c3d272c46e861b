"""What may be written at a place of a config."""

from __future__ import annotations

import re

from migrate.locations import KeyPath
from migrate.lsp.complete_keys import keys
from migrate.lsp.complete_values import bases, values
from migrate.lsp.folder import ConfigFolder
from migrate.lsp.outline import key_line, section_at
from migrate.lsp.typed import Offer, TypedLine, resolved_around

_KEY = re.compile(r"(?P<space> *(?:- +)*)(?P<word>[\w.\-/+@\"']*)$")
_VALUE = re.compile(r" *(?:- +)*[^\s#][^#]*?:[ \t]+(?P<word>[^#]*)$")
_ITEM = re.compile(r"(?P<space> *)- +(?P<word>[^#:]*)$")
_FLOW = re.compile(r".*[\[,]\s*")


def complete(folder: ConfigFolder, path: str, line: int, column: int) -> list[Offer]:
    """What may be written at a column (in code points) of a line of an open config."""
    text = folder.texts.get(path)
    if text is None or folder.is_plan(path):
        return []
    typed = TypedLine.at(text, line, column)
    if typed.in_comment:
        return []
    composing = _base_begins(folder, typed)
    if composing is not None:
        return bases(folder, path, composing, typed)
    value = _VALUE.match(typed.before)
    if value is not None:
        return _values(folder, path, typed, value.start("word"))
    key = _KEY.match(typed.before)
    if key is None:
        return []
    start = key.start("word")
    section = section_at(typed.above, typed.number, start, "-" in key["space"])
    resolved = resolved_around(folder, path, typed, start)
    return keys(folder, path, section, resolved, typed, start) if resolved is not None else []


def _values(folder: ConfigFolder, path: str, typed: TypedLine, start: int) -> list[Offer]:
    above = key_line(typed.above, typed.number)
    if above is None:
        return []
    resolved = resolved_around(folder, path, typed, start)
    return values(folder, path, above.path, resolved, typed, start)


def _base_begins(folder: ConfigFolder, typed: TypedLine) -> int | None:
    """The column at which the name of an extended file begins; None for anything else."""
    value, item = _VALUE.match(typed.before), _ITEM.match(typed.before)
    key: KeyPath = ()
    word, start = "", 0
    if value is not None:
        above = key_line(typed.above, typed.number)
        key = above.path if above is not None else ()
        word, start = value["word"], value.start("word")
    elif item is not None:
        key = section_at(typed.above, typed.number, len(item["space"]), in_item=True)[:-1]
        word, start = item["word"], item.start("word")
    if len(key) != 1 or key[0] not in folder.dialect.keys:
        return None
    flow = _FLOW.match(word)
    start += flow.end() if flow is not None else 0
    return start + (typed.before[start : start + 1] in ("'", '"'))
