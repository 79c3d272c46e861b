"""The keys that differ between presets, on the page: a column for each preset, or a line for each
value where there are too many."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import TYPE_CHECKING

from migrate.locations import dotted, shortened
from migrate.parity import ABSENT
from migrate.parity.values import token
from migrate.report.page_preset import LONGEST_VALUE, region
from migrate.report.table import NONE, SAME, value_text
from migrate.report.tags import Html, joined, tag

if TYPE_CHECKING:
    from migrate.commands.table import Table, TableRow

MOST_COLUMNS = 40
"""Of so many presets each has a column."""
MOST_ROWS, MOST_VALUES, MOST_NAMES = 1500, 12, 12
"""So many keys are shown; where presets are too many for columns, so many values of each, and so
many presets of each value."""
CELL = 48


def table_part(found: Table) -> Html:
    """The table with a box to filter it."""
    if not found.rows:
        return tag("p", f"No key differs between these presets; there are {found.total}.")
    wide = len(found.columns) <= MOST_COLUMNS
    rows = found.rows[:MOST_ROWS]
    told = f"{len(found.rows)} of {found.total} keys differ; few against many come first."
    if len(rows) < len(found.rows):
        told += f" The first {len(rows)} are shown."
    if wide:
        told += " A dot is inherited, a dash is no such key; what few have is underlined."
    search = tag(
        "p",
        tag("label", "Filter by key, value or preset ", for_="filter"),
        tag("input", id="filter", type="search", autocomplete="off", spellcheck="false"),
        " ",
        tag("span", f"{len(rows)} keys", id="filtered", role="status"),
        class_="filter",
    )
    table = _matrix(found, rows) if wide else _grouped(found, rows)
    return joined(tag("p", told), search, region(table, "the table of keys"))


def _matrix(found: Table, rows: list[TableRow]) -> Html:
    head = [tag("th", breaking(one.name), scope="col") for one in found.columns]
    body = [
        tag("tr", tag("th", tag("code", breaking(dotted(row.key))), scope="row"), *_cells(row))
        for row in rows
    ]
    return _whole(tag("tr", tag("th", "key", scope="col"), *head), body, "keys matrix")


def _whole(head: Html, body: list[Html], kind: str) -> Html:
    return tag("table", tag("thead", head), tag("tbody", body), class_=kind, id="keys")


def breaking(name: str) -> Html:
    """A name that may go on in the next line between its words."""
    return joined([(word, tag("wbr")) for word in re.findall(r"[^_./-]+[_./-]*|[_./-]+", name)])


def _cells(row: TableRow) -> list[Html]:
    clear = 2 * sum(row.odd) < len(row.odd)
    cells = []
    for cell, odd in zip(row.cells, row.odd, strict=True):
        if cell.inherited or cell.value is ABSENT:
            cells.append(tag("td", SAME if cell.inherited else NONE))
        else:
            shown = shortened(value_text(cell.value), CELL)
            cells.append(tag("td", tag("code", shown), class_="odd" if odd and clear else None))
    return cells


def _grouped(found: Table, rows: list[TableRow]) -> Html:
    head = tag(
        "tr", *(tag("th", name, scope="col") for name in ("key", "values, and who has them"))
    )
    body: list[Html] = []
    for row in rows:
        groups: dict[Hashable, list[int]] = {}
        for number, cell in enumerate(row.cells):
            groups.setdefault(token(cell.value), []).append(number)
        few_first = sorted(groups.values(), key=len)
        values = [_group(found, row, numbers) for numbers in few_first[:MOST_VALUES]]
        if len(few_first) > MOST_VALUES:
            values.append(tag("div", f"and {len(few_first) - MOST_VALUES} more values"))
        key = tag("th", tag("code", breaking(dotted(row.key))), scope="row")
        body.append(tag("tr", key, tag("td", values)))
    return _whole(head, body, "keys")


def _group(found: Table, row: TableRow, numbers: list[int]) -> Html:
    raw = row.cells[numbers[0]].value
    shown = NONE if raw is ABSENT else shortened(value_text(raw), LONGEST_VALUE)
    names = [found.columns[number].name for number in numbers[:MOST_NAMES]]
    more = f" and {len(numbers) - len(names)} more" if len(numbers) > len(names) else ""
    return tag("div", tag("code", shown), f" {len(numbers)}: {', '.join(names)}{more}")
