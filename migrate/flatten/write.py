"""Write pieces as text: each value as its author spelled it, each comment beside its key."""

from __future__ import annotations

from collections.abc import Iterable

from migrate.flatten.flow import flow_text, key_text, stays_flow
from migrate.flatten.headers import Heading, Headings
from migrate.flatten.lines import Lines, run_text
from migrate.flatten.select import Piece
from migrate.resolve import Branch, Setting, Slot
from migrate.yaml_text import (
    ALIAS,
    MAPPING,
    SCALAR,
    Document,
    Entry,
    Node,
    Run,
    Span,
    deepest_last,
    is_merge,
)
from migrate.yaml_text.anchors import Anchors, leaf_span
from migrate.yaml_text.render import source

Waiting = dict[str, tuple[Document, Run]]
"""Floating comments on their way to the next key, by what they say."""


class Writer:
    """Writes the pieces of one file. Files in `retained` stay, and their comments with them."""

    def __init__(
        self, lines: Lines, headings: Headings, anchors: Anchors, spaced: dict[str, bool]
    ) -> None:
        self.lines = lines
        self.headings = headings
        self.retained = headings.retained
        self.anchors = anchors
        self.spaced = spaced
        self.headers_said: set[str] = set()

    # Blocks.

    def block(self, members: list[Piece | Slot], column: int, root: bool = False) -> None:
        """Write the entries of a mapping that go into the file, in order."""
        waiting: Waiting = {}
        first = not root
        for member in members:
            self._floats(_floated(member), waiting)
            if isinstance(member, Piece):
                if not first and (waiting or self._blank(member, root) or self._apart(member)):
                    self.lines.blank()
                self._floating(waiting, column)
                self._headings(member, column)
                self._piece(member, column)
                waiting, first = {}, False
        if waiting:
            self.lines.blank()
            self._floating(waiting, column)

    def _blank(self, piece: Piece, root: bool) -> bool:
        """R11: whether the position's first contributor to this file had a blank line above it."""
        if piece.joined or piece.apart:
            return piece.apart
        settings = piece.slot.all_settings()
        setting = settings[0]
        if setting.document.path in self.retained:
            new = (s for s in settings if s.document.path not in self.retained)
            setting = next(new, setting)
        entry = setting.entry
        if root and setting.document.root is not None and entry is setting.document.root.entries[0]:
            return entry.blank or self.spaced.get(setting.document.path, self.spaced[""])
        return entry.blank

    def _apart(self, piece: Piece) -> bool:
        """Whether a header of several runs goes above: set apart, it reads the same again."""
        headings = self.headings.above.get(id(piece))
        return headings is not None and any(len(heading.runs) > 1 for heading in headings)

    def _floats(self, settings: Iterable[Setting], waiting: Waiting) -> None:
        """R4: the floating comments above this position, of every file still in the mapping."""
        for setting in settings:
            if not setting.entry.floats or setting.document.path in self.retained:
                continue
            for run in setting.entry.floats:
                text = run_text(setting.document, run)
                if text in waiting:
                    self._use(setting.document, run)
                else:
                    waiting[text] = (setting.document, run)

    def _floating(self, waiting: Waiting, column: int) -> None:
        for document, run in waiting.values():
            self.lines.run(document, run, column)
            self.lines.blank()

    def _headings(self, piece: Piece, column: int) -> None:
        for heading in self.headings.above.get(id(piece), ()):
            text = heading.text
            if text in self.headers_said:
                for run in heading.runs:
                    self._use(heading.document, run)
            else:
                self._heading(heading, column)
            self.headers_said.add(text)

    def _heading(self, heading: Heading, column: int) -> None:
        for number, run in enumerate(heading.runs):
            if number:
                self.lines.blank()
            self.lines.run(heading.document, run, column)

    def _use(self, document: Document, run: Run) -> None:
        for span in run.lines:
            self.lines.use(document, span)

    # One entry.

    def _piece(self, piece: Piece, column: int) -> None:
        node = piece.winner.entry.value
        by_keys = isinstance(piece.slot.value, Branch) and (piece.children or piece.extra)
        if by_keys and not (piece.whole and (node.kind == ALIAS or node.flow)):
            self._mapping(piece, column)
            return
        if piece.winner.entry.lead is not None:
            self._leads([piece.winner], column)
        if isinstance(piece.slot.value, Branch) and _holds_markers(piece):
            self._empty(piece, column)
        else:
            self._leaf(piece, column)

    def _leads(self, settings: list[Setting], column: int) -> None:
        """R3 and R10: the leading comments of all contributors, base first, the same text once.

        What another contributor says too, and more after or before it, is the same text.
        """
        leads = [(s.document, s.entry.lead) for s in settings if s.entry.lead is not None]
        if len(leads) == 1:
            self.lines.run(*leads[0], column)
            return
        texts = [f"\n{run_text(document, run)}\n" for document, run in leads]
        for number, (document, run) in enumerate(leads):
            text = texts[number]
            more = any(text in other and text != other for other in texts)
            if more or text in texts[:number]:
                self._use(document, run)
            else:
                self.lines.run(document, run, column)

    def _empty(self, piece: Piece, column: int) -> None:
        """A mapping of which nothing is left: it held a delete marker alone."""
        key = key_text(piece.winner.document, piece, self.anchors)
        self.lines.text(f"{' ' * column}{key}: {{}}")

    def _leaf(self, piece: Piece, column: int) -> None:
        document, entry = piece.winner.document, piece.winner.entry
        if entry.flow:
            self._flow_entry_as_line(piece, column)
            return
        span = leaf_span(document, entry)
        text = source(document, span, self.anchors)
        if type(entry.pykey) is not type(piece.slot.key):
            own = source(document, (entry.key.props, entry.key.end), self.anchors)
            text = text.replace(own, key_text(document, piece, self.anchors), 1)
        delta = column - document.column(entry.start)
        self.lines.slice(document, span, text, delta, column, keeps_blanks(document, entry.value))

    def _flow_entry_as_line(self, piece: Piece, column: int) -> None:
        document, entry = piece.winner.document, piece.winner.entry
        value = entry.value
        text = source(document, (value.props, value.end), self.anchors)
        if "\n" in text and value.kind != MAPPING:
            # A plain scalar over lines must stay deeper than its key once it is out of the braces.
            lines = text.split("\n")
            text = "\n".join(
                [lines[0], *(" " * (column + 2) + line.lstrip() for line in lines[1:])]
            )
        self.lines.use(document, (entry.start, entry.end))
        key = key_text(document, piece, self.anchors)
        if not key:
            self.lines.text(" " * column + "?")  # a key that is nothing needs its own sign
        self.lines.text(" " * column + _join(f"{key}:", text, self._after(piece)))

    def _after(self, piece: Piece) -> str:
        document = piece.winner.document
        for span in piece.winner.entry.after:
            self.lines.use(document, span)
        return " ".join(document.text[start:end] for start, end in piece.winner.entry.after)

    # A mapping that is written key by key.

    def _mapping(self, piece: Piece, column: int) -> None:
        settings = self._contributors(piece)
        behind = [
            (setting, eol) for setting in settings if (eol := end_of_line(setting)) is not None
        ]
        shown = [setting.document.text[slice(*eol)].strip() for setting, eol in behind]
        self._leads(settings, column)
        for number, ((setting, eol), text) in enumerate(zip(behind[:-1], shown, strict=False), 1):
            start = eol[1] - len(text)
            if text in shown[number:]:  # a file that is reached twice says it twice
                self.lines.use(setting.document, (start, eol[1]))
            else:
                self.lines.comment(setting.document, (start, eol[1]), column)
        self._header(piece, settings, behind[-1] if behind else None, column)

    def _header(
        self,
        piece: Piece,
        settings: list[Setting],
        behind: tuple[Setting, Span] | None,
        column: int,
    ) -> None:
        document, entry = piece.winner.document, piece.winner.entry
        eol = ""
        if behind is not None:
            self.lines.use(behind[0].document, behind[1])
            eol = behind[0].document.text[slice(*behind[1])]
        key = f"{key_text(document, piece, self.anchors)}{_colon(document, entry)}"
        if not piece.extra and stays_flow(piece, settings):
            self.lines.text(f"{' ' * column}{key} {flow_text(piece, self.anchors)}{eol}")
            self._use_flow(piece)
            return
        self.lines.text(f"{' ' * column}{key}{self._props(piece)}{eol}")
        inner = column + inner_step(settings)
        for line in piece.extra:
            self.lines.text(" " * inner + line)
        self.block(self._members(piece), inner)
        self._tails(settings, inner)

    def _use_flow(self, piece: Piece) -> None:
        for child in piece.leaves():
            self.lines.use(
                child.winner.document, (child.winner.entry.start, child.winner.entry.end)
            )

    def _contributors(self, piece: Piece) -> list[Setting]:
        settings = [s for s in piece.slot.settings if s.document.path not in self.retained]
        return settings or list(piece.slot.settings)

    def _props(self, piece: Piece) -> str:
        """The anchor and tag of a mapping that is written whole."""
        node = piece.winner.entry.value
        if not piece.whole or node.kind == ALIAS:
            return ""
        name = self.anchors.take(node)
        tag = node.tag_text(piece.winner.document.text).strip()
        return (f" &{name}" if name else "") + (f" {tag}" if tag else "")

    def _members(self, piece: Piece) -> list[Piece | Slot]:
        """The children; of a mapping written whole, its merge keys in place of what they bring."""
        node = piece.winner.entry.value.resolved()
        if not piece.whole or not any(is_merge(entry.key) for entry in node.entries):
            return piece.members
        by_entry = {id(child.winner.entry): child for child in piece.children}
        members: list[Piece | Slot] = []
        for entry in node.entries:
            if is_merge(entry.key):
                slot = Slot("<<", entry.value, (Setting(piece.winner.document, entry),))
                entry.pykey = "<<"
                members.append(Piece(slot, (*piece.path, "<<")))
            elif id(entry) in by_entry:
                members.append(by_entry[id(entry)])
        return members

    def _tails(self, settings: list[Setting], column: int) -> None:
        """R5: the comments at a block's end, base file first, the same text once."""
        said: set[str] = set()
        for setting in settings:
            node = setting.entry.value.resolved()
            for run in node.tail if node.kind == MAPPING else ():
                text = run_text(setting.document, run)
                if text in said:
                    self._use(setting.document, run)
                    continue
                if run.blank_before:
                    self.lines.blank()
                self.lines.run(setting.document, run, column)
                said.add(text)


