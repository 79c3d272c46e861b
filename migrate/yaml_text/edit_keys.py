"""A key more in a mapping, and a key that goes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from migrate.errors import Refused
from migrate.locations import dotted
from migrate.yaml_text.document import Document
from migrate.yaml_text.edit_target import Splice, Target, outside_comments
from migrate.yaml_text.edit_value import (
    ValueSlot,
    above_flow,
    block_lines,
    comments_behind,
    flow_texts,
    in_block,
    moved,
    props_ends,
    step_between,
)
from migrate.yaml_text.nodes import MAPPING, Entry, Node
from migrate.yaml_text.render import chomping, shift
from migrate.yaml_text.spelling import spell
from migrate.yaml_text.value_text import ValueText, own_end
from migrate.yaml_text.values import is_merge

# A new key.


def additions(document: Document, target: Target, new: ValueText) -> Iterator[list[Splice]]:
    """Edits that add the missing end of a path, the likeliest first."""
    holder = target.holder
    if holder is None:
        yield [_at_the_end(document, _entry_lines(document, target, new, 0))]
    elif not holder.flow:
        yield from _below_last(document, holder, target, new)
    else:
        if not holder.entries:
            yield from _block_for_braces(document, holder, target, new)
        yield from _between_braces(document, holder, target, new)


def _at_the_end(document: Document, lines: Sequence[str]) -> Splice:
    """Lines for a text that holds no key yet."""
    text = document.text
    ended = text.startswith("...") and "\n" not in text[:3]
    at = 0 if ended else text.find("\n...") + 1 or len(text)
    unended = text[:at][-1:] not in ("", "\n")
    return at, at, "\n" * unended + "\n".join(lines) + "\n" * (not unended)


def _below_last(
    document: Document, holder: Node, target: Target, new: ValueText
) -> Iterator[list[Splice]]:
    document.attribute()
    lines = _entry_lines(document, target, new, document.column(holder.entries[0].start))
    at = own_end(document, holder.entries[-1])
    added = "\n" + "\n".join(lines)
    spaced = len(holder.entries) > 1 and all(entry.blank for entry in holder.entries[1:])
    last = chomping(document, (0, at)) if at == len(document.text) else []
    for text in [f"\n{added}", added] if spaced else [added]:
        yield [*last, (at, at, text)]


def _block_for_braces(
    document: Document, holder: Node, target: Target, new: ValueText
) -> Iterator[list[Splice]]:
    """Edits that write the first key of `{}` on a line of its own."""
    lines = _entry_lines(document, target, new, 0)
    if holder is document.root:
        yield [(holder.props, holder.end, "\n".join(lines))]
        return
    around = holder.holder
    if around is None or around.flow:
        return
    node = around if isinstance(around, Node) else None
    text = "\n" + "\n".join(f"  {line}" if line else line for line in lines)
    yield from in_block(document, Target(node, holder if node else around, ()), ValueText(text))


def _between_braces(
    document: Document, holder: Node, target: Target, new: ValueText
) -> Iterator[list[Splice]]:
    """Edits that add a key to `{a: 1}`: on a line of its own where the last one has that."""
    above = above_flow(document, holder, new)
    names = [_key_text(document, holder, key) for key in target.missing]
    for said in flow_texts(new):
        text = names[-1] + ": " + said
        for name in reversed(names[:-1]):
            text = f"{name}: {{{text}}}"
        if not holder.entries:
            yield [*above, (holder.start, holder.end, f"{{{text}}}")]
        else:
            yield [*above, *_behind_last(document, holder, text)]


def _behind_last(document: Document, holder: Node, text: str) -> list[Splice]:
    last = holder.entries[-1]
    comma = outside_comments(document, ",", last.end, holder.end)
    own_line = not document.text[last.start - document.column(last.start) : last.start].strip()
    end = document.line_end(last.end if comma is None else comma)
    if not own_line or end >= holder.end:
        if comma is None:
            return [(last.end, last.end, f", {text}")]
        return [(comma + 1, comma + 1, f" {text}")]
    indent = " " * document.column(last.start)
    if comma is None:
        return [(last.end, last.end, ","), (end, end, f"\n{indent}{text}")]
    return [(end, end, f"\n{indent}{text},")]


def _entry_lines(document: Document, target: Target, new: ValueText, column: int) -> list[str]:
    """The lines of a new entry, with the mappings that it needs around it."""
    step = _usual_step(document)
    lines: list[str] = []
    for key in target.missing[:-1]:
        lines.append(f"{' ' * column}{_key_text(document, target.holder, key)}:")
        column += step
    indent = " " * column
    lines += [f"{indent}{line}" for line in new.above or ()]
    behind, after = comments_behind(new.behind or (), "", column)
    header, below = new.parts
    if below and new.is_block_collection:
        below = block_lines(below, column, step if _holds_keys(new) else None)
    elif below:
        below = shift("\n" + below, column)[1:]
    else:
        header = next(iter(moved(header, column)))
    key = _key_text(document, target.holder, target.missing[-1])
    said = f"{indent}{key}:{' ' if header else ''}{header}{behind}"
    lines += [*said.split("\n"), *(below.split("\n") if below else ())]
    return [*lines, *after.split("\n")[1:]]


def _holds_keys(new: ValueText) -> bool:
    root = new.document().root
    return root is not None and root.entries[0].value.kind == MAPPING


def _usual_step(document: Document) -> int:
    """By how much the author indents the first mapping in a mapping; 2 if there is none."""
    for node in [document.root] if document.root is not None else []:
        for entry in node.entries:
            if entry.value.kind == MAPPING and entry.value.is_block_collection:
                step = step_between(document, entry.start, entry.value)
                if step:
                    return step
    return 2


def _key_text(document: Document, holder: Node | None, key: Any) -> str:
    """A key as its siblings are spelled: between double quotes if all of them are."""
    if not isinstance(key, str):
        return "null" if key is None else str(key).lower() if isinstance(key, bool) else str(key)
    entries = holder.entries if holder is not None else []
    quoted = bool(entries) and all(document.text[entry.key.start] == '"' for entry in entries)
    return json.dumps(key, ensure_ascii=False) if quoted else spell(key)


# A key that goes.


def removals(document: Document, target: Target) -> Iterator[list[Splice]]:
    """Edits that take an entry out, the likeliest first. Raises Refused for a key given twice."""
    entry, holder = target.there, target.holder
    assert isinstance(entry, Entry)
    assert holder is not None
    document.attribute()
    _refuse_again(document, holder, entry)
    if holder.flow:
        yield _cut_from_braces(document, holder, entry)
    elif len(holder.entries) > 1 or holder is document.root:
        yield [_cut_from_block(document, holder, entry)]
    else:
        yield from _cut_the_last(document, holder, entry)


def _refuse_again(document: Document, holder: Node, entry: Entry) -> None:
    """Refuse where another line would say the key once this one is gone."""
    for other in holder.entries:
        again = [other] if other is not entry else []
        again += document.values.brought(other)
        if any(one.pykey == entry.pykey for one in again if not is_merge(one.key)):
            what = f"{dotted((entry.pykey,))} is given again by line {document.line(other.start)}"
            raise Refused(what, document.place(entry.start), "take it out of that line first")


def _cut_from_block(document: Document, holder: Node, entry: Entry) -> Splice:
    """The lines of an entry, and a blank line that parted it from nothing any more."""
    text = document.text
    start = entry.start - document.column(entry.start)
    end = own_end(document, entry)
    if text[start : entry.start].strip():  # the first key of a list's item
        following = holder.entries[1]
        if not (following.lead or following.floats):
            return entry.start, following.start, ""
        return entry.start, end, ""
    if entry.lead is not None:
        start = entry.lead.start - document.column(entry.lead.start)
    last = entry is holder.entries[-1] and holder is not document.root
    if entry.blank and (last or not text[end + 1 : document.line_end(end + 1)].strip()):
        while start and not text[_line_before(text, start) : start].strip():
            start = _line_before(text, start)
    elif entry is holder.entries[0] and (start == 0 or holder is not document.root):
        while end < len(text) and not text[end + 1 : document.line_end(end + 1)].strip():
            end = document.line_end(end + 1)
    if end >= len(text) and start:
        return start - 1, len(text), ""
    return start, min(end + 1, len(text)), ""


def _line_before(text: str, start: int) -> int:
    return text.rfind("\n", 0, start - 1) + 1


def _cut_the_last(document: Document, holder: Node, entry: Entry) -> Iterator[list[Splice]]:
    """Edits that leave `{}`: the comments of the block stay below it, if they can."""
    around = holder.holder
    node = around if isinstance(around, Node) else None
    empty = Target(node, holder if node else around, ())
    slot = ValueSlot.of(document, empty)
    if slot is None:
        return
    line = document.line_end(slot.head)
    if holder.start > line:
        ends = [end for end in props_ends(document, holder) if end <= line]
        at = max([slot.head, *ends])
        yield [(at, at, " {}"), _cut_from_block(document, holder, entry)]
    yield from in_block(document, empty, ValueText("{}"))


def _cut_from_braces(document: Document, holder: Node, entry: Entry) -> list[Splice]:
    text = document.text
    number = holder.entries.index(entry)
    comma = outside_comments(document, ",", entry.end, holder.end)
    behind = entry.end if comma is None else comma + 1
    line = entry.start - document.column(entry.start)
    end = document.line_end(behind)
    alone = not text[line : entry.start].strip() and not text[behind:end].split("#")[0].strip()
    if alone and end < holder.end:
        start = line
        if entry.lead is not None:
            start = entry.lead.start - document.column(entry.lead.start)
        return [(start, end + 1, "")]
    if number + 1 < len(holder.entries):
        return [(entry.start, holder.entries[number + 1].start, "")]
    if number:
        return [(holder.entries[number - 1].end, behind, "")]
    return [(holder.start, holder.end, "{}")]
