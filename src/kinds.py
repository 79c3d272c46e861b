"""What a value may be: the kinds in which arguments and our own sections are written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from migrate.resolve import shown

Spec = str | dict[str, Any]
"""How a table spells a kind: `"float|null"`, or `{"one_of": ["left", "right", null]}`."""


def is_int(value: Any) -> bool:
    """Whether a value is an int; a bool is none."""
    return type(value) is int


def is_float(value: Any) -> bool:
    """Whether a value can stand where a float is expected: an int is fine."""
    return type(value) in (int, float)


def is_str(value: Any) -> bool:
    """Whether a value is text."""
    return isinstance(value, str)


def _each(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(test, value))


TESTS: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "bool": lambda value: isinstance(value, bool),
    "int": is_int,
    "float": is_float,
    "str": is_str,
    "dict": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
    "list[int]": _each(is_int),
    "list[float]": _each(is_float),
    "list[str]": _each(is_str),
    "fraction": lambda value: is_float(value) and 0 <= value <= 1,
    "positive": lambda value: is_int(value) and value > 0,
    "range": lambda value: _each(is_float)(value) and len(value) == 2 and value[0] <= value[1],
}

_NOUNS = {
    "bool": "true or false",
    "int": "an integer",
    "float": "a number",
    "str": "text",
    "dict": "a mapping",
    "list": "a list",
    "list[int]": "a list of integers",
    "list[float]": "a list of numbers",
    "list[str]": "a list of texts",
    "fraction": "a number from 0 to 1",
    "positive": "an integer above 0",
    "range": "two numbers, the smaller first",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """Alternatives, any of which a value may be; `one_of` are single values."""

    names: tuple[str, ...] = ()
    one_of: tuple[Any, ...] = ()

    @classmethod
    def read(cls, spec: Spec) -> Kind:
        """Read how a table spells it. Raises KeyError for a word that is no kind."""
        if isinstance(spec, str):
            return _read_names(spec)
        return cls(one_of=tuple(spec["one_of"]))

    def accepts(self, value: Any) -> bool:
        """Whether a value is of this kind. Nothing is coerced, but an int may be a float."""
        if any(value == known and type(value) is type(known) for known in self.one_of):
            return True
        return any(TESTS[name](value) for name in self.names)

    def spelled(self) -> str:
        """The kind in words: `a number or null`."""
        words = [_NOUNS[name] for name in self.names if name != "null"]
        values = [value for value in self.one_of if value is not None]
        words += (
            [f"one of {', '.join(map(shown, values[:8]))}{', ...' if len(values) > 8 else ''}"]
            if values
            else []
        )
        nullable = "null" in self.names or None in self.one_of
        return " or ".join([*words, "null"] if nullable else words)

    def words(self) -> Sequence[str]:
        """The texts among `one_of`, to find the nearest one."""
        return [value for value in self.one_of if isinstance(value, str)]


@lru_cache(maxsize=256)
def _read_names(spec: str) -> Kind:
    names = tuple(spec.split("|"))
    for name in names:
        TESTS[name]
    return Kind(names)