def _floated(member: Piece | Slot) -> tuple[Setting, ...]:
    """Whose floating comments stand above a member: what others said stays where it stood."""
    if not isinstance(member, Piece):
        return member.all_settings()
    return member.slot.settings if member.moved else member.slot.all_settings()


def _holds_markers(piece: Piece) -> bool:
    """Whether a mapping resolves to nothing although its text holds something."""
    node = piece.winner.entry.value.resolved()
    return not piece.slot.python and node.kind == MAPPING and bool(node.entries)


def _join(key: str, value: str, comment: str) -> str:
    text = f"{key} {value}" if value else key
    return f"{text}  {comment}" if comment else text


def _colon(document: Document, entry: Entry) -> str:
    """The colon as its author set it off from the key."""
    if entry.flow or entry.start != entry.key.props:
        return ":"
    end = document.text.find(":", entry.key.end)
    between = document.text[entry.key.end : end]
    return between + ":" if end >= 0 and not between.strip(" \t") else ":"


def keeps_blanks(document: Document, node: Node) -> bool:
    """Whether a value ends with a block scalar that keeps the blank lines after it."""
    last = deepest_last(node.resolved())
    if last.kind != SCALAR or last.style not in ("|", ">"):
        return False
    return "+" in document.text[last.start : last.start + 3].split("\n")[0]


def end_of_line(setting: Setting) -> Span | None:
    """The comment behind a mapping's key line or its flow text, with the space before it."""
    document, entry = setting.document, setting.entry
    if entry.flow:
        return entry.after[0] if entry.after else None
    content = entry.key.end if entry.value.is_block_collection else entry.end
    end = document.line_end(content)
    for start, stop in document.comments_between(content, end):
        spaces = start
        while document.text[spaces - 1] in " \t":
            spaces -= 1
        return spaces, stop
    return None


def inner_step(settings: list[Setting]) -> int:
    """R13: how much deeper a block's keys stand, by its first contributor that is a block."""
    for setting in settings:
        value = setting.entry.value
        if value.kind == MAPPING and not value.flow and value.entries:
            document = setting.document
            step = document.column(value.entries[0].start) - document.column(setting.entry.start)
            if step > 0 and setting.entry.start == setting.entry.key.props:
                return step
    return 2
