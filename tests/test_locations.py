"""Key paths can be read back, and nothing dangerous is shown."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.locations import Index, dotted, join, outside, parse_dotted, printable, relative

KEYS = st.one_of(
    st.text(min_size=1),
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False),
    st.dates(),
    st.integers(min_value=0, max_value=99).map(Index),
)


@given(st.lists(KEYS, min_size=1, max_size=5))
def test_a_key_path_reads_back_as_it_was(parts: list[object]) -> None:
    path = tuple(parts)
    back = parse_dotted(dotted(path))
    assert back == path
    assert [type(part) for part in back] == [type(part) for part in path]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("custom", "augmentation", "ops", Index(3)), "custom.augmentation.ops[3]"),
        (("a.b", "c"), '"a.b".c'),
        ((3, "x"), "<int>3.x"),
        ((True,), "<bool>true"),
        ((datetime.date(2026, 1, 12),), "<date>2026-01-12"),
        (("提示词", "user"), "提示词.user"),
        ((), "(root)"),
    ],
)
def test_key_paths_are_spelled_for_people(path: tuple[object, ...], text: str) -> None:
    assert dotted(path) == text


@given(st.text())
def test_nothing_shown_can_move_the_cursor(text: str) -> None:
    shown = printable(text)
    assert all(char.isprintable() or ord(char) > 0x9F for char in shown)
    assert not set(shown) & set("\n\t\r")
    assert "\x1b" not in shown


def test_relative_paths_lead_back() -> None:
    assert relative("configs/base.yaml", "configs/train/sft/a.yaml") == "../../base.yaml"
    assert join("configs/train/sft/a.yaml", "../../base.yaml") == "configs/base.yaml"
    assert outside(join("configs/a.yaml", "../../b.yaml"))
    assert not outside(join("configs/a.yaml", "../b.yaml"))
