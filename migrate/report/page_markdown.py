"""The same rollout as Markdown for a pull request: what fits into one, most important first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from migrate.findings import NOTE
from migrate.layout import REPORT
from migrate.locations import dotted
from migrate.parity import ABSENT
from migrate.report.markdown import VALUE, Sheet, code, cut
from migrate.report.page_drawing import described
from migrate.report.page_numbers import numbers, stay
from migrate.report.page_preset import in_record
from migrate.report.paint import plural
from migrate.report.since import since_markdown
from migrate.report.table import table_markdown, value_text

if TYPE_CHECKING:
    from migrate.commands.report import PresetReport, Report

LONG = 160
"""So many characters of a sentence are shown."""
MOST_NOTES = 20


def report_markdown(found: Report) -> str:
    """The report, at most `BYTES` long; what is left out is told."""
    out = Sheet()
    out.add([REPORT.decode(), *_numbers(found)])
    out.table(
        ("preset", "state", "files", "comments kept", "dropped", "note"),
        [_preset(one) for one in found.presets],
        "presets",
    )
    out.section("The gate", _gate(found))
    out.section("Behind and accepted", [*_behind(found), *_accepted(found)])
    if found.since is not None:
        out.block("Changed since the revision", since_markdown(found.since))
    for title, lines in (
        ("Allowed differences", _allowed(found)),
        ("Dropped comments", _dropped(found)),
        ("Files that went", _gone(found)),
    ):
        out.folded(f"{title}: {len(lines)}", lines)
    if found.table is not None and found.table.rows:
        out.block("Keys that differ", table_markdown(found.table), folded=True)
    return "\n".join(out.lines).rstrip("\n") + "\n"


def _numbers(found: Report) -> Iterator[str]:
    counted = numbers(found)
    waiting = f", {counted.waiting} to come" if counted.waiting else ""
    before, after = counted.merged_before, counted.merged_after
    migrated = f"{counted.applied} of {plural(counted.presets, 'preset')} migrated{waiting}"
    yield f"**{migrated}**; {counted.gate}"
    yield ""
    yield f"- a run merges {before} files before, {after} after"
    yield f"- before: {described(found.before)}"
    yield f"- after: {described(found.after)}"
    if counted.staying:
        yield f"- {stay(counted)}"
    yield f"- {plural(counted.kept, 'comment')} kept, {counted.dropped} dropped"
    yield ""


def _preset(one: PresetReport) -> tuple[str, ...]:
    status, comments = one.row, one.comments
    files = f"{status.files_before or '?'} to {len(one.chain_after) or status.files_now or '?'}"
    kept, dropped = (str(comments.kept), str(len(comments.dropped))) if comments else ("?", "?")
    note = one.problem or status.note
    return code(status.name), status.state, files, kept, dropped, code(cut(note, LONG))


def _gate(found: Report) -> list[str]:
    told = [one for one in found.verified.findings if one.level != NOTE]
    lines = []
    for one in told[:MOST_NOTES]:
        where = f"{_code(str(one.place))} " if one.place else ""
        lines.append(f"- **{one.level}** {where}{_code(cut(one.what, LONG))}")
    if len(told) > MOST_NOTES:
        lines.append(f"- and {len(told) - MOST_NOTES} more")
    return lines


def _code(text: str) -> str:
    """A text as code in a list."""
    return code(text, cell=False)


def _value(raw: object) -> str:
    return "nothing" if raw is ABSENT else _code(cut(value_text(raw) or '""', VALUE))


def _behind(found: Report) -> Iterator[str]:
    for name, edit in found.behind:
        change = f"{_value(edit.recorded)} became {_value(edit.today)}"
        yield f"- {_code(name)} lacks {_code(cut(dotted(edit.key), LONG))}: {change}"


def _accepted(found: Report) -> Iterator[str]:
    for one in found.accepted:
        change = f"{_value(one.was)} became {_value(one.now)}"
        key = _code(cut(one.key, LONG))
        yield f"- accepted: {_code(one.preset)} {key}: {change}, {_code(cut(one.reason, LONG))}"


def _allowed(found: Report) -> list[str]:
    return [
        f"- {_code(preset.row.name)} {_code(cut(one.key, LONG))}: {_value(one.old)} became "
        f"{_value(one.new)}, {_code(cut(one.reason, LONG))}"
        for preset in found.presets
        for one in preset.allowed
    ]


def _dropped(found: Report) -> list[str]:
    """Each comment once, however many presets dropped it, by the file in which it stood."""
    every = {
        (one.place, one.text): one
        for preset in found.presets
        if preset.comments is not None
        for one in preset.comments.dropped
    }
    lines = []
    for path, comments in groupby(sorted(every), key=lambda known: known[0].path):
        inside = "; ".join(f"{place.line}: {_code(cut(text, VALUE))}" for place, text in comments)
        lines.append(f"- {_code(in_record(path))} {inside}")
    return lines


def _gone(found: Report) -> list[str]:
    went = {one.path for preset in found.presets for one in preset.files if one.kind == "delete"}
    return [f"- {_code(path)}" for path in sorted(went)]
