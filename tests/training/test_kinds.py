"""A kind accepts exactly what the trainer would: nothing is coerced but an int to a float."""

from __future__ import annotations

from typing import Any

import pytest

from src.kinds import TESTS, Kind, Spec


@pytest.mark.parametrize(
    ("spec", "good", "bad"),
    [
        ("int", [0, -3], [1.0, True, "1", None]),
        ("float", [0.5, 2], [True, "1e-4", None]),
        ("bool", [True, False], [0, 1, "true", None]),
        ("str|null", ["", None], [0, []]),
        ("dict", [{}, {"a": 1}], [[], "{}"]),
        ("list[int]", [[], [1]], [[1.0], [True], "1", None]),
        ("list[float]", [[1, 0.5]], [["1"], 1.0]),
        ("list[str]", [["a"]], ["a", ["a", 1]]),
        ("fraction", [0, 1, 0.5], [-0.1, 1.1, True]),
        ("positive", [1], [0, -1, 1.0, True]),
        ("range", [[1, 2], [0.5, 0.5]], [[2, 1], [1], [1, 2, 3], "12"]),
        ({"one_of": ["left", 4, None]}, ["left", 4, None], ["Left", 4.0, "4", True]),
        ({"one_of": [1, 2]}, [1, 2], [True, 1.0, None]),
    ],
)
def test_kind_accepts_exactly_its_values(spec: Spec, good: list[Any], bad: list[Any]) -> None:
    kind = Kind.read(spec)
    assert [value for value in good if not kind.accepts(value)] == []
    assert [value for value in bad if kind.accepts(value)] == []


@pytest.mark.parametrize("name", TESTS)
def test_every_kind_can_be_said_in_words(name: str) -> None:
    assert Kind.read(name).spelled()


def test_a_word_that_is_no_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        Kind.read("integer")


def test_kinds_in_words() -> None:
    assert Kind.read("float|null").spelled() == "a number or null"
    assert Kind.read({"one_of": ["a", None]}).spelled() == "one of 'a' or null"
