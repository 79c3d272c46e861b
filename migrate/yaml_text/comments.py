"""Which comment belongs to which key.

The rules (R1 to R7 in docs/comments.md): end-of-line and continuation comments belong to the entry
before them, the last run above a key to that key, earlier runs float, deeper runs after the last
entry of a block belong to the block.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from migrate.yaml_text.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Entry, Node, Run, Span

_COMMENT = re.compile(r"#[^\n]*")
_ITEM = re.compile(r"#[ \t]*-(?=[ \t\n])")
_PROPS_OR_COMMENT = re.compile(r"#[^\n]*|[&!]\S*")


def comment_spans(text: str, root: Node | None) -> list[Span]:
    """Every comment of a text, from its `#` to its line's end, in order.

    Between tokens any `#` begins a comment: that is how libyaml scans.
    """
    spans: list[Span] = []
    position = 0
    for start, end in _opaque_spans(text, root):
        _find(text, position, start, spans)
        position = max(position, end)
    _find(text, position, len(text), spans)
    return spans


def _find(text: str, start: int, end: int, spans: list[Span]) -> None:
    if text.find("#", start, end) >= 0:
        spans.extend(
            (match.start(), match.start() + len(match.group().rstrip()))
            for match in _COMMENT.finditer(text, start, end)
        )


def whole_comments(text: str, spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Comments as people count them, of those that `comment_spans` found: lines that adjoin and
    begin in one column are one, of which the first may stand behind a value."""
    whole: list[Span] = []
    for span in spans:
        if whole and not _continues(text, whole[-1], span):
            yield whole
            whole = []
        whole.append(span)
    if whole:
        yield whole


def _continues(text: str, above: Span, below: Span) -> bool:
    """Whether nothing but one line's end stands between two comments of one column."""
    between = text[above[1] : below[0]]
    newline = text.find("\n", above[1])
    column = above[0] - text.rfind("\n", 0, above[0]) - 1
    return between.isspace() and between.count("\n") == 1 and column == below[0] - newline - 1


def _opaque_spans(text: str, root: Node | None) -> Iterator[Span]:
    """Where no comment can begin: anchors, tags, and the bodies of scalars and aliases."""
    stack = [root] if root is not None else []
    while stack:
        node = stack.pop()
        if node.props != node.start:
            for match in _PROPS_OR_COMMENT.finditer(text, node.props, node.start):
                if match.group()[0] != "#":
                    yield match.span()
        if node.kind == ALIAS:
            yield node.start, node.end
        elif node.kind == SCALAR:
            yield _body(text, node)
        elif node.kind == SEQUENCE:
            stack.extend(reversed(node.items))
        else:
            for entry in reversed(node.entries):
                stack.append(entry.value)
                stack.append(entry.key)


def _body(text: str, node: Node) -> Span:
    """A scalar's body; the header line of a block scalar may hold a comment."""
    if node.style and node.style in "|>":
        newline = text.find("\n", node.start, node.end)
        return (newline, node.end) if newline >= 0 else (node.end, node.end)
    return node.start, node.end


def _is_empty(value: Node) -> bool:
    """Whether nothing was written as a value."""
    return value.kind == SCALAR and value.start == value.end


