"""Who extends whom, drawn: any graph has a picture, and a large one is one of folders."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.commands.report import Links
from migrate.report.page_drawing import (
    MOST_BOXES,
    MOST_ROWS,
    ROW,
    arranged,
    drawn,
    levels,
    picture,
    placed,
)

NAMES = st.sampled_from([f"configs/{folder}/{name}.yaml" for folder in "ab" for name in "xyz"])
GRAPHS = st.dictionaries(NAMES, st.lists(NAMES, unique=True).map(tuple))


def closed(below: dict[str, tuple[str, ...]]) -> Links:
    """A graph in which every file that is named is there."""
    whole = {one: below.get(one, ()) for named in below.values() for one in named} | below
    return Links(tuple(sorted(whole)[:2]), whole, "configs/base.yaml")


@given(GRAPHS)
def test_any_graph_is_drawn_with_each_file_once_and_none_over_another(
    below: dict[str, tuple[str, ...]],
) -> None:
    links = closed(below)
    drawing = drawn(links)
    assert sorted(map(str, drawing.boxes)) == sorted(links.below)
    columns = arranged(drawing)
    places, across, down = placed(drawing, columns)
    for column in columns:
        middles = [places[key].middle for key in column]
        assert all(after - before >= ROW for before, after in pairwise(middles))
    assert all(0 < one.left < one.right < across for one in places.values())
    assert all(0 < one.middle < down for one in places.values())


@given(GRAPHS)
def test_without_a_cycle_a_file_stands_right_of_all_it_is_built_on(
    below: dict[str, tuple[str, ...]],
) -> None:
    ordered = {path: tuple(one for one in named if one < path) for path, named in below.items()}
    links = closed(ordered)
    known = levels(links.below)
    for path, named in links.below.items():
        assert known[path] == 1 + max((known[one] for one in named), default=-1)


def test_the_longest_chain_and_a_cycle_have_an_end() -> None:
    deep = {f"f{n}": (f"f{n + 1}",) for n in range(20_000)} | {"f20000": ()}
    assert levels(deep)["f0"] == 20_000
    assert levels({"a": ("b",), "b": ("c",), "c": ("a", "a")}) == {"a": 2, "b": 1, "c": 0}


@pytest.mark.parametrize("folders", [1, 7, 400])
def test_of_many_files_folders_are_drawn(folders: int) -> None:
    presets = tuple(f"configs/train/t/g{n % folders}/p{n}.yaml" for n in range(2000))
    below: dict[str, tuple[str, ...]] = dict.fromkeys(presets, ("configs/base.yaml",))
    drawing = drawn(Links(presets, {**below, "configs/base.yaml": ()}, "configs/base.yaml"))
    assert len(drawing.boxes) <= MOST_BOXES
    assert sum(box.files for box in drawing.boxes.values()) == 2001
    assert sum(drawing.links.values()) == 2000


def test_small_folders_share_a_box_and_large_ones_keep_theirs() -> None:
    sizes = [30, 20, *[1] * 60]
    presets = tuple(
        f"configs/g{at}/p{n}.yaml" for at, size in enumerate(sizes) for n in range(size)
    )
    boxes = drawn(Links(presets, dict.fromkeys(presets, ()), "")).boxes.values()
    assert len(boxes) == MOST_ROWS
    assert {("configs/g0/", 30), ("configs/g1/", 20)} < {(one.label, one.files) for one in boxes}
    others = len(sizes) - MOST_ROWS + 1
    assert [one.files for one in boxes if one.label == f"{others} other folders"] == [others]


def test_a_name_is_text_in_the_picture() -> None:
    name = 'configs/"><script>\u202e.yaml'
    shown = picture(Links((name,), {name: ()}, ""), "Before & after", "before")
    assert re.findall(r"<(\w+)", shown) == ["svg", "title", "desc", "g", "g", "g", "rect", "text"]
    assert "\u202e" not in shown
    assert "Before &amp; after" in shown
