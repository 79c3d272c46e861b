"""One preset on the page: its file with the origin of each line, and all that its step does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from migrate.locations import LEGACY, Place, dotted, printable, shortened
from migrate.parity import ABSENT
from migrate.report.paint import plural
from migrate.report.table import value_text
from migrate.report.tags import Content, Html, joined, tag

if TYPE_CHECKING:
    from migrate.commands.explain import SettingText
    from migrate.commands.report import ChangedFile, KeyLine, PresetReport
    from migrate.flatten import DroppedComment
    from migrate.rollout.evidence import AllowedDifference
    from migrate.rollout.own_lines import Hunk
    from migrate.verification.result import DifferenceCounts

LONGEST_LINE, LONGEST_VALUE = 300, 120
"""So many characters of a line, and of a value, are shown."""
MOST_LINES, MOST_ITEMS = 3000, 300
"""So many lines of a file are shown, and items of any other list."""


def preset_parts(facts: PresetReport, compared: DifferenceCounts | None) -> Html:
    """What opens below a preset's name."""
    return joined(
        tag("p", facts.problem, class_="problem") if facts.problem else None,
        _chains(facts),
        _listing(facts),
        _parity(facts, compared),
        _dropped(facts),
        _files(facts),
        _left(facts),
    )


def value(raw: Any) -> Html:
    """A value on one line, cut where it is long."""
    shown = "no such key" if raw is ABSENT else shortened(value_text(raw) or '""', LONGEST_VALUE)
    return tag("code", shown)


def some(items: Sequence[Any], most: int = MOST_ITEMS) -> Iterator[Any]:
    """So many of the items, and how many more there are."""
    yield from items[:most]
    if len(items) > most:
        yield tag("li", f"and {len(items) - most} more")


def _chains(facts: PresetReport) -> Html:
    def files(paths: Iterable[str]) -> Html:
        return tag("ol", [tag("li", tag("code", in_record(path))) for path in paths])

    before, after = len(facts.chain_before), len(facts.chain_after)
    inherited = [
        tag("li", tag("code", path), f" says {plural(count, 'active key')}")
        for path, count in facts.inherited.items()
    ]
    return tag(
        "details",
        tag("summary", f"Merges {plural(before, 'file')} before, {after or 'not known'} after"),
        tag(
            "div",
            tag("div", tag("h4", "Before, in merge order"), files(facts.chain_before)),
            tag("div", tag("h4", "After"), files(facts.chain_after), tag("ul", inherited)),
            class_="beside",
        ),
    )


def in_record(path: str) -> str:
    """A path in the legacy tree as it is below the configs: the short form in which people know
    it."""
    return path.removeprefix(f"{LEGACY}/")


# The file, line by line.


def _listing(facts: PresetReport) -> Html | None:
    if not facts.text:
        return None
    by_line: dict[int, list[KeyLine]] = {}
    for one in facts.keys:
        by_line.setdefault(one.line, []).append(one)
    lines = facts.text.removesuffix("\n").split("\n")
    own = facts.chain_before[-1] if facts.chain_before else ""
    rows = [
        _row(number, line, by_line.get(number, ()), own)
        for number, line in enumerate(lines[:MOST_LINES], 1)
    ]
    if len(lines) > MOST_LINES:
        rows.append(tag("tr", tag("td"), tag("td", f"and {len(lines) - MOST_LINES} more lines")))
    head = tag(
        "tr",
        tag("th", "line", scope="col"),
        tag("th", facts.row.target, scope="col"),
        tag("th", "where it came from, and what lost to it", scope="col"),
    )
    return region(tag("table", tag("thead", head), tag("tbody", rows), class_="file"), "the file")


def region(inside: Html, what: str) -> Html:
    """A wide part that scrolls by itself, also with the keyboard."""
    return tag("div", inside, class_="wide", tabindex=0, role="region", aria_label=what)


def _row(number: int, line: str, keys: Sequence[KeyLine], own: str) -> Html:
    code = tag("code", shortened(line.removesuffix("\r"), LONGEST_LINE))
    comment = "remark" if line.lstrip().startswith("#") else None
    origins = [_origin(one, own) for one in keys]
    return tag("tr", tag("td", str(number)), tag("td", code, class_=comment), tag("td", origins))


def _origin(one: KeyLine, own: str) -> Html:
    told = _came_from(one, own)
    if not one.lost and one.was is None:
        return tag("div", told)
    notes = []
    if one.was is not None:
        notes.append(tag("li", "the old chain said ", value(one.was.value)))
    notes += [tag("li", _place(said.place), " ", _said(said)) for said in one.lost]
    words = f"{len(one.lost)} lost" if one.lost else ""
    changed = tag("b", " not as it was") if one.was is not None else None
    summary = tag("summary", told, " ", tag("span", words, class_="lost"), changed)
    return tag("details", summary, tag("ul", list(some(notes))))


