"""A value in place of another, in a block or between braces, its comments kept or changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrate.yaml_text.document import Document
from migrate.yaml_text.edit_target import Splice, Target, outside_comments
from migrate.yaml_text.nodes import ALIAS, Entry, Node
from migrate.yaml_text.render import in_flow_style, shift
from migrate.yaml_text.value_text import ValueText, indicator_end, own_end


class ValueSlot(NamedTuple):
    """Where a value stands in a block, as offsets: `start`, and `head` behind the colon or dash."""

    start: int
    head: int
    value: Node
    end: int
    """Where all ends that belongs to it."""

    @classmethod
    def of(cls, document: Document, target: Target) -> ValueSlot | None:
        """The slot of an entry or item; None for a key without a colon, as `? a`."""
        there = target.there
        text = document.text
        if isinstance(there, Entry):
            colon = outside_comments(document, ":", there.key.end, there.value.props)
            if colon is None:
                return None
            return cls(there.start, colon + 1, there.value, own_end(document, there))
        assert there is not None
        assert target.holder is not None
        ends = [item.end for item in target.holder.items if item.end <= there.props]
        dash = outside_comments(document, "-", max([target.holder.start, *ends]), there.props)
        assert dash is not None
        return cls(dash, dash + 1, there, min(len(text), document.line_end(there.end)))


def in_block(document: Document, target: Target, new: ValueText) -> Iterator[list[Splice]]:
    """Edits that put a value in place of another, the likeliest first."""
    slot = ValueSlot.of(document, target)
    if slot is None:
        return
    entry = target.there if isinstance(target.there, Entry) else None
    document.attribute()
    value, column = slot.value, document.column(slot.start)
    above = _above(document, slot, entry, new)
    key = document.text[slot.start : slot.head]
    gap, behind, after = _around(document, slot)
    if new.behind is not None:
        behind, after = comments_behind(new.behind, behind, column)
    anchor = f"&{value.anchor}" if value.anchor is not None and value.kind != ALIAS else ""
    for header, below in _placed(document, slot, new, column):
        first = " ".join(filter(None, [anchor, header]))
        kept = gap if "\n" not in gap or not below else " "
        comment = behind if behind.strip() else ""
        if entry is None and not first and below and not comment:
            said = f"{key} {below.lstrip()}"  # `- a: 1`
        else:
            said = f"{key}{kept if first else ''}{first}{comment}{below}"
        yield [*above, (slot.start, slot.end, said + after)]


def _around(document: Document, slot: ValueSlot) -> tuple[str, str, str]:
    """The space in front of a value, the comment on its line, and the comment lines after it."""
    text, value = document.text, slot.value
    line = document.line_end(slot.head)
    gap = text[slot.head : value.props]
    if value.is_block_collection:
        on_line = value.start > line  # what stands on the line of the key is no entry of it
        at = max([slot.head, *(end for end in props_ends(document, value) if end <= line)])
        return " ", text[at:line] if on_line else "", ""
    if value.is_block_scalar:
        at = indicator_end(document, value)
        return gap, text[at : document.line_end(at)], text[document.line_end(value.end) : slot.end]
    at = document.line_end(value.end)
    return gap or " ", text[value.end : at], text[at : slot.end]


def props_ends(document: Document, node: Node) -> Iterator[int]:
    """Where the anchor and the tag of a node end, up to a comment."""
    at = node.props
    for word in document.text[node.props : node.start].split():
        at = document.text.index(word, at) + len(word)
        if word.startswith("#"):
            return
        yield at


def comments_behind(lines: Sequence[str], old: str, column: int) -> tuple[str, str]:
    """The comment on the line of a value, and its further lines, as they are to be."""
    first, more = (lines[0], lines[1:]) if lines else ("", ())
    gap = old[: len(old) - len(old.lstrip(" \t"))] if old.strip() else "  "
    below = "".join(f"\n{' ' * (column + 2)}{line}" for line in more)
    return (gap or " ") + first if first else "", below


def _above(
    document: Document, slot: ValueSlot, entry: Entry | None, new: ValueText
) -> Iterator[Splice]:
    """The comment lines above, where others are to stand there."""
    if new.above is None:
        return
    column = document.column(slot.start)
    at = start = slot.start - column
    margin = document.text[at : slot.start]
    if entry is not None and entry.lead is not None and not margin.strip():
        start = entry.lead.start - document.column(entry.lead.start)
    indent = margin[: len(margin) - len(margin.lstrip(" "))]
    yield start, at, "".join(f"{indent}{line}\n" for line in new.above)


def _placed(
    document: Document, slot: ValueSlot, new: ValueText, column: int
) -> Iterator[tuple[str, str]]:
    """What stands behind the colon, and the lines below, each with a line feed before it."""
    header, below = new.parts
    if new.is_block_collection:
        value = slot.value
        step = 2 if document.text[slot.start : slot.head] == "-" else None
        if value.is_block_collection and step is None:
            step = step_between(document, slot.start, value)
            if not step and not below.lstrip().startswith("-"):
                step = None  # only the items of a list stand in the column of its key
        yield header, "\n" + block_lines(below, column, step)
    elif below:
        yield header, shift("\n" + below, column)
    else:
        yield from ((text, "") for text in moved(header, column))


def moved(text: str, column: int) -> Iterator[str]:
    """A scalar or flow collection for another column; its later lines have to be deeper."""
    yield shift(text, column)
    if "\n" in text:
        yield "\n".join(
            line.lstrip(" ") and (" " * (column + 2) * bool(number) + line.lstrip(" "))
            for number, line in enumerate(text.split("\n"))
        )


def block_lines(below: str, column: int, step: int | None) -> str:
    """The lines of a block below a key in a column, deeper by a step; None: by its author's."""
    first = next(line for line in below.split("\n") if line.strip())
    inside = len(first) - len(first.lstrip(" "))
    return shift("\n" + below, column + (inside if step is None else step) - inside)[1:]


