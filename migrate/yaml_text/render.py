"""Stretches of source text, moved: re-indented, aliases expanded, anchors kept or stripped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from migrate.yaml_text import (
    ALIAS,
    MAPPING,
    SCALAR,
    Document,
    Entry,
    Node,
    Span,
    deepest_last,
)
from migrate.yaml_text.anchors import Anchors, linked_in

_FLOW_SAFE = re.compile(
    r"[^\s,\[\]{}#:&*!|>'\"%@`?-][^,\[\]{}\n#:]*\Z|-?[\w.+]+\Z|[-+]?\d[\w.:+ -]*(?<!:)\Z"
)
NO_ANCHORS = Anchors()


def shift(text: str, delta: int) -> str:
    """Move every line but the first by `delta` columns; empty lines stay empty."""
    if delta == 0 or "\n" not in text:
        return text
    first, *rest = text.split("\n")
    return "\n".join([first, *(_shift_line(line, delta) for line in rest)])


def _shift_line(line: str, delta: int) -> str:
    if not line:
        return line
    if delta > 0:
        return " " * delta + line
    spaces = len(line) - len(line.lstrip(" "))
    return line[min(-delta, spaces) :]


def source(document: Document, span: Span, anchors: Anchors) -> str:
    """A stretch of a document with its anchors and aliases as the new file needs them."""
    text = document.text
    edits = _edits(document, span, anchors)
    if not edits:
        return text[span[0] : span[1]]
    out: list[str] = []
    position = span[0]
    for start, end, new in sorted(edits):
        if start >= position:
            out += (text[position:start], new)
            position = end
    out.append(text[position : span[1]])
    return "".join(out)


def _edits(document: Document, span: Span, anchors: Anchors) -> list[tuple[int, int, str]]:
    linked = linked_in(document, span)
    edits = [edit for node in linked for edit in _edit(document, node, anchors, span[1])]
    return edits if document.text.endswith("\n") else edits + chomping(document, span)


def _edit(
    document: Document, node: Node, anchors: Anchors, end: int
) -> Iterator[tuple[int, int, str]]:
    if node.kind != ALIAS:
        edit = _anchor_edit(document.text, node, anchors.take(node))
        yield from [edit] if edit is not None else []
    elif not anchors.stays(node):
        yield expand(document, node)
        yield from _comments_below(document, node, end)
    elif (name := anchors.name(node.target)) != node.anchor:
        yield node.start, node.end, f"*{name}"


def _comments_below(document: Document, alias: Node, end: int) -> Iterator[tuple[int, int, str]]:
    """The comments right below an alias that is written out, moved left where they would be text:
    its value may end with a block scalar, to which all belongs that stands as deep."""
    last = deepest_last(alias.target)
    if not last.is_block_scalar:
        return
    room = alias.target.is_block_collection or _is_deep(document, last)
    column = holder_column(document, alias) + int(room)
    start = document.line_end(alias.end) + 1
    while start < end:
        line = document.line_text(start)
        spaces = len(line) - len(line.lstrip())
        if line.strip() and line[spaces] != "#":
            return
        if line.strip() and spaces > column:
            yield start, start + spaces, " " * column
        start += len(line) + 1


def _is_deep(document: Document, block: Node) -> bool:
    """Whether a block scalar's text surely stands two columns deeper than what it hangs on."""
    header, *lines = document.text[block.start : block.end].split("\n")
    depths = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    counted = re.match(r"[|>][-+]?[1-9]", header) is not None
    return not counted and min(depths, default=0) > holder_column(document, block) + 1


def _anchor_edit(text: str, node: Node, name: str | None) -> tuple[int, int, str] | None:
    if name == node.anchor:
        return None
    start = text.index(f"&{node.anchor}", node.props)
    end = start + 1 + len(node.anchor or "")
    if name is not None:
        return start, end, f"&{name}"
    behind = end
    while text[behind : behind + 1] in (" ", "\t"):
        behind += 1
    if text[behind : behind + 1] not in ("", "\n", "#"):
        return start, behind, ""
    return _before_space(text, start), end, ""


