"""The lines that a step wrote are found again in a text that others edited, or nothing is done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.rollout.own_lines import Clash, packed, taken_back, unpacked, written_lines

Lines = list[str]

words = st.sampled_from(["a", "b", "c", "", "p.yaml", "q.yaml"])
texts = st.lists(words, max_size=8)


def joined(lines: Lines) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


@given(texts, texts)
def test_what_nobody_touched_comes_back_byte_for_byte(old: Lines, new: Lines) -> None:
    before, after = joined(old), joined(new)
    assert taken_back(written_lines(before, after), after) == before


@given(st.lists(st.integers(0, 5), max_size=6, unique=True), st.data())
def test_lines_of_others_stay_where_they_are(rewritten: list[int], data: st.DataObject) -> None:
    before = [f"line {number}" for number in range(6)]
    after = [f"new {n}" if n in rewritten else line for n, line in enumerate(before)]
    added = data.draw(st.lists(st.integers(0, 6), max_size=4))
    now, wanted = list(after), list(before)
    for number, place in enumerate(sorted(added, reverse=True)):
        now.insert(place, f"added {number}")
        wanted.insert(place, f"added {number}")
    back = taken_back(written_lines(joined(before), joined(after)), joined(now))
    inside = any(place in rewritten and place - 1 in rewritten for place in added)
    if inside:  # between two lines that the step wrote: whose they are nobody knows
        assert isinstance(back, Clash)
    else:
        assert back == joined(wanted)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_can_be_recorded(before: bytes, after: bytes) -> None:
    written = written_lines(before, after)
    assert unpacked(packed(written)) == written.digests
    assert taken_back(written, after) == before


@pytest.mark.parametrize(
    ("before", "after", "now", "back"),
    [
        ("x\np\n", "x\nq\n", "x\np\nmore\n", "x\np\nmore\n"),
        ("x\np\n", "x\nq\n", "q\n", "p\n"),
        ("p", "q", "q\nmore\n", "p\nmore\n"),
        ("x\np\ny\n", "x\nq\ny\n", "x\r\nq\r\ny\r\n", "x\r\np\r\ny\r\n"),
        ("[\na\nb\n]\n", "[\nb\n]\n", "# c\n[\nb\n]\n", "# c\n[\na\nb\n]\n"),
        ("[\na\nb\n]\n", "[\nb\n]\n", "[\n]\n", "[\na\n]\n"),
    ],
    ids=["taken back by hand", "a line went", "no final newline", "crlf", "dropped", "beside"],
)
def test_edits_beside_the_lines_are_kept(before: str, after: str, now: str, back: str) -> None:
    assert taken_back(written_lines(before.encode(), after.encode()), now.encode()) == back.encode()


@pytest.mark.parametrize(
    ("before", "after", "now", "line"),
    [
        ("x\np\n", "x\nq\n", "x\nq --fast\n", 2),
        ("x\np\n", "x\nq\n", "x\n", 2),
        ("x\np\n", "x\nq\n", "x\nq\nq\n", 2),
        ("[\na\nb\n]\n", "[\nb\n]\n", "[\nc\nb\n]\n", 2),
        ("x\np\n", "x\nq\n", "", 1),
    ],
    ids=["edited", "removed", "doubled", "another in its place", "emptied"],
)
def test_edits_of_the_lines_are_refused(before: str, after: str, now: str, line: int) -> None:
    clash = taken_back(written_lines(before.encode(), after.encode()), now.encode())
    assert isinstance(clash, Clash)
    assert clash.lines[0] + 1 == line


@pytest.mark.parametrize("text", ["!", "AAA", "AAAA", "é"])
def test_digests_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever says that it is none
        unpacked(text)


def test_a_hundred_thousand_equal_lines_take_no_longer_than_others() -> None:
    many = "same\n" * 100_000
    before, after = f"a\n{many}b\n".encode(), f"c\n{many}d\n".encode()
    written = written_lines(before, after)
    assert taken_back(written, after) == before
    assert isinstance(taken_back(written, after.replace(b"c\nsame", b"c\nmine\nsame")), Clash)
