"""Check a mapping against a schema of ours: unknown keys, kinds, required keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from migrate.errors import nearest
from migrate.locations import KeyPath, dotted
from migrate.resolve import shown
from src.kinds import Kind
from src.sections import Schema
from src.validation.findings import Config, Finding


def check_mapping(config: Config, path: KeyPath, value: Any, schema: Schema) -> Iterator[Finding]:
    """What is wrong with the mapping at `path`, deep down."""
    if not isinstance(value, dict):
        yield config.finding(
            path, f"{dotted(path)} is {shown(value)}, not a mapping", "write `key: value` below it"
        )
        return
    for key, item in value.items():
        known = schema.get(key)
        here = (*path, key)
        if known is None:
            yield unknown(config, here, schema)
        elif isinstance(known, Mapping) and "one_of" not in known:
            yield from check_mapping(config, here, item, known)
        else:
            yield from check_kind(config, here, item, Kind.read(known))


def unknown(config: Config, path: KeyPath, known: Iterable[Any]) -> Finding:
    """The finding for a key that nobody reads."""
    names = sorted(str(name) for name in known)
    hint = nearest(str(path[-1]), names) or f"known: {', '.join(names)}"
    return config.finding(path, f"{dotted(path)} is not known", hint)


def check_kind(config: Config, path: KeyPath, value: Any, kind: Kind) -> Iterator[Finding]:
    """A finding where the value is not of the kind."""
    if not kind.accepts(value):
        what = f"{dotted(path)} is {shown(value)}, but must be {kind.spelled()}"
        yield config.finding(path, what, kind_hint(value, kind))


def kind_hint(value: Any, kind: Kind) -> str:
    """What to write instead."""
    if value is None:
        return "give it a value, or delete the key"
    if not isinstance(value, str):
        return "quote it" if "str" in kind.names else ""
    if is_number(value) and {"float", "int", "fraction", "positive"} & set(kind.names):
        if "e" in value.lower() and "float" in kind.names:
            return f"YAML 1.1 reads {value} as text; write {float(value):.1e}".replace(
                "e-0", "e-"
            ).replace("e+0", "e+")
        return f"write {value} without quotes"
    return nearest(value, kind.words())


def is_number(text: str) -> bool:
    """Whether a text spells a number, as `1e-4` does."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def required(config: Config, path: KeyPath, why: str) -> Iterator[Finding]:
    """A finding where the key is missing, or null."""
    section = config.get(*path[:-1])
    if not isinstance(section, dict) or path[-1] not in section:
        yield config.finding(path, f"{dotted(path)} is missing", why)
    elif section[path[-1]] is None:
        yield config.finding(path, f"{dotted(path)} is null", why)
