"""Canonical JSON of a resolved config, byte-identical from run to run, and the way back.

What JSON lacks is spelled so that nothing collapses (docs/json.md): keys that are no texts
as `"<int>3"`, values as mappings with one key such as `{"<date>": "2026-01-12"}`. A text key that
looks like such a spelling gets `<str>` in front.
"""

from __future__ import annotations

import base64
import datetime
import json
import math
import re
from collections.abc import Callable
from typing import Any

from migrate.errors import InputError
from migrate.yaml_text import Opaque


class _Absent:
    """What a side has where it has nothing: neither null nor empty. JSON leaves such a side out."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __reduce__(self) -> str:
        return "ABSENT"  # one of a kind, in a worker process too


ABSENT = _Absent()

_SPELLED = re.compile(r"<[a-z]+>")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONG_BITS = 8192
"""Larger numbers are spelled in hexadecimal: Python refuses to print some 4,300 decimal digits."""


def canonical(value: Any) -> str:
    """A resolved value as JSON: 2 spaces, sorted keys, non-ASCII kept, one final newline.

    Raises InputError for two keys that have one spelling (not-a-numbers).
    """
    return indented(plain(value))


class RenderedPart(str):
    """A part of a structure that `indented` wrote before: it is moved to where it stands now."""

    __slots__ = ()


def ready(value: Any) -> RenderedPart:
    """A resolved value as a part that is written already. Raises as `canonical`."""
    return RenderedPart(canonical(value)[:-1])


def indented(value: Any) -> str:
    """What `json.dumps` makes with an indent of 2, sorted keys and non-ASCII kept, and a line feed.

    Several times as fast: the library indents in Python, one generator for each level. Only for
    what `plain` makes: texts as keys, no not-a-numbers.
    """
    out: list[str] = []
    _indent(value, "\n", out.append)
    out.append("\n")
    return "".join(out)


def _indent(value: Any, line: str, add: Callable[[str], None]) -> None:
    if isinstance(value, RenderedPart):
        add(value.replace("\n", line))  # no text in JSON holds a line feed of its own
        return
    if isinstance(value, dict) and value:
        inner = line + "  "
        before = "{" + inner
        for key in sorted(value):
            item = value[key]
            spell = _SPELL.get(type(item))
            if spell is not None:
                add(f"{before}{_text(key)}: {spell(item)}")
            else:
                add(f"{before}{_text(key)}: ")
                _indent(item, inner, add)
            before = "," + inner
        add(line + "}")
    elif isinstance(value, list) and value:
        inner = line + "  "
        before = "[" + inner
        for item in value:
            add(before)
            _indent(item, inner, add)
            before = "," + inner
        add(line + "]")
    else:
        add(_SPELL.get(type(value), _spelled)(value))


def _spelled(value: Any) -> str:
    return _text(value) if isinstance(value, str) else json.dumps(value)


_text = json.encoder.encode_basestring

_SPELL: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: int.__repr__,
    float: float.__repr__,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}
"""What `json.dumps` makes of a scalar, without asking it what the scalar is."""


def plain(value: Any) -> Any:
    """A resolved value as what JSON has; `restore` takes it back. Raises as `canonical`."""
    kind = type(value)
    if (kind is str and value.isascii()) or kind is bool or value is None:
        return value
    if isinstance(value, dict):
        return _plain_mapping(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, Opaque):
        return {"<tag>": value.tag, "value": plain(value.value)}
    spelled = _spell(value)
    return value if spelled is None else {f"<{spelled[0]}>": spelled[1]}


def _plain_mapping(value: dict[Any, Any]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key, item in value.items():
        spelled = _key(key)
        if spelled in mapping:
            hint = "remove one of them"
            raise InputError(f"two keys of a mapping are both spelled {spelled}", hint=hint)
        mapping[spelled] = plain(item)
    return mapping


def _spell(value: Any) -> tuple[str, str] | None:
    """A scalar that JSON lacks, as its kind and a text; None for what JSON has."""
    kind = type(value)
    if kind is str:
        return ("str", _escaped(value)) if _SURROGATE.search(value) else None
    if kind is int:
        return ("int", hex(value)) if value.bit_length() > _LONG_BITS else None
    if kind is float:
        return None if math.isfinite(value) else ("float", repr(value))
    if kind in {bool, type(None)}:
        return None
    return kind.__name__, _WRITE[kind](value)


def _key(key: Any) -> str:
    if isinstance(key, str):
        if key[:1] != "<" and key.isascii():
            return key
        if _SURROGATE.search(key):
            return f"<text>{_escaped(key)}"
        return f"<str>{key}" if _SPELLED.match(key) else key
    spelled = _spell(key)
    if spelled is not None:
        # Without a text behind it, `<bytes>` would look like the spelling of a value.
        return f"<{spelled[0]}>{spelled[1] or _NOTHING}"
    return "<null>" if key is None else f"<{type(key).__name__}>{json.dumps(key)}"


def _escaped(text: str) -> str:
    """A text with half a surrogate pair, which UTF-8 cannot hold, in ASCII."""
    return text.encode("unicode_escape").decode("ascii")


def _unescaped(text: str) -> str:
    return text.encode("ascii").decode("unicode_escape")


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


_WRITE: dict[type, Callable[[Any], str]] = {
    bytes: _base64,
    datetime.date: datetime.date.isoformat,
    datetime.datetime: datetime.datetime.isoformat,
}

_READ: dict[str, Callable[[str], Any]] = {
    "<bool>": lambda text: text == "true",
    "<bytes>": base64.b64decode,
    "<date>": datetime.date.fromisoformat,
    "<datetime>": datetime.datetime.fromisoformat,
    "<float>": float,
    "<int>": lambda text: int(text, 0),
    "<null>": lambda _: None,
    "<str>": str,
    "<text>": _unescaped,
}


_NOTHING = "-"
"""Stands for no bytes at all; base64 has no such letter, and reading it skips what it has not."""


def restore(structure: Any) -> Any:
    """What `plain` made, as the value it was made from, type by type.

    Raises ValueError for a structure that `plain` does not make.
    """
    if isinstance(structure, list):
        return [restore(item) for item in structure]
    if not isinstance(structure, dict):
        return structure
    if "<tag>" in structure:
        return Opaque(structure["<tag>"], restore(structure["value"]))
    if len(structure) == 1:
        (key, text), *_ = structure.items()
        if key in _READ and isinstance(text, str) and key != "<null>":
            return _unescaped(text) if key == "<str>" else _READ[key](text)
    return {_restored_key(key): restore(item) for key, item in structure.items()}


def _restored_key(key: str) -> Any:
    match = _SPELLED.match(key)
    if match is None:
        return key
    if match.group() not in _READ:
        raise ValueError(f"not a canonical key: {key!r}")
    return _READ[match.group()](key[match.end() :])
