"""Raw data to a struct; when it refuses, every fault at once, each with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from sys import intern
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from migrate.errors import InputError, MigrateError, nearest
from migrate.limits import FAULTS_TOLD
from migrate.locations import Index, KeyPath, dotted
from migrate.plan.schema import KINDS, schema
from migrate.plan.source import PlanSource
from migrate.yaml_text import same

T = TypeVar("T", bound=msgspec.Struct)
Error = Any
"""A `jsonschema.ValidationError`; its own types say `Unset` where there is always a value."""

VERSION = 1

_SURROGATE = re.compile("[\ud800-\udfff]")

_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


class _Fault(NamedTuple):
    """What is wrong, where; `cut` is what to take out so that the rest can be read."""

    at: KeyPath
    what: str
    hint: str
    cut: KeyPath


@dataclass(frozen=True, slots=True)
class ReadableFile(Generic[T]):
    """What could be read of a file: as a struct, and as the data it was made from."""

    source: PlanSource
    value: T
    raw: dict[str, Any]


def sound(source: PlanSource, kind: type[T], faults: list[MigrateError]) -> ReadableFile[T] | None:
    """The file as a struct, without its faulty parts; each of those is added to `faults`.

    What is left can be checked further, so that nobody mends a plan one message at a time.
    None where nothing is left.
    """
    found: list[_Fault] = []
    raw = _texts_as_keys(source.raw, (), found)
    found.extend(_version(raw))
    fatal = [fault for fault in found if not fault.cut]
    if not fatal:
        found.extend(_faults(raw, kind))
    if not found:
        source.raw = raw  # the same data, in which equal texts are one
    told = (fatal or found)[:FAULTS_TOLD]
    faults.extend(InputError(one.what, source.place(one.at), one.hint) for one in told)
    if len(found) > FAULTS_TOLD:
        place = source.place(found[FAULTS_TOLD].at)
        what = f"and {len(found) - FAULTS_TOLD} more faults in this file"
        faults.append(InputError(what, place, "correct the first ones, then run again"))
        return None
    return None if fatal else _rest(source, raw, kind)


def _version(raw: dict[str, Any]) -> Iterator[_Fault]:
    if "version" not in raw:
        yield _Fault((), "has no `version`", f"begin with `version: {VERSION}`", ("version",))
        raw["version"] = VERSION
    elif not same(raw["version"], VERSION):
        what = f"`version` is {_said(raw['version'])}, which this migrate does not know"
        hint = f"it reads version {VERSION}; a newer migrate may read this file"
        yield _Fault(("version",), what, hint, ())


def _texts_as_keys(raw: Any, path: KeyPath, found: list[_Fault]) -> Any:
    """A copy in which every key is a text, but for the values of overrides, which are any data."""
    if isinstance(raw, str):
        return _whole_text(raw, path, found)
    if isinstance(raw, list):
        return [_texts_as_keys(item, (*path, Index(i)), found) for i, item in enumerate(raw)]
    if not isinstance(raw, dict) or (path[2:3] == ("override",) and path[4:] == ("value",)):
        return raw
    copy = {}
    for key, value in raw.items():
        at = (*path, key)
        if isinstance(key, str):
            copy[_whole_text(key, at, found)] = _texts_as_keys(value, at, found)
        else:
            what = f"the key {_said(key)} is not text"
            found.append(_Fault(at, what, "put it in quotes", at))
    return copy


def _whole_text(text: str, path: KeyPath, found: list[_Fault]) -> str:
    """The text, once for all who say it; halves of a surrogate pair, which no file can hold, are
    told and replaced."""
    if text.isascii():
        return intern(text)
    if _SURROGATE.search(text):
        what = f"`{dotted(path)}` holds a lone surrogate (\\ud800 to \\udfff), not a character"
        found.append(_Fault(path, what, "write the character itself", path))
    return _SURROGATE.sub("\ufffd", text)


def _faults(raw: Any, kind: type[msgspec.Struct]) -> list[_Fault]:
    try:
        msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        found = list(islice(_collect(raw, kind), FAULTS_TOLD + 1))
        return found or [_Fault((), str(error), "see `migrate schema`", ())]
    return []


def _rest(source: PlanSource, raw: Any, kind: type[T]) -> ReadableFile[T] | None:
    """Cut out what is faulty until the rest can be read. Nothing of this is reported: what is
    wrong now is wrong because something was cut out."""
    while True:
        faults = _faults(raw, kind)
        if not faults:
            return ReadableFile(source, msgspec.convert(raw, kind), raw)
        if any(not fault.cut for fault in faults):
            return None
        _cut_out(source, raw, {fault.cut for fault in faults})


def _cut_out(source: PlanSource, raw: Any, paths: set[KeyPath]) -> None:
    # Longest first and from the end, so that list positions stay true.
    for path in sorted(paths, key=lambda path: [(isinstance(p, str), p) for p in path])[::-1]:
        holder = raw
        for part in path[:-1]:
            holder = holder[part]
        del holder[path[-1]]
    source.cut.update([source.original(path) for path in paths])


def _collect(raw: Any, kind: type[msgspec.Struct]) -> Iterator[_Fault]:
    from jsonschema import Draft202012Validator, validators

    name = next(name for name, struct in KINDS.items() if struct is kind)
    checker = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    strict: Any = validators.extend(Draft202012Validator, type_checker=checker)  # type: ignore[no-untyped-call]
    done: set[_Fault] = set()
    for error in strict(schema(name)).iter_errors(raw):
        for fault in _explain(error, schema(name)["$defs"]):
            if fault not in done:
                done.add(fault)
                yield fault


def _is_integer(_: Any, value: Any) -> bool:
    return type(value) is int


def _explain(error: Error, defs: dict[str, Any]) -> Iterator[_Fault]:
    path = tuple(Index(part) if isinstance(part, int) else part for part in error.absolute_path)
    if error.validator == "anyOf":
        branch = _meant(error)
        if branch:
            for inner in branch:
                yield from _explain(inner, defs)
            return
    explain = _EXPLAIN.get(str(error.validator), _wrong)
    yield from explain(error, path, defs)


def _meant(error: Error) -> list[Error]:
    """The errors of the alternative that the author meant: the one whose outer type is right."""
    branches: dict[Any, list[Error]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    for inner_errors in branches.values():
        if not any(e.validator in {"type", "enum"} and not e.path for e in inner_errors):
            return inner_errors
    return []


def _unknown(error: Error, path: KeyPath, _: dict[str, Any]) -> Iterator[_Fault]:
    known = error.schema["properties"]
    for key in error.instance:
        if key not in known:
            hint = nearest(key, known) or "the fields here are " + ", ".join(sorted(known))
            yield _Fault((*path, key), f"unknown field `{key}`", hint, (*path, key))


def _missing(error: Error, path: KeyPath, _: dict[str, Any]) -> Iterator[_Fault]:
    for key in error.validator_value:
        if key not in error.instance:
            where = f"`{dotted(path)}`" if path else "the file"
            yield _Fault(path, f"{where} has no `{key}`", f"add `{key}:`", path)


def _wrong(error: Error, path: KeyPath, defs: dict[str, Any]) -> Iterator[_Fault]:
    what = f"`{dotted(path)}` is {_said(error.instance)}"
    hint = f"write {_wanted(error.schema, defs)}"
    yield _Fault(path, what, hint + (", or remove it" if error.instance is None else ""), path)


_EXPLAIN: dict[str, Callable[[Error, KeyPath, dict[str, Any]], Iterator[_Fault]]] = {
    "additionalProperties": _unknown,
    "required": _missing,
}


def _wanted(spec: Any, defs: dict[str, Any]) -> str:
    if "$ref" in spec:
        return _wanted(defs[spec["$ref"].rpartition("/")[2]], defs)
    if "anyOf" in spec:
        return " or ".join(_wanted(choice, defs) for choice in spec["anyOf"])
    if "enum" in spec:
        return " or ".join(_said(choice) for choice in spec["enum"])
    word = _WORDS[spec["type"]]
    if "pattern" in spec or "minLength" in spec:
        return f"{word} that is not empty"
    return f"{word} of {spec['minimum']} or more" if "minimum" in spec else word


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = f"the {type(value).__name__} {value}"
    return text if len(text) <= 60 else text[:57] + "..."
