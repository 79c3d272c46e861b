"""How `table` looks: for a terminal, as JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import groupby, repeat
from typing import TYPE_CHECKING, Any

from migrate.canonical import plain
from migrate.locations import dotted, printable
from migrate.parity import ABSENT
from migrate.parity.values import token
from migrate.report import markdown
from migrate.report.markdown import cut
from migrate.report.paint import PLAIN, Paint, plural, width

if TYPE_CHECKING:
    from migrate.commands.table import Cell, Table, TableRow

WIDE = 80
"""So many cells wide is what is no terminal."""
KEY, GAP = 28, 2
"""So many cells takes a key at most, and the space between two columns."""
VALUES = (40, 28, 20, 16, 12, 9)
"""So many cells take a value at most: the most with which all presets stand side by side."""
SAME, NONE = ".", "-"
"""What stands for an inherited value, and for a key that a preset does not have."""

_PLAIN = re.compile(r"(?:[^\W\d_]|/)[\w./:@+-]*\Z")
_READ_OTHERWISE = re.compile(r"(?i)(?:null|true|false|yes|no|on|off|y|n|nan|inf)\Z")


def value_text(value: Any) -> str:
    """A value on one line that shows its type: a text is quoted where it could be read as anything
    else, by a person or by a spreadsheet. An absent one is empty."""
    if value is ABSENT:
        return ""
    if isinstance(value, str) and _PLAIN.match(value) and not _READ_OTHERWISE.match(value):
        return printable(value)
    return printable(json.dumps(plain(value), ensure_ascii=False))


# For a terminal.


class _Grid:
    """Texts to lay out. A line has a label on its left, below the title of its section; a column
    has a head of several pieces. `cells` and `styles` hold for each line one text a column."""

    def __init__(
        self,
        sections: Sequence[str],
        labels: Sequence[str],
        heads: Sequence[tuple[str, ...]],
        cells: Sequence[Sequence[str]],
        styles: Sequence[Sequence[str]],
    ) -> None:
        self.sections = sections
        self.labels = labels
        self.heads = heads
        self.cells = cells
        self.styles = styles
        columns = zip(heads, zip(*cells, strict=True), strict=True)
        self.widths = [max(map(width, (*head, *texts))) for head, texts in columns]
        self.label_width = min(KEY, max(map(width, labels)))
        """How many cells the labels take; a longer one has a line of its own."""

    def blocks(self, limit: int) -> list[list[int]]:
        """The columns of each block: as many as fit, at least one."""
        blocks: list[list[int]] = [[]]
        used = self.label_width
        for column, wide in enumerate(self.widths):
            if blocks[-1] and used + GAP + wide > limit:
                blocks.append([])
                used = self.label_width
            blocks[-1].append(column)
            used += GAP + wide
        return blocks


def table_lines(found: Table, paint: Paint, columns: int = 0) -> Iterator[str]:
    """The table in so many cells (0: no terminal), in blocks where not all presets fit.

    Where there are more presets than fit and few keys, presets are lines and keys are columns.
    """
    limit = columns or WIDE
    if found.rows:
        grid = _fitting(found, limit)
        for block in grid.blocks(limit):
            yield from _block(grid, block, paint)
            yield ""
    yield from _summary(found, paint)


def _fitting(found: Table, limit: int) -> _Grid:
    """The widest layout in one block, presets as columns or as lines; else one in several."""
    narrowest = _by_key(found, VALUES[-1])
    if len(narrowest.blocks(limit)) == 1:
        return _widest(_by_key, found, limit)
    few = GAP * len(found.rows) < limit  # of more keys not even the gaps would fit
    if few and len(_by_preset(found, VALUES[-1]).blocks(limit)) == 1:
        return _widest(_by_preset, found, limit)
    return narrowest


def _widest(layout: Callable[[Table, int], _Grid], found: Table, limit: int) -> _Grid:
    """The layout with the widest values that fits in one block, as its narrowest does."""
    grids = (layout(found, widest) for widest in VALUES)
    return next(grid for grid in grids if len(grid.blocks(limit)) == 1)


def _by_key(found: Table, widest: int) -> _Grid:
    sections, labels = _labels(found.rows)
    cells = tuple(_short(row, widest) for row in found.rows)
    names = [value_text(column.name) for column in found.columns]
    heads = tuple(map(_head, names, zip(*cells, strict=True), repeat(widest)))
    return _Grid(sections, labels, heads, cells, tuple(map(_styles, found.rows)))


def _labels(rows: Sequence[TableRow]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The section of each key, "" for none, and what is left of the key below its title."""
    tops = [dotted(row.key[:1]) if len(row.key) > 1 else "" for row in rows]
    runs = [top for top, _ in groupby(tops) if top]
    if len(runs) > len(set(runs)):  # in an order of their own, each section would come again
        return ("",) * len(rows), tuple(cut(dotted(row.key), WIDE) for row in rows)
    inner = (f"  {dotted(row.key[1:])}" if len(row.key) > 1 else dotted(row.key) for row in rows)
    return tuple(cut(top, WIDE) for top in tops), tuple(cut(label, WIDE) for label in inner)


