"""Lines and characters as the protocol counts them (LSP 3.17, "Text Documents", "Position")."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.lsp.lines import UNITS, Lines

CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
"""The codec of each encoding, and the bytes of one of its units."""
TEXT = st.text(st.sampled_from("a:\t 键é😀𝒳\u0301\u2028\x0b\x85\n\r"), max_size=40)


def counted(text: str, encoding: str) -> tuple[int, int]:
    """Where a text ends, by Python's own codecs and the rule's three line ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    codec, width = CODECS[encoding]
    return len(lines) - 1, len(lines[-1].encode(codec)) // width


@pytest.mark.parametrize("encoding", UNITS)
@given(text=TEXT, more=TEXT)
def test_a_position_is_what_the_codecs_count(encoding: str, text: str, more: str) -> None:
    if text.endswith("\r") and more.startswith("\n"):
        more = more.lstrip("\n")  # within a line end there is no position of its own
    lines = Lines(text + more, encoding)
    assert lines.position(len(text)) == counted(text, encoding)
    assert lines.offset(*lines.position(len(text))) == len(text)


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 9), ("utf-16", 7), ("utf-32", 6)])
def test_the_end_of_a_value_beyond_the_basic_plane(encoding: str, character: int) -> None:
    # The protocol's own example, `a𐐀b`, with a key before it: 𐐀 has 4, 2 and 1 units.
    lines = Lines("x: 1\r\nk: a𐐀b\r\n", encoding)
    end = len("x: 1\r\nk: a𐐀b")
    assert lines.position(end) == (1, character)
    assert lines.offset(1, character) == end


def test_a_position_within_a_character_or_beyond_a_line_is_the_nearest_before_it() -> None:
    lines = Lines("a😀b\n\tc", "utf-16")
    assert [lines.offset(0, n) for n in (0, 1, 2, 3, 4, 99)] == [0, 1, 1, 2, 3, 3]
    assert lines.offset(1, 1) == len("a😀b\n\t")
    assert lines.offset(7, 0) == lines.offset(1, 99) == len("a😀b\n\tc")
    assert lines.offset(-1, 5) == 0


def test_no_other_sign_ends_a_line() -> None:
    text = "a\u2028b\x0bc\x0cd\x85e\x1cf"
    assert Lines(text).number == 1
    assert Lines(text).position(len(text)) == (0, len(text))
