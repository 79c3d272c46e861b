"""What `make corpora` counts of the shape of a flattened file, on texts counted by hand."""

from __future__ import annotations

import pytest

from tools.shape import Shape, counted, shape

BASE = "a: 1\nb: 2\n\nc: 3\n"
OVER = "extends: base\n# d and e\nd: 4\ne: 5\nb: 9\n"
"""Pairs that survive: d and e, e and b. Of a and b only a does."""


@pytest.mark.parametrize(
    ("result", "kept"),
    [
        ("a: 1\n# d and e\nd: 4\ne: 5\nb: 9\n\nc: 3\n", 2),
        ("a: 1\nb: 9\n\nc: 3\n# d and e\nd: 4\ne: 5\n", 1),
        ("a: 1\nb: 9\nd: 4\n\ne: 5\nc: 3\n", 0),
        ("d: 4\n# a word between is none\ne: 5\n# and here\nb: 9\na: 1\nc: 3\n", 2),
    ],
)
def test_neighbours_are_kept_where_they_follow_one_another(result: str, kept: int) -> None:
    told = shape({"base": BASE, "over": OVER}, result, ("extends",))
    assert (told.pairs, told.pairs_kept) == (2, kept)
    assert len(told.parted) == 2 - kept


def test_a_merged_block_is_nobodys_neighbour_and_inside_it_pairs_count() -> None:
    texts = {"base": "t: {x: 1}\nu: 1\n", "over": "t:\n  y: 2\n  z: 3\nv: 1\n"}
    told = shape(texts, "t:\n  x: 1\n  y: 2\n  z: 3\nu: 1\nv: 1\n")
    assert (told.pairs, told.pairs_kept) == (1, 1)


HEADED = "# the small cards\n\nlr: 1\nwd: 2\n\nq: 3\n"


@pytest.mark.parametrize(
    ("over", "result", "stands", "true"),
    [
        ("z: 0\n", "# the small cards\nlr: 1\nwd: 2\n\nq: 3\nz: 0\n", 1, 1),
        ("lr: 0\n", "lr: 0\n# the small cards\nwd: 2\n\nq: 3\n", 1, 1),
        ("lr: 0\nm: 1\n", "lr: 0\n# the small cards\nwd: 2\nm: 1\nq: 3\n", 1, 0),
        ("lr: 0\n", "# the small cards\nlr: 0\nwd: 2\nq: 3\n", 1, 0),
        ("z: 0\n", "lr: 1\nwd: 2\nq: 3\nz: 0\n", 0, 0),
    ],
    ids=["first entry", "all that is left", "scattered", "above another file's", "nowhere"],
)
def test_headers_speak_the_truth_above_what_is_theirs(
    over: str, result: str, stands: int, true: int
) -> None:
    told = shape({"part": HEADED, "over": over}, result)
    assert (told.headers, told.headers_true) == (stands, true)


def test_the_table_shows_no_full_share_where_one_is_lost() -> None:
    many = Shape(pairs=4000, pairs_kept=3999, headers=2, headers_true=1)
    assert counted([many, Shape(pairs=1, pairs_kept=1)]) == ("4000/4001 (99.98%)", "1/2")