def _by_preset(found: Table, widest: int) -> _Grid:
    """The same with keys as columns."""
    grid = _by_key(found, widest)
    labels = tuple(cut(value_text(column.name), KEY) for column in found.columns)
    heads = tuple(map(_head, (dotted(row.key) for row in found.rows), grid.cells, repeat(widest)))
    cells, styles = (tuple(zip(*texts, strict=True)) for texts in (grid.cells, grid.styles))
    return _Grid(("",) * len(labels), labels, heads, cells, styles)


def _head(text: str, below: Sequence[str], widest: int) -> tuple[str, ...]:
    """A name in pieces that stand below one another, no wider than what stands below them, or
    than its longest word."""
    pieces = re.findall(r"[^_./-]+[_./-]*|[_./-]+", text)
    narrow = min(widest, max(map(width, (*below, *pieces))))
    lines: list[str] = []
    for piece in pieces:
        if lines and width(lines[-1]) + width(piece) <= narrow:
            lines[-1] += piece
        else:
            lines.append(cut(piece, narrow))
    return tuple(lines)


def _short(row: TableRow, widest: int) -> tuple[str, ...]:
    """The values of a row, short; two different values never look the same."""
    texts: dict[Hashable, str] = {}
    tokens = [token(cell.value) for cell in row.cells]
    for cell, known in zip(row.cells, tokens, strict=True):
        if known not in texts:
            texts[known] = _shortest(cell.value, widest)
    alike: dict[str, list[Hashable]] = {}
    for known, text in texts.items():
        alike.setdefault(text, []).append(known)
    for text, members in alike.items():
        if len(members) > 1:
            for number, known in enumerate(members, 1):
                mark = f"#{number}"
                texts[known] = cut(text, widest - len(mark)) + mark
    return tuple(
        SAME if cell.inherited else texts[known]
        for cell, known in zip(row.cells, tokens, strict=True)
    )


def _shortest(value: Any, widest: int) -> str:
    if value is ABSENT:
        return NONE
    text = value_text(value)
    if width(text) > widest and isinstance(value, dict):
        return plural(len(value), "key")
    if width(text) > widest and isinstance(value, list):
        return plural(len(value), "item")
    return cut(text, widest)


def _styles(row: TableRow) -> tuple[str, ...]:
    """Bright are those that leave a majority of more than half, dim who has nothing of its own."""
    clear = 2 * sum(row.odd) < len(row.odd)
    return tuple(
        "yellow" if odd and clear else "dim" if cell.inherited or cell.value is ABSENT else ""
        for cell, odd in zip(row.cells, row.odd, strict=True)
    )


def _block(grid: _Grid, block: list[int], paint: Paint) -> Iterator[str]:
    widths = [grid.widths[column] for column in block]
    yield from _heads([grid.heads[column] for column in block], widths, grid.label_width, paint)
    section = ""
    for number, cells in enumerate(grid.cells):
        shown = [cells[column] for column in block]
        if len(block) < len(grid.heads) and all(text == NONE for text in shown):
            continue  # none of these presets has the key
        if grid.sections[number] not in ("", section):
            yield paint(grid.sections[number], "bold")
        section = grid.sections[number]
        label = grid.labels[number]
        if width(label) > grid.label_width:
            yield label
            label = ""
        styles = [grid.styles[number][column] for column in block]
        yield _filled(label, grid.label_width) + _line(shown, widths, styles, paint)