def _came_from(one: KeyLine, own: str) -> Content:
    if one.origin is None:
        return tag("span", "overrides" if one.lost else "new here", class_="own")
    return _place(one.origin.place, "own" if one.origin.place.path == own else "from")


def _place(place: Place, kind: str = "from") -> Html:
    return tag("span", f"{in_record(place.path)}:{place.line}", class_=kind)


def _said(said: SettingText) -> Content:
    shown = shortened(printable(said.text), LONGEST_VALUE) if said.text else None
    around = f" in {dotted(said.of)}, which it replaced as a whole" if said.of else ""
    return tag("code", shown) if shown else value(said.value), around


# What its step does beside that.


def _part(title: str, items: Sequence[Content], open_: bool = False) -> Html | None:
    """A list that opens; nothing for an empty one."""
    if not items:
        return None
    listed = tag("ul", [tag("li", one) for one in items[:MOST_ITEMS]], *_more(items))
    return tag("details", tag("summary", title), listed, open=open_)


def _more(items: Sequence[Content]) -> list[Html]:
    rest = len(items) - MOST_ITEMS
    return [tag("li", f"and {rest} more")] if rest > 0 else []


def _parity(facts: PresetReport, compared: DifferenceCounts | None) -> Html:
    if compared is None and facts.row.state in ("pending", "moved") and facts.text:
        told = "Parity holds: the step was made and compared, as `plan` does; it is not taken yet."
    elif compared is None:
        told = "Parity: not compared."
    elif compared.parity:
        told = "Parity holds: the old chain and this file come to the same"
        told += f", but for {plural(compared.accepted, 'accepted difference')}." * bool(
            compared.accepted
        )
        told = told if told.endswith(".") else f"{told}."
    else:
        told = f"Parity is broken: {plural(compared.forbidden, 'forbidden difference')}."
    items = [_allowed(one) for one in facts.allowed]
    return joined(
        tag("p", told, class_="parity"),
        _part(f"{plural(len(items), 'difference')} allowed by the profile", items, open_=True),
    )


def _allowed(one: AllowedDifference) -> Content:
    sides = value(one.old), " became ", value(one.new)
    return tag("code", one.key), ": ", sides, f" by {one.rule}: {one.reason}"


def _dropped(facts: PresetReport) -> Html:
    if facts.comments is None:
        return tag("p", "Comments: what became of them is not known without the legacy tree.")
    by_file: dict[str, list[DroppedComment]] = {}
    for one in facts.comments.dropped:
        by_file.setdefault(one.place.path, []).append(one)
    kept, dropped = facts.comments.kept, len(facts.comments.dropped)
    inside = [
        _part(f"{in_record(path)}: {len(comments)}", [_comment(one) for one in comments])
        for path, comments in by_file.items()
    ]
    if not inside:
        return tag("p", f"Comments: all {kept} are kept.")
    return tag("details", tag("summary", f"Comments: {kept} kept, {dropped} dropped"), inside)


def _comment(one: DroppedComment) -> Content:
    of = f"of {one.key}: " if one.key else ""
    shown = [
        (tag("code", shortened(line, LONGEST_LINE), class_="remark"), tag("br"))
        for line in one.lines
    ]
    return f"line {one.place.line} ", shown, f"{of}{one.reason}"


def _files(facts: PresetReport) -> Content:
    gone = [tag("code", one.path) for one in facts.files if one.kind == "delete"]
    other = [one for one in facts.files if one.kind != "delete"]
    edited = [_edited(one) for one in other]
    return (
        _part(f"{plural(len(edited), 'file')} with references that followed", edited),
        _part(f"{plural(len(gone), 'file')} that went with this step", gone),
    )


def _edited(one: ChangedFile) -> Content:
    return tag("code", one.path), [_hunk(hunk) for hunk in one.hunks[:MOST_ITEMS]]


def _hunk(hunk: Hunk) -> Html:
    signs = [
        *(("-", "gone", raw) for raw in hunk.old),
        *(("+", "come", raw) for raw in hunk.new),
    ]
    lines = [
        tag("span", f"{sign} {_decoded(raw)}", class_=kind)
        for sign, kind, raw in signs[:MOST_ITEMS]
    ]
    return tag("div", f"line {hunk.lines[0] + 1}", lines, class_="hunk")


def _decoded(raw: bytes) -> str:
    return shortened(raw.decode("utf-8", "backslashreplace").rstrip("\r\n"), LONGEST_LINE)


def _left(facts: PresetReport) -> Html | None:
    items = [
        (
            tag("code", str(one.place)),
            " ",
            tag("code", shortened(one.written, LONGEST_VALUE)),
            " ",
            one.reason,
        )
        for one in facts.left
    ]
    return _part(f"{plural(len(items), 'reference')} left as they are", items)
