"""What a person writes as KEY=VALUE, and whether the loader reads it as what stood there."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from migrate.errors import InputError, MigrateError
from migrate.locations import Index, KeyPath, Place, dotted, parse_dotted
from migrate.parity.format import value_text
from migrate.workspace.view import View
from migrate.yaml_text import LOADERS, Loader, load
from migrate.yaml_text.spelling import spell
from migrate.yaml_text.value_text import ValueText, given_value

_KEY = re.compile(r"""((?:"(?:[^"\\]|\\.)*"|[^"=])+)=(.*)\Z""", re.DOTALL)


class Assignment(NamedTuple):
    """One KEY=VALUE: the key as it was spelled, the value as text and as the loader reads it."""

    given: str
    key: str
    text: ValueText
    value: Any

    @property
    def word(self) -> str:
        """How a shell is given it."""
        if "\n" not in self.given:
            return shlex.quote(self.given)
        escaped = self.given.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
        return f"$'{escaped}'"


def is_assignment(given: str, root: str = ".") -> bool:
    """Whether an argument is KEY=VALUE, and no file of that name is there."""
    match = _KEY.match(given)
    if match is None or any(map(os.path.lexists, (given, os.path.join(root, given)))):
        return False
    try:
        return bool(parse_dotted(match.group(1)))
    except ValueError:
        return False


def read_assignment(view: View, given: str) -> Assignment:
    """Raises InputError for a value that is no YAML, or that cannot stand behind a key."""
    match = _KEY.match(given)
    if match is None:
        raise InputError(f"{given} is no KEY=VALUE", None, "write training.learning_rate=1.0e-6")
    key, text = match.groups()
    try:
        given.encode()
    except UnicodeError:
        raise InputError(f"{given} is not UTF-8", None, "write it in UTF-8") from None
    loader = LOADERS[view.dialect.loader]
    try:
        value = given_value(text, loader, view.limits)
        return Assignment(given, key, value, value.value(loader, view.limits))
    except MigrateError as error:
        what = f"the value of {key} cannot be used: {error.what}"
        hint = "write it as it would stand in the file; quote it for the shell"
        raise InputError(what, None, hint) from None


# The type of a value.


_NOUNS: dict[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a float",
    str: "text",
    list: "a list",
    dict: "a mapping",
}


def type_name(value: Any) -> str:
    """What people call the type of a value."""
    return _NOUNS.get(type(value), f"a {type(value).__name__}")


class TypeChange(NamedTuple):
    """A value, or one inside of it, that the loader reads as another type than the old one."""

    path: KeyPath
    old: Any
    new: Any


def type_changes(old: Any, new: Any, path: KeyPath = ()) -> Iterator[TypeChange]:
    """Where a value is of another type; a null says nothing about what comes in its place.

    Of a list whose items are all of one type, a new item of another type counts.
    """
    if old is None:
        return
    if type(old) is not type(new):
        yield TypeChange(path, old, new)
    elif isinstance(old, dict):
        for key in old.keys() & new.keys():
            yield from type_changes(old[key], new[key], (*path, key))
    elif isinstance(old, list) and len({type(item) for item in old}) == 1:
        for number, item in enumerate(new):
            if type(item) is not type(old[0]):
                yield TypeChange((*path, Index(number)), old[0], item)


def spelled_as(old: Any, new: Any, text: str, loader: Loader) -> str | None:
    """How to spell a value so that it is of the old one's type; None if it has no such spelling."""
    for candidate in _candidates(old, new, text):
        try:
            value = load(candidate, "VALUE", loader)
        except InputError:
            continue
        if type(value) is type(old):
            return candidate
    return None


_EXPONENT = re.compile(r"([-+]?\d[\d_]*)(\.\d*)?[eE]([-+]?)(\d+)\Z")


def _candidates(old: Any, new: Any, text: str) -> Sequence[str]:
    if isinstance(old, str):
        return [f'"{text}"'] if text and '"' not in text and "\\" not in text else []
    if isinstance(old, bool):
        words = {"0": "false", "1": "true", "0.0": "false", "1.0": "true"}
        return [words[text]] if text in words else [text.strip("\"'").lower()]
    bare = text.strip("\"'")
    found = _EXPONENT.match(bare)
    exponent = []
    if found is not None:
        whole, part, sign, digits = found.groups()
        exponent = [f"{whole}{part if part and part != '.' else '.0'}e{sign or '+'}{digits}"]
    if isinstance(old, float):
        return [bare, *exponent, f"{bare}.0"]
    if isinstance(old, int):
        return [bare, *_whole(bare)]
    return []


def _whole(text: str) -> list[str]:
    try:
        number = float(text)
    except ValueError:
        return []
    return [str(int(number))] if number.is_integer() and abs(number) < 1e15 else []


def type_letter(
    assignment: Assignment, place: Place | str, change: TypeChange, loader: Loader
) -> InputError:
    """The letter about a value of another type, with the spelling that keeps the type."""
    key = f"{assignment.key}{dotted(change.path) if change.path else ''}"
    new = f"{value_text(change.new)} ({type_name(change.new)})"
    what = f"{key} is {type_name(change.old)}, {value_text(change.old)}, and the loader reads {new}"
    text = assignment.text.text if not change.path else _text_of(change.new)
    kept = spelled_as(change.old, change.new, text, loader)
    hint = f"write {kept}; or " if kept is not None else ""
    return InputError(what, place, f"{hint}--type-change sets it all the same")


def _text_of(value: Any) -> str:
    return spell(value) if isinstance(value, str) else str(value)
