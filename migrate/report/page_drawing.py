"""Who extends whom, drawn: files in columns by how much they stand on, lines between them."""

from __future__ import annotations

import math
import posixpath
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from migrate.locations import printable
from migrate.report.markdown import cut
from migrate.report.page_numbers import linked
from migrate.report.paint import plural, width
from migrate.report.tags import Html, joined, tag

if TYPE_CHECKING:
    from migrate.commands.report import Links

PRESET, FRAGMENT, STAYING, BASE = "preset", "fragment", "staying", "base"
BROAD, HUGE = 700, 1250
"""Pixels beyond which a drawing is not made smaller on a narrow page, and beyond which it has the
whole width of a wide one."""
MOST_BOXES = 90
"""So many boxes are drawn of single files; of more files, folders are drawn."""
MOST_FOLDERS, MOST_ROWS = 4 * MOST_BOXES, 24
"""Folders are told apart as deep as there are so many at most; and so many boxes of a kind are
drawn in a column, fewer where all columns together have more than `MOST_BOXES`."""
LABEL = 30
"""So many characters of a name are shown."""
ROW, HIGH, CHARACTER, BESIDE, BETWEEN = 22, 17, 6.7, 9, 84
"""Pixels from box to box, of a box, of a character; beside a label, and between two columns."""
SWEEPS = 8
"""So often the columns are put in order: more changes nothing that one could see."""


class Box(NamedTuple):
    """A file, or the files of a folder that are alike; `level` is how far it stands on others."""

    kind: str
    level: int
    label: str
    files: int


class Drawing(NamedTuple):
    """Boxes and the links between them, each with how many there are."""

    boxes: Mapping[Hashable, Box]
    links: Mapping[tuple[Hashable, Hashable], int]
    """By the box that extends, and the one that it extends."""


def picture(links: Links, title: str, name: str) -> Html:
    """The graph as inline SVG. `name` makes its identifiers unique on the page."""
    drawing = drawn(links)
    columns = arranged(drawing)
    places, across, down = placed(drawing, columns)
    numbers = {key: place for place, key in enumerate(places)}
    lines = [
        tag(
            "path",
            d=_curve(places[under], places[above]),
            class_=f"of-{drawing.boxes[under].kind}",
            stroke_width=f"{1 + math.log2(count) / 5:.1f}" if count > 1 else None,
            data_from=numbers[above],
            data_to=numbers[under],
        )
        for (above, under), count in drawing.links.items()
    ]
    boxes = [_box(drawing.boxes[key], area, numbers[key]) for key, area in places.items()]
    return tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", described(links), id=f"{name}-desc"),
        tag("g", lines, class_="links"),
        tag("g", boxes, class_="boxes"),
        role="img",
        class_="broad huge" if across > HUGE else "broad" if across > BROAD else None,
        aria_labelledby=f"{name}-title {name}-desc",
        viewBox=f"0 0 {across:.0f} {down:.0f}",
        width=round(across),
        height=round(down),
    )


def described(links: Links) -> str:
    """The picture in words."""
    deep = max(levels(links.below).values(), default=0) + 1
    files = plural(len(links.below), "file")
    if links.merged:
        return f"{files}; who extended whom is not recorded any more, only what was merged"
    return f"{files}, {plural(linked(links), 'link')}, {plural(deep, 'level')} deep"


# What is drawn.