def _heads(
    heads: Sequence[tuple[str, ...]], widths: Sequence[int], left: int, paint: Paint
) -> Iterator[str]:
    """The heads of the columns; a short one stands at the bottom, next to its values."""
    high = max(map(len, heads))
    for level in range(high):
        pieces = [("",) * (high - len(head)) + head for head in heads]
        line = _line([piece[level] for piece in pieces], widths, [""] * len(heads), paint)
        yield paint(" " * left + line, "bold")


def _line(texts: Sequence[str], widths: Sequence[int], styles: Sequence[str], paint: Paint) -> str:
    """Columns side by side, without the space behind the last one."""
    line = ""
    last = max((number for number, text in enumerate(texts) if text), default=-1)
    for number, (text, wide, style) in enumerate(zip(texts, widths, styles, strict=True)):
        if number > last:
            break
        painted = paint(text, style) if style else text
        line += " " * GAP + (
            painted if number == last else _filled(text, wide).replace(text, painted, 1)
        )
    return line


def _filled(text: str, wide: int) -> str:
    return text + " " * (wide - width(text))


def _summary(found: Table, paint: Paint) -> Iterator[str]:
    presets, keys = plural(len(found.columns), "preset"), plural(found.total, "key")
    differing = sum(row.differs for row in found.rows)
    if not found.rows:
        yield f"{presets}: {paint('no key differs', 'green')}, of {keys}"
        return
    told = f"{differing} of {keys} differ" if differing != 1 else f"1 of {keys} differs"
    marks = []
    if any(cell.inherited for row in found.rows for cell in row.cells):
        marks.append(f"{SAME} inherited")
    if any(cell.value is ABSENT for row in found.rows for cell in row.cells):
        marks.append(f"{NONE} no such key")
    yield f"{presets}: {told}" + paint("".join(f"; {mark}" for mark in marks), "dim")


# For programs.


def table_data(found: Table) -> dict[str, Any]:
    """The same for scripts; a preset without the key has null, and a null has a cell."""
    return {
        "presets": [
            {"name": one.name, "config": one.path, "extends": list(one.extends)}
            for one in found.columns
        ],
        "total": found.total,
        "keys": [_row_data(row) for row in found.rows],
    }


def _row_data(row: TableRow) -> dict[str, Any]:
    return {
        "key": dotted(row.key),
        "differs": row.differs,
        "odd": sum(row.odd),
        "cells": [_cell_data(cell, odd) for cell, odd in zip(row.cells, row.odd, strict=True)],
    }


def _cell_data(cell: Cell, odd: bool) -> dict[str, Any] | None:
    if cell.value is ABSENT:
        return None
    origin = str(cell.origin) if cell.origin is not None else None
    return {"value": plain(cell.value), "inherited": cell.inherited, "odd": odd, "origin": origin}


def table_csv(found: Table) -> str:
    """The same for spreadsheets: every value in full, inherited or not; an absent one is empty.

    No cell begins with what a spreadsheet takes for a formula, but for negative numbers: such texts
    are quoted as in JSON (docs/decisions/040-tables.md).
    """
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    write(["key", *(value_text(column.name) for column in found.columns)])
    for row in found.rows:
        write([dotted(row.key), *(value_text(cell.value) for cell in row.cells)])
    return out.getvalue()


def table_markdown(found: Table) -> str:
    """The same for a pull request; what would be too long for one is left out, and told."""
    names = [cut(value_text(column.name), markdown.VALUE) for column in found.columns]
    head = markdown.row(["key", *map(markdown.code, names)])
    lines = [head, markdown.row(["---"] * (len(names) + 1))]
    size = sum(len(line.encode()) + 1 for line in lines)
    for number, row in enumerate(found.rows):
        texts = [SAME if cell.inherited else value_text(cell.value) for cell in row.cells]
        cells = [markdown.code(cut(text, markdown.VALUE)) for text in texts]
        line = markdown.row([markdown.code(dotted(row.key)), *cells])
        size += len(line.encode()) + 1
        if size > markdown.BYTES:
            lines += ["", f"and {len(found.rows) - number} more keys"]
            break
        lines.append(line)
    summary = next(iter(_summary(found, PLAIN)))
    return "\n".join([*lines, "", summary]) + "\n"
