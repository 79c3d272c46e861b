"""A rollout as one HTML page that needs nothing else: drawn, not only listed."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.layout import REPORT
from migrate.locations import dotted, shortened
from migrate.parity import ABSENT
from migrate.parity.format import value_text
from migrate.report.page_drawing import (
    BASE,
    FRAGMENT,
    PRESET,
    STAYING,
    described,
    drawn,
    listed,
    picture,
)
from migrate.report.page_numbers import Numbers, numbers, stay
from migrate.report.page_preset import LONGEST_VALUE, preset_parts, region, some, value
from migrate.report.page_table import table_part
from migrate.report.paint import plural
from migrate.report.since import since_summary
from migrate.report.tags import Content, Html, joined, tag

if TYPE_CHECKING:
    from migrate.commands.report import Links, Report
    from migrate.commands.since import ChangesSince, KeyChange
    from migrate.commands.status import Row

TITLE = "The rollout of the presets"
INLINE, BLOCK = 1_500_000, 1_000_000
"""So many characters of presets stand in the page as they are. Of more, they are packed in blocks
of about so many, which the page unpacks when a preset is opened."""
MOST_FINDINGS, MOST_CHANGES, MOST_NAMES = 200, 500, 12
_LEVELS = {ERROR: 0, WARNING: 1, NOTE: 2}


def page(found: Report) -> str:
    """The whole page."""
    style, script = _asset("page.css"), _asset("page.js")
    # What a config says is text on this page; should it ever be more, it may still do nothing.
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; "
        f"script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("link", rel="icon", href="data:,"),
        tag("title", TITLE),
        tag("style", style),
    )
    sections = list(_sections(found))
    body = tag("body", _top(found, sections), tag("main", map(_section, sections)), _end(script))
    return f"<!doctype html>\n{REPORT.decode()}\n{tag('html', head, body, lang='en')}\n"


def _asset(name: str) -> Html:
    """A file that we wrote: no text of anybody's configs."""
    return Html((files("migrate.report") / "assets" / name).read_text(encoding="utf-8"))