def levels(below: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """How many files stand below each one, one on another; a cycle counts once."""
    found: dict[str, int] = {}
    for start in below:
        waiting = [start] if start not in found else []
        entered: set[str] = set()
        while waiting:
            current = waiting[-1]
            more = [one for one in below.get(current, ()) if one not in found]
            if current not in entered:
                entered.add(current)
                waiting += [one for one in more if one not in entered]
                continue
            waiting.pop()
            known = (found[one] for one in below.get(current, ()) if one in found)
            found.setdefault(current, 1 + max(known, default=-1))
    return found


def drawn(links: Links) -> Drawing:
    """A box for each file; where that is too many, one for the alike files of a folder, and one
    for those of all small folders of a column."""
    heights = levels(links.below)
    kinds = _kinds(links, heights)
    keys: dict[str, Hashable] = {path: path for path in heights}
    if len(keys) > MOST_BOXES:
        alike = {
            path: FolderBox(kinds[path], heights[path], posixpath.dirname(path))
            for path in heights
            if kinds[path] != BASE
        }
        keys.update(by_folder(alike))
    labels = {key: _label(path) if key == path else _named(key) for path, key in keys.items()}
    return _counted(links, keys, kinds, heights, labels)


class FolderBox(NamedTuple):
    """The files of one kind and level in a folder; `others` is how many folders there are in a
    box for several, which has no name of its own."""

    kind: str
    level: int
    folder: str
    others: int = 0


def by_folder(alike: Mapping[str, FolderBox]) -> dict[str, FolderBox]:
    """The box of each file: its folder, as deep as there is room for; of a column with many
    folders those with the most files, and one box for the others."""
    depth = max(one.folder.count("/") + 1 for one in alike.values())
    keys = dict(alike)
    while len(set(keys.values())) > MOST_FOLDERS and depth > 1:
        depth -= 1
        keys = {
            path: one._replace(folder="/".join(one.folder.split("/")[:depth]))
            for path, one in alike.items()
        }
    rows = MOST_ROWS
    folded = _fold(keys, rows)
    while len(set(folded.values())) >= MOST_BOXES and rows > 1:
        rows //= 2
        folded = _fold(keys, rows)
    return folded


def _fold(keys: Mapping[str, FolderBox], rows: int) -> dict[str, FolderBox]:
    """At most so many boxes of a kind in a column."""
    files = Counter(keys.values())
    columns: dict[tuple[str, int], list[FolderBox]] = {}
    for one in sorted(files, key=lambda one: (-files[one], one)):
        columns.setdefault((one.kind, one.level), []).append(one)
    instead = {
        one: FolderBox(kind, level, "", len(column) - rows + 1)
        for (kind, level), column in columns.items()
        if len(column) > rows
        for one in column[rows - 1 :]
    }
    return {path: instead.get(one, one) for path, one in keys.items()}


def _named(key: Hashable) -> str:
    assert isinstance(key, FolderBox)
    return f"{key.others} other folders" if key.others else f"{_tail(key.folder)}/"


def _kinds(links: Links, paths: Iterable[str]) -> dict[str, str]:
    kinds = dict.fromkeys(paths, FRAGMENT)
    kinds.update(dict.fromkeys(links.staying, STAYING))
    kinds.update(dict.fromkeys(links.presets, PRESET))
    if links.base in kinds:
        kinds[links.base] = BASE
    return kinds


def _counted(
    links: Links,
    keys: Mapping[str, Hashable],
    kinds: Mapping[str, str],
    heights: Mapping[str, int],
    labels: Mapping[Hashable, str],
) -> Drawing:
    boxes: dict[Hashable, Box] = {}
    for path in sorted(keys):
        key = keys[path]
        known = boxes.get(key)
        count = 1 + (known.files if known is not None else 0)
        boxes[key] = Box(kinds[path], heights[path], labels[key], count)
    between: dict[tuple[Hashable, Hashable], int] = {}
    for path in sorted(links.below):
        for under in links.below[path]:
            if keys[path] != keys[under] and heights[path] > heights[under]:
                link = keys[path], keys[under]
                between[link] = between.get(link, 0) + 1
    return Drawing(boxes, between)


def _label(path: str) -> str:
    """The name of a file with its folder: what tells it from others, and no more."""
    return cut(printable(_tail(posixpath.splitext(path)[0])), LABEL)


def _tail(path: str) -> str:
    return "/".join(path.split("/")[-2:])


# Where it is drawn.


def arranged(drawing: Drawing) -> list[list[Hashable]]:
    """The boxes of each column from top to bottom, so that few lines cross: each goes to where
    those are, on the average, that it is linked to."""
    columns: list[list[Hashable]] = []
    for key, box in drawing.boxes.items():
        while len(columns) <= box.level:
            columns.append([])
        columns[box.level].append(key)
    near: dict[Hashable, list[Hashable]] = {key: [] for key in drawing.boxes}
    for above, under in drawing.links:
        near[above].append(under)
        near[under].append(above)
    for _ in range(SWEEPS):
        at = {
            key: (place + 0.5) / len(column)
            for column in columns
            for place, key in enumerate(column)
        }
        for column in columns:
            column.sort(key=lambda key: _mean([at[one] for one in near[key]], at[key]))
            at.update({key: (place + 0.5) / len(column) for place, key in enumerate(column)})
    return columns


def _mean(values: Sequence[float], default: float) -> float:
    return round(sum(values) / len(values), 9) if values else default


class Area(NamedTuple):
    """Where a box is, in pixels: its left and right side, and its middle from the top."""

    left: float
    right: float
    middle: float


def placed(
    drawing: Drawing, columns: Sequence[Sequence[Hashable]]
) -> tuple[dict[Hashable, Area], float, float]:
    """The area of each box, and how wide and high the whole is."""
    down = ROW * max(map(len, columns), default=1) + ROW
    places: dict[Hashable, Area] = {}
    left = 1.0
    for column in columns:
        if not column:
            continue
        wide = 2 * BESIDE + CHARACTER * max(width(_shown(drawing.boxes[key])) for key in column)
        step = min(down / len(column), 3 * ROW)
        top = (down - step * len(column)) / 2
        for place, key in enumerate(column):
            places[key] = Area(left, left + wide, top + step * (place + 0.5))
        left += wide + BETWEEN
    return places, left - BETWEEN + 1, down


def _shown(box: Box) -> str:
    return f"{box.label} x {box.files}" if box.files > 1 else box.label


def _box(box: Box, area: Area, place: int) -> Html:
    top = area.middle - HIGH / 2
    shape = tag(
        "rect",
        x=f"{area.left:.0f}",
        y=f"{top:.1f}",
        width=f"{area.right - area.left:.0f}",
        height=HIGH,
        rx=HIGH // 2 if box.kind == PRESET else 3,
    )
    label = tag("text", _shown(box), x=f"{area.left + BESIDE:.0f}", y=f"{area.middle + 4:.1f}")
    return tag("g", shape, label, class_=box.kind, data_box=place)


def _curve(left: Area, right: Area) -> str:
    """From the right side of one box to the left side of another."""
    bend = (left.right + right.left) / 2
    return (
        f"M{left.right:.0f} {left.middle:.1f}C{bend:.0f} {left.middle:.1f} "
        f"{bend:.0f} {right.middle:.1f} {right.left:.0f} {right.middle:.1f}"
    )


MOST_LISTED = 300


def listed(links: Links) -> Html:
    """The same as a list, for whoever cannot see the picture or wants to copy from it."""
    naming = [(path, below) for path, below in sorted(links.below.items()) if below]
    items = [
        tag("li", tag("code", path), " extends ", _names(below))
        for path, below in naming[:MOST_LISTED]
    ]
    if len(naming) > MOST_LISTED:
        items.append(tag("li", f"and {len(naming) - MOST_LISTED} more"))
    return tag("ul", items, class_="plain")


def _names(paths: Sequence[str]) -> Html:
    return joined(
        [joined(", " if place else "", tag("code", one)) for place, one in enumerate(paths)]
    )