class Attribution:
    """Gives every comment of one document to an entry, a block, the header or the footer."""

    def __init__(self, text: str, root: Node, comments: list[Span]) -> None:
        self.text = text
        self.comments = comments
        self.starts = [start for start, _ in comments]
        self.root = root

    def run(self) -> list[Run]:
        """Fill the entries' comment fields; return what follows the last entry: the footer."""
        if self.root.flow or not self.root.entries:
            if self.root.flow:
                self._flow(self.root)
            return self._runs(self._next_line(self.root.end), len(self.text))
        return self._runs(self._block(self.root), len(self.text))

    def above_root(self) -> list[Run]:
        """The runs above a root that is no block mapping."""
        return self._runs(0, self._line_start(self.root.props))

    # Each method below takes and returns offsets of line starts.

    def _block(self, root: Node) -> int:
        """Attribute inside the root; return the offset where the footer may begin."""
        self._nested(root, 0)
        last = root.entries[-1]
        return self._trailing(last, self.column(last.start), self._next_line(last.end))

    def _inside(self, entry: Entry) -> int:
        """Attribute inside an entry's value; return the start of the line after its content."""
        value = entry.value
        if value.kind == MAPPING and not value.flow and value.entries:
            self._nested(value, self._next_line(self._header_end(entry)))
        elif value.kind == MAPPING and value.flow:
            self._flow(value)
        elif value.kind == SEQUENCE:
            self._sequence(value)
        return self._next_line(entry.end)

    def _nested(self, mapping: Node, gap_start: int) -> None:
        position = gap_start
        for number, entry in enumerate(mapping.entries):
            if number or self._line_start(entry.start) >= gap_start:
                self._leading(entry, position)
            position = self._inside(entry)
            if number + 1 < len(mapping.entries):
                position = self._trailing(entry, self.column(entry.start), position)

    def _sequence(self, sequence: Node) -> None:
        for item in sequence.items:
            if item.kind == MAPPING and item.entries:
                if item.flow:
                    self._flow(item)
                else:
                    self._nested(item, self._next_line(item.entries[0].start))
            elif item.kind == SEQUENCE:
                self._sequence(item)

    def _trailing(self, entry: Entry, column: int, position: int) -> int:
        """R2: what follows an entry and stands deeper than its key belongs to it.

        Below a key without a value that is its block, all of it commented out.
        """
        value = entry.value
        if value.kind == MAPPING and not value.flow and value.entries:
            last = value.entries[-1]
            position = self._trailing(last, self.column(last.start), position)
            runs, position = self._deeper(position, column, across_blanks=True)
            value.tail = value.tail + runs
            return position
        empty = _is_empty(value)
        across = (value.kind == SEQUENCE and not value.flow) or empty
        if empty:
            position = self._items_below(entry, column, position)
        runs, position = self._deeper(position, column, across_blanks=across)
        entry.after += [line for run in runs for line in run.lines]
        return position

    def _items_below(self, entry: Entry, column: int, position: int) -> int:
        """Commented-out items of a list that is not indented, right below its key."""
        for start, comment in self._gap(position, len(self.text)):
            if comment is None or comment[0] - start != column:
                break
            if not _ITEM.match(self.text, comment[0]):
                break
            entry.after.append(comment)
            position = self._next_line(comment[1])
        return position

    def _deeper(self, position: int, column: int, across_blanks: bool) -> tuple[list[Run], int]:
        """Comment lines further in than `column`, from a line start on."""
        runs: list[Run] = []
        blank = False
        behind = position
        for start, comment in self._gap(position, len(self.text)):
            if comment is None:
                blank = True
                if not across_blanks:
                    break
                continue
            if comment[0] - start <= column:
                break
            if blank or not runs:
                runs.append(Run([], blank))
            runs[-1].lines.append(comment)
            blank = False
            behind = self._next_line(comment[1])
        return runs, behind

    def _leading(self, entry: Entry, position: int) -> None:
        """R3 and R4: the run directly above a key is its own, earlier ones float."""
        end = self._line_start(entry.start)
        runs = self._runs(position, end)
        if runs and not self._blank_between(runs[-1].lines[-1][1], end):
            entry.lead = runs.pop()
        entry.floats = runs
        first = entry.lead.start if entry.lead else entry.start
        line = self._line_start(first)
        # Not in a gap, a blank line may be the end of a block scalar.
        entry.blank = line > position and self._blank_before(line)

    def _flow(self, mapping: Node) -> None:
        """Comments inside a flow mapping: on an entry's last line its own, else the next one's."""
        previous: Entry | None = None
        position = mapping.start + 1
        for entry in mapping.entries:
            self._flow_gap(previous, entry, position, entry.start)
            previous, position = entry, entry.end
            if entry.value.kind == MAPPING and entry.value.flow:
                self._flow(entry.value)
        for comment in self._between(position, mapping.end):
            if previous is not None and "\n" not in self.text[previous.end : comment[0]]:
                previous.after.append(comment)
            else:
                mapping.tail.append(Run([comment]))

    def _flow_gap(self, previous: Entry | None, entry: Entry, start: int, end: int) -> None:
        lines: list[Span] = []
        for comment in self._between(start, end):
            if previous is not None and "\n" not in self.text[previous.end : comment[0]]:
                previous.after.append(comment)
            else:
                lines.append(comment)
        entry.lead = Run(lines) if lines else None

    # Lines and offsets.

    def column(self, offset: int) -> int:
        """0-based column of an offset."""
        return offset - self._line_start(offset)

    def _line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def _next_line(self, offset: int) -> int:
        newline = self.text.find("\n", offset)
        return len(self.text) if newline < 0 else newline + 1

    def _header_end(self, entry: Entry) -> int:
        """Where the line of a block value's key ends, props on lines of their own included."""
        value = entry.value
        return value.props if value.props < value.start else entry.key.end

    def _between(self, start: int, end: int) -> list[Span]:
        return self.comments[bisect_left(self.starts, start) : bisect_left(self.starts, end)]

    def _gap(self, start: int, end: int) -> Iterator[tuple[int, Span | None]]:
        """The lines of a gap: `(line start, comment or None if blank)`, up to anything else."""
        index = bisect_left(self.starts, start)
        position = start
        while position < end:
            behind = self._next_line(position)
            line = self.text[position:behind].lstrip(" \t")
            marker = line.startswith(("---", "...", "%"))
            if line.isspace() or not line:
                yield position, None
            elif line.startswith("#") or (marker and "#" in line):
                while index < len(self.starts) and self.starts[index] < position:
                    index += 1
                if index < len(self.starts) and self.starts[index] < behind:
                    yield position, self.comments[index]
            elif not marker:
                return
            position = behind

    def _runs(self, start: int, end: int) -> list[Run]:
        """The comment runs of a gap."""
        runs: list[Run] = []
        blank = joined = False
        for _, comment in self._gap(start, end):
            if comment is None:
                blank, joined = True, False
                continue
            if not joined:
                runs.append(Run([], blank))
            runs[-1].lines.append(comment)
            blank, joined = False, True
        return runs

    def _blank_between(self, start: int, end: int) -> bool:
        """Whether a blank line stands between a comment's end and a line start."""
        return "\n" in self.text[self._next_line(start) : end]

    def _blank_before(self, line_start: int) -> bool:
        previous = self._line_start(line_start - 1)
        return not self.text[previous : line_start - 1].strip()