def _digest(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _end(script: Html) -> Html:
    return joined(
        tag("footer", tag("p", "Written by ", tag("code", "migrate report"), ".")),
        tag("script", script),
    )


# The frame.

_Section = tuple[str, str, Html]
"""Its identifier, its title, and what stands in it."""


def _sections(found: Report) -> Iterator[_Section]:
    yield "picture", "Who extends whom", _pictures(found)
    yield "rollout", "Where each preset stands", _rollout(found)
    yield "gate", "What the gate says", _gate(found)
    if found.behind or found.accepted:
        yield "drift", "Behind and accepted", _drift(found)
    if found.since is not None:
        yield "since", f"Changed since {found.since.revision}", _since(found.since)
    yield "presets", "Each preset", _presets(found)
    if found.table is not None:
        yield "table", "Keys that differ", table_part(found.table)


def _section(one: _Section) -> Html:
    name, title, inside = one
    heading = tag("h2", title, id=f"{name}-title")
    return tag("section", heading, inside, id=name, aria_labelledby=f"{name}-title")


def _top(found: Report, sections: Sequence[_Section]) -> Html:
    links = [tag("li", tag("a", title, href=f"#{name}")) for name, title, _ in sections]
    counted = numbers(found)
    return tag(
        "header",
        tag("h1", TITLE),
        _tiles(counted),
        tag("nav", tag("ul", links), aria_label="Sections"),
    )


def _tiles(counted: Numbers) -> Html:
    before, after = counted.merged_before, counted.merged_after
    waiting = f", {counted.waiting} to come" if counted.waiting else ""
    tiles = [
        _tile("Files that one run merges", before, after),
        _tile("Files in all", str(counted.files_before), str(counted.files_after), stay(counted)),
        tag(
            "div",
            tag("dt", "Presets migrated"),
            tag("dd", f"{counted.applied} of {counted.presets}{waiting}"),
        ),
        tag(
            "div",
            tag("dt", "Comments"),
            tag("dd", f"{counted.kept} kept, {counted.dropped} dropped"),
        ),
        tag(
            "div",
            tag("dt", "The gate"),
            tag("dd", "open" if counted.gate_open else "closed"),
            class_="open" if counted.gate_open else "closed",
        ),
    ]
    return tag("dl", tiles, class_="tiles")


def _tile(title: str, before: str, after: str, more: str = "") -> Html:
    arrow = tag("span", " → ", aria_hidden="true")
    spoken = tag("span", " before, after ", class_="spoken")
    changed = tag("b", after) if after != before else after
    remark = [tag("small", f" {more}")] if more else []
    return tag("div", tag("dt", title), tag("dd", before, arrow, spoken, changed, remark))


# What is drawn.


def _pictures(found: Report) -> Html:
    coming = found.status.count("pending") + found.status.count("moved")
    after = "After all steps" if coming else "After"
    kinds = {box.kind for one in (found.before, found.after) for box in drawn(one).boxes.values()}
    legend = tag(
        "p",
        "Read from left to right: each file is built on those to its left. ",
        [(tag("span", word, class_=f"key {kind}"), " ") for kind, word in _KINDS if kind in kinds],
        class_="legend",
    )
    figures = [
        _figure(found.before, "Before", "before"),
        _figure(found.after, after, "after"),
    ]
    return joined(legend, tag("div", figures, class_="figures"))


_KINDS = (
    (PRESET, "a preset, which runs"),
    (FRAGMENT, "a fragment"),
    (STAYING, "an old file that stays: it may be run, or something else needs it"),
    (BASE, "the base"),
)


def _figure(links: Links, title: str, name: str) -> Html:
    caption = tag("figcaption", tag("b", title), f": {described(links)}")
    framed = tag(
        "div",
        picture(links, title, name),
        class_="drawing",
        tabindex=0,
        role="region",
        aria_label=f"{title}, drawn",
    )
    as_list = tag("details", tag("summary", f"{title}, as a list"), listed(links))
    return tag("figure", caption, framed, as_list)


# What is listed.


def _rollout(found: Report) -> Html:
    names = ("preset", "state", "files before", "after", "comments kept", "dropped", "target", "")
    head = tag("tr", [tag("th", name, scope="col") if name else tag("td") for name in names])
    rows = []
    for number, one in enumerate(found.presets):
        row, comments = one.row, one.comments
        counts = (
            str(row.files_before or "?"),
            str(len(one.chain_after) or row.files_now or "?"),
            str(comments.kept) if comments else "?",
            str(len(comments.dropped)) if comments else "?",
        )
        rows.append(
            tag(
                "tr",
                tag("th", tag("a", row.name, href=f"#preset-{number}"), scope="row"),
                tag("td", _state(row)),
                [tag("td", count, class_="number") for count in counts],
                tag("td", tag("code", row.target)),
                tag("td", row.note),
            )
        )
    table = tag("table", tag("thead", head), tag("tbody", rows), class_="rollout")
    return region(table, "the rollout table")


def _state(row: Row) -> Html:
    return tag("span", row.state, class_=f"state {row.state}")


def _gate(found: Report) -> Html:
    counted = numbers(found)
    checks = [
        tag(
            "li",
            name,
            " ",
            tag(
                "b",
                plural(errors, "error") if errors else "ok",
                class_="closed" if errors else "open",
            ),
        )
        for name, errors in found.verified.checks.items()
    ]
    inside = sorted(found.verified.findings, key=lambda one: _LEVELS[one.level])
    findings = [tag("li", _finding(one)) for one in inside]
    listed_ = tag("ul", list(some(findings, MOST_FINDINGS))) if findings else None
    loud = any(one.level != NOTE for one in inside)
    more = tag("details", tag("summary", plural(len(findings), "finding")), listed_, open=loud)
    return joined(
        tag("p", tag("b", counted.gate)),
        tag("ul", checks, class_="checks"),
        more if findings else None,
    )


def _finding(one: Finding) -> Content:
    where = (tag("code", str(one.place)), " ") if one.place else ""
    hint = tag("div", one.hint) if one.hint else None
    command = tag("div", tag("code", one.command)) if one.command else None
    return tag("b", one.level, class_=f"level {one.level}"), " ", where, one.what, hint, command


def _drift(found: Report) -> Html:
    behind = [
        tag(
            "li",
            tag("b", name),
            " lacks ",
            tag("code", dotted(edit.key)),
            " of ",
            tag("code", str(edit.place)),
            ": ",
            value(edit.recorded),
            " became ",
            value(edit.today),
            "; its place is ",
            tag("code", edit.file),
        )
        for name, edit in found.behind
    ]
    accepted = [
        tag(
            "li",
            tag("b", one.preset),
            " ",
            tag("code", one.key),
            ": ",
            value(one.was),
            " became ",
            value(one.now),
            f": {one.reason}",
        )
        for one in found.accepted
    ]
    return joined(
        (tag("h3", "Behind: edits that came later"), tag("ul", list(some(behind))))
        if behind
        else None,
        (tag("h3", "Accepted: differences that are intended"), tag("ul", list(some(accepted))))
        if accepted
        else None,
    )


def _since(found: ChangesSince) -> Html:
    rows = [_change(change) for change in found.changed[:MOST_CHANGES]]
    head = tag("tr", [tag("th", name, scope="col") for name in ("key", "was", "is", "presets")])
    table = region(tag("table", tag("thead", head), tag("tbody", rows)), "what changed")
    rest = len(found.changed) - len(rows)
    lists = [
        *(("added", f"{one.name} {one.path}") for one in found.added),
        *(("removed", f"{one.name} {one.path}") for one in found.removed),
        *(("moved", f"{one.name} {one.old} to {one.new}") for one in found.moved),
    ]
    items = [tag("li", tag("b", word), " ", told) for word, told in lists]
    allowed = f"{plural(len(found.allowed), 'change')} that the profile allows"
    return joined(
        tag("p", since_summary(found)),
        table if rows else None,
        tag("p", f"and {rest} more") if rest > 0 else None,
        tag("ul", list(some(items))) if items else None,
        tag("p", f"{allowed} not shown.") if found.allowed else None,
    )


def _change(change: KeyChange) -> Html:
    item = change.judged.difference
    old, new = (
        "" if side is ABSENT else tag("code", shortened(value_text(side, 0), LONGEST_VALUE))
        for side in (item.old, item.new)
    )
    names = ", ".join(one.name for one in change.presets[:MOST_NAMES])
    more = len(change.presets) - MOST_NAMES
    presets = f"{names} and {more} more" if more > 0 else names
    key = tag("th", tag("code", dotted(item.path)), scope="row")
    return tag("tr", key, tag("td", old), tag("td", new), tag("td", presets))


# The presets, in the page or packed.


def _presets(found: Report) -> Html:
    inside = [preset_parts(one, found.verified.presets.get(one.row.name)) for one in found.presets]
    hint = "Beside each line stands where it came from; open it to see what lost to it."
    note = tag("p", hint)
    if sum(map(len, inside)) <= INLINE:
        opened = [
            _preset(number, one.row, parts)
            for number, (one, parts) in enumerate(zip(found.presets, inside, strict=True))
        ]
        return joined(note, opened)
    blocks = list(_blocks(inside))
    told = "Presets are packed in this page; without scripts they cannot be opened."
    rows = [
        _preset(number, one.row, None, *place)
        for number, (one, place) in enumerate(zip(found.presets, _addresses(blocks), strict=True))
    ]
    packed = [
        tag("script", _packed(block), type="text/plain", id=f"block-{number}")
        for number, block in enumerate(blocks)
    ]
    return joined(note, tag("noscript", tag("p", told)), rows, packed)


def _preset(
    number: int, row: Row, parts: Html | None, block: int | None = None, item: int = 0
) -> Html:
    summary = tag("summary", tag("h3", row.name), " ", _state(row), " ", tag("code", row.target))
    return tag(
        "details",
        summary,
        tag("div", parts, class_="parts"),
        id=f"preset-{number}",
        class_="preset",
        data_block=block,
        data_item=None if block is None else item,
    )


def _blocks(inside: Sequence[Html]) -> Iterator[list[Html]]:
    block: list[Html] = []
    for one in inside:
        if block and sum(map(len, block)) + len(one) > BLOCK:
            yield block
            block = []
        block.append(one)
    if block:
        yield block


def _addresses(blocks: Sequence[Sequence[Html]]) -> Iterator[tuple[int, int]]:
    return ((number, item) for number, block in enumerate(blocks) for item in range(len(block)))


def _packed(block: Sequence[Html]) -> str:
    return base64.b64encode(zlib.compress(json.dumps(block).encode(), 9)).decode("ascii")
