"""The independent reader: plain PyYAML and a deep merge, written for the tests and sharing no code.

It says what the trainer would see, and what comments a text holds.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

Files = Mapping[str, bytes]


def load(content: bytes) -> Any:
    """One file as the trainer's loader sees it: libyaml, or what only the pure parser accepts."""
    text = content.decode("utf-8-sig")
    try:
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return yaml.load(text, Loader=yaml.SafeLoader)


def resolve(files: Files, path: str) -> dict[Any, Any]:
    """A config with all it extends: bases in list order, each with its own bases first."""
    own = dict(load(files[path]) or {})
    named = own.pop("extends", None)
    names = [named] if isinstance(named, str) else list(named or ())
    merged: dict[Any, Any] = {}
    for name in names:
        base = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        merged = merge(merged, resolve(files, base))
    return merge(merged, own)


def merge(base: dict[Any, Any], over: dict[Any, Any]) -> dict[Any, Any]:
    """Mapping onto mapping merges, anything else replaces."""
    out = dict(base)
    for key, value in over.items():
        if key in out and isinstance(out[key], dict) and isinstance(value, dict):
            out[key] = merge(out[key], value)
        else:
            out[key] = value
    return out


def spelled(value: Any, ordered: bool = False) -> Any:
    """A value with its types written out, so that `==` is strict; mappings sorted unless `ordered`.

    1, 1.0, True and "1" come out different, -0.0 is not 0.0, NaN is NaN.
    """
    if isinstance(value, dict):
        pairs = [(spelled(key), spelled(item, ordered)) for key, item in value.items()]
        return ("dict", pairs if ordered else sorted(pairs, key=repr))
    if isinstance(value, (list, tuple)):
        return (type(value).__name__, [spelled(item, ordered) for item in value])
    if isinstance(value, float):
        text = "nan" if math.isnan(value) else repr(value)
        return ("float", text)
    return (type(value).__name__, repr(value))


def without(value: dict[Any, Any], keys: Iterable[str]) -> dict[Any, Any]:
    """A resolved config with some dotted keys taken out."""
    out = value
    for key in keys:
        out = _without(out, key.split("."))
    return out


def _without(value: dict[Any, Any], path: list[str]) -> dict[Any, Any]:
    head, *rest = path
    if head not in value:
        return value
    if not rest:
        return {key: item for key, item in value.items() if key != head}
    inner = value[head]
    return {**value, head: _without(inner, rest)} if isinstance(inner, dict) else value


def comments(content: bytes) -> Iterator[tuple[int, str]]:
    """Every comment of a text as (line from 1, text from its `#`), by PyYAML's own tokens."""
    text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    position = 0
    for token in _tokens(text):
        start, end = token.start_mark.index, token.end_mark.index
        if start > position:
            yield from _found(text, position, start)
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            header = text.find("\n", start, end)
            yield from _found(text, start, header if header >= 0 else end)
        position = max(position, end)
    yield from _found(text, position, len(text))


def _tokens(text: str) -> list[Any]:
    try:
        return list(yaml.scan(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        return list(yaml.scan(text, Loader=yaml.SafeLoader))


def _found(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    while (at := text.find("#", start, end)) >= 0:
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        yield text.count("\n", 0, at) + 1, text[at:stop].rstrip()
        start = stop
