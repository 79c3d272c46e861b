"""The parts of a YAML text: nodes and entries that know exactly where they stand."""

from __future__ import annotations

from typing import Any

SCALAR, SEQUENCE, MAPPING, ALIAS = "scalar", "sequence", "mapping", "alias"

Span = tuple[int, int]
"""Half-open character offsets into a document's text."""


class Node:
    """One node. `props` is where its anchor and tag begin, `start` to `end` is its body.

    `end` is the true end: right after the last character of content, before trailing comments and
    blank lines (libyaml's own end mark of a block collection runs to the next token).
    """

    __slots__ = (
        "anchor",
        "end",
        "entries",
        "flow",
        "holder",
        "items",
        "kind",
        "plain",
        "props",
        "size",
        "start",
        "style",
        "tag",
        "tail",
        "target",
        "value",
    )

    kind: str
    props: int
    start: int
    end: int
    anchor: str | None
    tag: str | None
    flow: bool
    style: str
    plain: tuple[bool, bool]
    value: str
    items: list[Node]
    entries: list[Entry]
    target: Node
    size: int
    tail: list[Run]
    holder: Node | Entry | None
    """What it stands in: the entry whose value it is, else the collection."""

    def __init__(self, kind: str, props: int, start: int, end: int) -> None:
        self.kind = kind
        self.props = props
        self.start = start
        self.end = end
        self.anchor = None
        self.tag = None
        self.flow = False
        self.size = 1
        self.holder = None

    @property
    def is_block_collection(self) -> bool:
        """Whether this is a mapping or a sequence written over lines, by indentation."""
        return not self.flow and self.kind in (MAPPING, SEQUENCE)

    @property
    def is_block_scalar(self) -> bool:
        """Whether this is a text below a `|` or `>`."""
        return self.kind == SCALAR and self.style in ("|", ">")

    def tag_text(self, text: str) -> str:
        """The tag as its author spelled it, with one space behind it; "" if there is none."""
        words = [word for word in text[self.props : self.start].split() if word.startswith("!")]
        return f"{words[0]} " if words else ""

    def resolved(self) -> Node:
        """The node itself, or what an alias stands for."""
        return self.target if self.kind == ALIAS else self


class Entry:
    """One key of a mapping and its value, with the comments that belong to it.

    The comment fields are filled by `comments.attribute`; until then they are empty.
    """

    __slots__ = ("after", "blank", "floats", "flow", "key", "lead", "pykey", "start", "value")

    def __init__(self, key: Node, value: Node, start: int, flow: bool) -> None:
        self.key = key
        self.value = value
        self.start = start
        self.flow = flow
        self.pykey: Any = None
        self.floats: list[Run] = []
        self.lead: Run | None = None
        self.after: list[Span] = []
        self.blank = False

    @property
    def end(self) -> int:
        """Where the last character of the entry's content ends."""
        return max(self.key.end, self.value.end)


class Run:
    """Comment lines without a blank line between them; spans begin at the `#`."""

    __slots__ = ("blank_before", "lines")

    def __init__(self, lines: list[Span], blank_before: bool = False) -> None:
        self.lines = lines
        self.blank_before = blank_before

    @property
    def start(self) -> int:
        """The offset of the first `#`."""
        return self.lines[0][0]


def deepest_last(node: Node) -> Node:
    """The scalar, alias or empty collection with which a node's text ends."""
    while True:
        if node.kind == MAPPING and node.entries and not node.flow:
            node = node.entries[-1].value
        elif node.kind == SEQUENCE and node.items and not node.flow:
            node = node.items[-1]
        else:
            return node
