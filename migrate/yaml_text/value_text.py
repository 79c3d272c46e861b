"""A value as its author wrote it: taken out of a file, or given on a command line."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import dedent
from typing import Any, NamedTuple

from migrate.errors import InputError, Refused
from migrate.limits import DEFAULT, Limits
from migrate.locations import Place
from migrate.yaml_text.anchors import Anchors
from migrate.yaml_text.document import Document
from migrate.yaml_text.load import load
from migrate.yaml_text.loaders import SAFE, Loader
from migrate.yaml_text.nodes import MAPPING, SEQUENCE, Entry, Node, Span
from migrate.yaml_text.render import NO_ANCHORS, holder_column, shift, source
from migrate.yaml_text.values import same


class ValueText(NamedTuple):
    """What stands behind a key, as if the key stood in the first column.

    `text` of `lr: 1.0e-4  # why` is `1.0e-4`, and `behind` is `("# why",)`. A block begins with a
    line feed: of a mapping `text` is `"\\n  a: 1"`. Lines of `behind` but the first stand below it;
    the first is empty if all of them do. `above` are the comment lines above the key. Where a text
    is put into a file, None for `behind` or `above` keeps the comments that are there.
    """

    text: str
    behind: tuple[str, ...] | None = None
    above: tuple[str, ...] | None = None

    @property
    def parts(self) -> tuple[str, str]:
        """What stands behind the colon, and the lines below if the value is a block; "" if not."""
        header, _, below = self.text.partition("\n")
        words = [word for word in header.split() if not word.startswith("!")]
        in_block = not words or (len(words) == 1 and words[0][0] in "|>")
        return (header, below) if below and in_block else (self.text, "")

    @property
    def is_block_collection(self) -> bool:
        """Whether it is a mapping or list over lines."""
        header, below = self.parts
        return bool(below) and not header.endswith(("|", ">", "-", "+", *"123456789"))

    def document(self, loader: Loader = SAFE, limits: Limits = DEFAULT) -> Document:
        """The value as a file of one key."""
        gap = "" if self.text.startswith("\n") else " "
        return Document("VALUE", f"k:{gap}{self.text}\n".encode(), (), loader, limits)

    def value(self, loader: Loader = SAFE, limits: Limits = DEFAULT) -> Any:
        """What the loader makes of it. Raises InputError for what it rejects."""
        return load(self.document(loader, limits).text, "VALUE", loader, limits)["k"]


def given_value(text: str, loader: Loader = SAFE, limits: Limits = DEFAULT) -> ValueText:
    """A value that stands for itself, such as `[1, 2]`, `5  # why` or a block over lines.

    Raises InputError for a text that is no YAML, or that cannot stand behind a key.
    """
    wanted = load(text.rstrip("\n") + "\n", "VALUE", loader, limits)
    first, *more = text.rstrip("\n").split("\n")
    if first[:1] in "|>" and not any(map(str.isdigit, first)):
        more = dedent("\n".join(more)).split("\n")
    behind = "\n".join([f"k: {first}", *_indented(more)])
    below = "\n".join(["k:", *_indented([first, *more])])
    as_it_is = "\n".join([f"k: {first}", *more])  # `|2` says by how much its lines are indented
    for candidate in (behind, below, as_it_is):
        try:
            document = Document("VALUE", f"{candidate}\n".encode(), (), loader, limits)
            entries = document.root.entries if document.root is not None else []
            if len(entries) != 1 or not same(document.value(entries[0].value), wanted):
                continue
        except InputError:
            continue
        found = text_of(document, entries[0])
        return ValueText(found.text, found.behind or None)
    hint = "write it as it would stand behind a colon, for instance between quotes"
    raise InputError("cannot stand behind a key", Place("VALUE", 1, 1), hint)


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" if line else line for line in lines]


def text_of(document: Document, entry: Entry) -> ValueText:
    """The text of an entry with its comments; what aliases repeat is written out, if it can be.

    Raises Refused for a text that means something else in another place.
    """
    document.attribute()
    behind, above = tuple(_behind(document, entry)), tuple(_above(document, entry))
    loader = document.values.loader
    wanted = document.value(entry.value)
    for expanded in (True, False):
        found = ValueText(_text(document, entry, expanded), behind, above)
        try:
            if same(found.value(loader), wanted):
                return found
        except InputError:
            continue
    hint = "write it out without anchors and aliases"
    raise Refused("cannot be taken out as it is written", document.place(entry.start), hint)


def _text(document: Document, entry: Entry, expanded: bool) -> str:
    value = entry.value.resolved()
    end = document.line_end(value.end)
    if value is entry.value and value.is_block_collection:
        end = own_end(document, entry)
    span = (value.start, end if value.is_block_collection else value.end)
    anchors = NO_ANCHORS
    if not expanded:
        anchors = Anchors()
        anchors.region(document, span)
        anchors.settle()
    text = source(document, span, anchors)
    tag = value.tag_text(document.text)
    if value.is_block_collection:
        return tag.rstrip() + "\n  " + shift(text, 2 - document.column(value.start))
    text = tag + shift(text, -holder_column(document, value))
    header, newline, below = text.partition("\n")
    # What stands behind the header of a block scalar is the comment of the entry.
    return header.split(" #")[0].rstrip() + newline + below if value.is_block_scalar else text


def own_end(document: Document, entry: Entry) -> int:
    """Where an entry ends with all that belongs to it: comments behind, below and in its block."""
    document.attribute()
    spans = list(entry.after)
    node = entry.value
    while node.kind == MAPPING and not node.flow:
        spans += [line for run in node.tail for line in run.lines]
        if not node.entries:
            break
        spans += node.entries[-1].after  # what hangs on the last entry of each block
        node = node.entries[-1].value
    return max([document.line_end(entry.end), *(end for _, end in spans)])


def indicator_end(document: Document, node: Node) -> int:
    """Behind the `|` or `>` of a block scalar, and what says how it is to be read."""
    end = node.start
    while end < len(document.text) and document.text[end] not in " \t\n":
        end += 1
    return end


def end_of_line(document: Document, entry: Entry) -> Span | None:
    """The comment on the line that says the value, or that begins its block."""
    value = entry.value
    if value.is_block_scalar:
        at = indicator_end(document, value)
    else:
        at = entry.key.end if value.is_block_collection else value.end
    return next(iter(document.comments_between(at, document.line_end(at))), None)


def _behind(document: Document, entry: Entry) -> list[str]:
    text = document.text
    if entry.flow:
        return [text[start:end] for start, end in entry.after[:1]]
    first = end_of_line(document, entry)
    below = [] if entry.value.kind == SEQUENCE and not entry.value.flow else entry.after
    lines = [text[start:end] for start, end in below]
    return [text[slice(*first)] if first else "", *lines] if first or lines else []


def _above(document: Document, entry: Entry) -> list[str]:
    if entry.lead is None:
        return []
    first = document.column(entry.lead.start)
    return [
        " " * max(0, document.column(start) - first) + document.text[start:end]
        for start, end in entry.lead.lines
    ]
