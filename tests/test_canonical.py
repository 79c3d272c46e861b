"""Canonical JSON says everything, the same way every time, and can be read back."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.canonical import canonical, plain, restore
from migrate.errors import InputError
from migrate.yaml_text import Opaque, load, same

ZONES = st.sampled_from(
    [None, datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=-5, minutes=-30))]
)
TEXTS = st.text(max_size=6) | st.sampled_from(
    ["<int>3", "<str>", "<tag>", "value", "<float>", "<", "<<", "<null>", "<str><int>3", "\ud83d"]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([-0.0, 1.0, 1e16, 2**63])
SCALARS = (
    st.none()
    | st.booleans()
    | NUMBERS
    | TEXTS
    | st.binary(max_size=4)
    | st.dates()
    | st.datetimes(timezones=ZONES)
)
KEYS = SCALARS.filter(lambda key: repr(key) != "nan")  # two not-a-numbers are refused, see below
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.builds(Opaque, st.sampled_from(["!Name", "!<tag>"]), inner)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_reads_back_type_by_type(value: Any) -> None:
    assert same(restore(json.loads(canonical(value))), value)


@given(VALUES, VALUES)
def test_two_values_share_a_text_only_if_they_are_the_same(left: Any, right: Any) -> None:
    assert (canonical(left) == canonical(right)) == same(left, right)


@given(VALUES)
def test_the_text_is_utf_8_with_one_final_newline(value: Any) -> None:
    text = canonical(value)
    assert text.encode("utf-8").endswith(b"\n")
    assert not text.endswith("\n\n")


def test_mapping_order_does_not_show() -> None:
    assert (
        canonical({"b": 1, "a": 2}) == canonical({"a": 2, "b": 1}) == '{\n  "a": 2,\n  "b": 1\n}\n'
    )


def test_non_ascii_is_kept() -> None:
    assert canonical({"提示": "描述图片 😀"}) == '{\n  "提示": "描述图片 😀"\n}\n'


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ({3: "x"}, {"<int>3": "x"}),
        ({"3": "x"}, {"3": "x"}),
        ({True: 1, None: 2, 0.5: 3}, {"<bool>true": 1, "<null>": 2, "<float>0.5": 3}),
        ({"<int>3": 1}, {"<str><int>3": 1}),
        ({"<float>": "nan"}, {"<str><float>": "nan"}),
        (float("nan"), {"<float>": "nan"}),
        (float("-inf"), {"<float>": "-inf"}),
        (datetime.date(2026, 1, 12), {"<date>": "2026-01-12"}),
        (datetime.datetime(2026, 1, 12, 8), {"<datetime>": "2026-01-12T08:00:00"}),
        (b"abc", {"<bytes>": "YWJj"}),
        ({b"": "YWJj"}, {"<bytes>-": "YWJj"}),
        (Opaque("!Name", [1]), {"<tag>": "!Name", "value": [1]}),
        ({"<tag>": "!Name", "value": [1]}, {"<str><tag>": "!Name", "value": [1]}),
    ],
)
def test_what_json_lacks_is_spelled(value: Any, spelled: Any) -> None:
    assert plain(value) == spelled
    assert same(restore(spelled), value)


def test_two_keys_with_one_spelling_are_refused() -> None:
    with pytest.raises(InputError, match="both spelled <float>nan"):
        canonical({float("nan"): 1, float("nan"): 2})


def test_numbers_too_long_to_print_in_decimal_are_kept() -> None:
    for number in (16**5000, -(16**5000), 16**2500):
        assert restore(json.loads(canonical({number: number}))) == {number: number}


def test_a_structure_of_another_maker_is_refused() -> None:
    with pytest.raises(ValueError, match="not a canonical key"):
        restore({"<complex>1j": 1})


def test_everything_the_loader_makes_can_be_written() -> None:
    text = "a: !!binary aGk=\nb: 2026-01-12\nc: 2026-01-12T08:00:00+08:00\n"
    text += "? 2026-01-12\n: .inf\n1: ~\n"
    value = load(text, "a.yaml")
    assert same(restore(json.loads(canonical(value))), value)