def chomping(document: Document, span: Span) -> list[tuple[int, int, str]]:
    """A block scalar that ends its file without a line feed needs `-` once more follows."""
    text = document.text
    if span[1] < len(text.rstrip()):
        return []
    node = _last_scalar(document)
    if (
        node is None
        or node.style not in ("|", ">")
        or node.start < span[0]
        or node.value.endswith("\n")
    ):
        return []
    header = re.match(r"[|>][0-9]?([+-]?)[0-9]?", text[node.start :])
    if header is None or header.group(1) == "-":
        return []
    end = node.start + header.end()
    return [(node.start, end, text[node.start : end].replace("+", "") + "-")]


def _last_scalar(document: Document) -> Node | None:
    node = document.root
    while node is not None and node.kind != SCALAR:
        if node.kind == MAPPING and node.entries:
            node = node.entries[-1].value
        elif node.kind not in (MAPPING, ALIAS) and node.items:
            node = node.items[-1]
        else:
            return None
    return node


def holder_column(document: Document, node: Node) -> int:
    """The column of what a node hangs on: its entry's key, or its item's dash."""
    if isinstance(node.holder, Entry):
        return document.column(node.holder.start)
    line_start = node.props - document.column(node.props)
    dash = document.text.rfind("-", line_start, node.props)
    return dash - line_start if dash >= 0 else document.column(node.props)


def expand(document: Document, alias: Node) -> tuple[int, int, str]:
    """The edit that puts an alias's value in its place, written as its author wrote it."""
    target = alias.target
    in_flow = isinstance(alias.holder, Entry) and alias.holder.flow
    in_flow = in_flow or (isinstance(alias.holder, Node) and alias.holder.flow)
    if in_flow:
        return alias.start, alias.end, in_flow_style(document, target)
    column = holder_column(document, alias)
    if not target.is_block_collection:
        delta = column - holder_column(document, target)
        text = shift(body(document, target), delta)
        if target.kind == SCALAR and target.style in ("|", ">"):
            # What stood behind the alias belongs behind the header of the block.
            header, _, rest = text.partition("\n")
            end = document.line_end(alias.end)
            return alias.start, end, f"{header}{document.text[alias.end : end]}\n{rest}"
        return (alias.start if text else _before_space(document.text, alias.start)), alias.end, text
    lines = block_lines(document, target, column + 2)
    if isinstance(alias.holder, Node):
        return alias.start, alias.end, lines.lstrip(" ")
    end = document.line_end(alias.end)
    start = _before_space(document.text, alias.start)
    return start, end, document.text[alias.end : end] + "\n" + lines


def _before_space(text: str, offset: int) -> int:
    while text[offset - 1] in " \t":
        offset -= 1
    return offset


def body(document: Document, node: Node) -> str:
    """A node's text without its anchor, its tag kept, its own aliases expanded."""
    text = source(document, (node.start, node.end), NO_ANCHORS)
    return f"{node.tag_text(document.text)}{text}" if node.tag is not None else text


def block_lines(document: Document, node: Node, column: int) -> str:
    """A block collection's lines at a column, end-of-line comments included."""
    span = (node.start, document.line_end(node.end))
    text = source(document, span, NO_ANCHORS)
    return " " * column + shift(text, column - document.column(node.start))


def in_flow_style(document: Document, node: Node) -> str:
    """A node as flow text: verbatim where it is flow already."""
    node = node.resolved()
    if node.flow:
        return body(document, node)
    if node.kind == MAPPING:
        entries = (_flow_entry(document, entry) for entry in node.entries)
        return "{" + ", ".join(entries) + "}"
    if node.kind != SCALAR:
        return "[" + ", ".join(in_flow_style(document, item) for item in node.items) + "]"
    text = body(document, node) or "null"  # between braces nothing is no value
    if node.style in ("'", '"') or (not node.style and _FLOW_SAFE.match(text)):
        return text
    return json.dumps(node.value, ensure_ascii=False)


def _flow_entry(document: Document, entry: Entry) -> str:
    return f"{in_flow_style(document, entry.key)}: {in_flow_style(document, entry.value)}"