def step_between(document: Document, start: int, value: Node) -> int | None:
    """By how much a block is indented below its key; None if it does not begin a line."""
    at = value.start - document.column(value.start)
    if document.text[at : value.start].strip():
        return None
    return document.column(value.start) - document.column(start)


# A value in a flow collection.


def in_flow(document: Document, target: Target, new: ValueText) -> Iterator[list[Splice]]:
    """The same between braces or brackets, where a value is one line and no comment."""
    value, text = target.value, document.text
    there = target.there
    colon = ":" if isinstance(there, Entry) and _colonless(document, there) else ""
    gap = " " if colon or text[value.props - 1] == ":" else ""
    anchor = f"&{value.anchor} " if value.anchor is not None and value.kind != ALIAS else ""
    assert target.holder is not None
    above = above_flow(document, target.holder, new)
    for said in flow_texts(new):
        yield [*above, (value.props, value.end, f"{colon}{gap}{anchor}{said}")]


def _colonless(document: Document, entry: Entry) -> bool:
    return outside_comments(document, ":", entry.key.end, max(entry.value.props, 0)) is None


def flow_texts(new: ValueText) -> Iterator[str]:
    """How a value can stand between braces: as it is, else written in one line."""
    document = new.document()
    if not new.parts[1]:
        yield new.text
    if document.root is not None:
        yield in_flow_style(document, document.root.entries[0].value)


def above_flow(document: Document, holder: Node, new: ValueText) -> list[Splice]:
    """Comments that have no line of their own stand above the block entry that holds all."""
    lines = [line for line in (*(new.above or ()), *(new.behind or ())) if line]
    start = _block_start(document, holder)
    at = start - document.column(start)
    margin = document.text[at:start]
    indent = margin[: len(margin) - len(margin.lstrip(" "))]
    return [(at, at, "".join(f"{indent}{line}\n" for line in lines))] if lines else []


def _block_start(document: Document, node: Node) -> int:
    """Where the line begins that a flow collection hangs on: its outermost key, or item."""
    holder: Node | Entry | None = node
    start = node.props
    while holder is not None:
        if isinstance(holder, Entry):
            start = holder.start
            if not holder.flow:
                break
            holder = holder.key.holder
        else:
            start = holder.props if holder.flow else start
            holder = holder.holder if holder.flow else None
    return start
