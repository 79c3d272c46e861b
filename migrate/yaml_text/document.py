"""One config file as text: decoded, parsed, with its comments and values at hand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable
from functools import cached_property
from itertools import accumulate
from typing import Any

from migrate.changes import sha256
from migrate.errors import InputError, Refused
from migrate.limits import DEFAULT, Limits
from migrate.locations import KeyPath, Place
from migrate.yaml_text.comments import Attribution, comment_spans, whole_comments
from migrate.yaml_text.compose import compose
from migrate.yaml_text.loaders import SAFE, Loader
from migrate.yaml_text.nodes import MAPPING, SCALAR, SEQUENCE, Entry, Node, Run, Span
from migrate.yaml_text.values import Values, is_merge, noun

_LIST_ROOT = "give the list a key, or take the file out of `extends`"
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}


class Document:
    """A parsed config. `text` has no BOM and only line feeds; `newline` and `bom` say how it was.

    `layers` names the keys that compose files, such as `extends`: they are no data. `loader` is the
    kind of loader that reads the file.
    """

    def __init__(
        self,
        path: str,
        content: bytes,
        layers: Iterable[str] = (),
        loader: Loader = SAFE,
        limits: Limits = DEFAULT,
    ) -> None:
        self.path = path
        self.source = content
        text = decode(path, content)
        self.bom = text.startswith("\ufeff")
        text = text[1:] if self.bom else text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.text = text.replace("\r\n", "\n")
        self.layers = frozenset(layers)
        self.values = Values(path, self.text, loader)
        self.said_at: Place | None = None
        """Of a text that we made ourselves: where somebody said what it says."""
        self.root = self._mapping(compose(self.text, path, limits))
        self.owners: dict[int, KeyPath] = {}
        """The key that a comment belongs to, once somebody asked: many presets share a file."""
        self.extents: dict[int, tuple[list[int], list[int]]] = {}
        """By the identity of a mapping, where the comments of its entries begin, and up to where
        they reach; once somebody asked."""

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the file's bytes."""
        return sha256(self.source)

    def replaced(self, edits: Iterable[tuple[Node, str]]) -> bytes:
        """The file with the bodies of some scalars replaced, quotes kept, all else as it was."""
        made = []
        for node, new in edits:
            quote = self.text[node.start] if self.text[node.start] in "'\"" else ""
            made.append((node.start, node.end, quote + new + quote))
        return self.spliced(made)

    def spliced(self, edits: Iterable[tuple[int, int, str]]) -> bytes:
        """The file with stretches of its text replaced; every other byte as it was.

        An edit is `(start, end, new text)`; its line feeds are written as the file ends its lines.
        """
        raw = self.source.decode("utf-8")
        ended = [0, *accumulate(line.endswith("\r") for line in raw.split("\n"))]
        shift = 1 if self.bom else 0
        for start, end, new in sorted(edits, reverse=True):
            first, last = (at + shift + ended[self.line(at) - 1] for at in (start, end))
            raw = raw[:first] + new.replace("\n", self.newline) + raw[last:]
        return raw.encode("utf-8")

    def _mapping(self, root: Node | None) -> Node | None:
        """The root, which must be a mapping; None for an empty document."""
        if root is None or (
            root.kind == SCALAR and root.value == "" and root.plain[0] and not root.tag
        ):
            return None
        if root.kind != MAPPING:
            what = f"the root of a config must be a mapping, but this is a {noun(root)}"
            hint = "a colon may be missing, as in `model:`" if root.kind == SCALAR else _LIST_ROOT
            raise Refused(what, self.place(root.start), hint)
        if root.tag is not None:
            hint = f"delete the tag {root.tag_text(self.text).strip()}"
            raise Refused(
                "a tag on the whole document is not supported", self.place(root.props), hint
            )
        return root

    # Positions.

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        position = self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    def line(self, offset: int) -> int:
        """1-based line of an offset, counting line feeds only, as editors do."""
        return bisect_right(self._line_starts, offset)

    def column(self, offset: int) -> int:
        """0-based column of an offset."""
        return offset - self._line_starts[self.line(offset) - 1]

    def place(self, offset: int) -> Place:
        """Where an offset is, for messages."""
        if self.said_at is not None:
            return self.said_at
        return Place(self.path, self.line(offset), self.column(offset) + 1)

    def line_end(self, offset: int) -> int:
        """The offset of the line feed that ends this line, or of the text's end."""
        newline = self.text.find("\n", offset)
        return len(self.text) if newline < 0 else newline

    def line_text(self, offset: int) -> str:
        """The whole line that an offset is in."""
        return self.text[offset - self.column(offset) : self.line_end(offset)]

    # Entries and values.

    @cached_property
    def entries(self) -> list[Entry]:
        """The logical entries of the root, without those that compose files."""
        if self.root is None:
            return []
        return [entry for entry in self.values.logical(self.root) if entry.pykey not in self.layers]

    def layer(self, key: str) -> Entry | None:
        """The entry of a composing key, the last one if it is repeated."""
        found = None
        for entry in self.root.entries if self.root is not None else ():
            if entry.key.kind == SCALAR and entry.key.value == key and not is_merge(entry.key):
                found = entry
        return found

    def value(self, node: Node) -> Any:
        """The Python value of a node."""
        return self.values.construct(node)

    @cached_property
    def duplicates(self) -> list[tuple[Entry, Entry]]:
        """Keys given twice in one mapping: `(the one that lost, the one that won)`."""
        found: list[tuple[Entry, Entry]] = []
        for mapping in self._mappings():
            seen: dict[Hashable, Entry] = {}
            for entry in mapping.entries:
                if is_merge(entry.key):
                    continue
                key = self.values.key(entry.key)
                if key in seen:
                    found.append((seen[key], entry))
                seen[key] = entry
        return found

    @cached_property
    def given_again(self) -> dict[int, Entry]:
        """The entry that holds in the end, by the identity of each one that lost to it."""
        last: dict[int, Entry] = {}
        for lost, won in reversed(self.duplicates):
            last[id(lost)] = last.get(id(won), won)
        return last

    @cached_property
    def merges(self) -> bool:
        """Whether the text may hold merge keys."""
        return "<<" in self.text

    def _mappings(self) -> Iterable[Node]:
        stack = [self.root] if self.root is not None else []
        while stack:
            node = stack.pop()
            if node.kind == MAPPING:
                yield node
                stack.extend(entry.value for entry in reversed(node.entries))
            elif node.kind == SEQUENCE:
                stack.extend(reversed(node.items))

    # Comments.

    @cached_property
    def comments(self) -> list[Span]:
        """Every line of a comment, in order."""
        return comment_spans(self.text, self.root)

    @cached_property
    def whole_comments(self) -> list[list[Span]]:
        """The same lines, those of one comment together."""
        return list(whole_comments(self.text, self.comments))

    def comments_between(self, start: int, end: int) -> list[Span]:
        """The comments that begin in a stretch of text."""
        first = bisect_left(self.comments, (start, 0))
        return self.comments[first : bisect_left(self.comments, (end, 0))]

    @cached_property
    def _attributed(self) -> tuple[list[Run], list[Run], list[Run]]:
        """Runs above and below the composing keys that make the header, and the footer."""
        if self.root is None:
            return self._only_comments(), [], []
        attribution = Attribution(self.text, self.root, self.comments)
        footer = attribution.run()
        if self.root.flow or not self.root.entries:
            return attribution.above_root(), [], footer
        return *self._headers(self.root.entries), footer

    def _only_comments(self) -> list[Run]:
        if not self.comments:
            return []
        empty = Node(MAPPING, len(self.text), len(self.text), len(self.text))
        empty.entries = []
        return Attribution(self.text, empty, self.comments).above_root()

    def _headers(self, entries: list[Entry]) -> tuple[list[Run], list[Run]]:
        """R7 and R8: take the header off the first entries."""
        above: list[Run] = []
        below: list[Run] = []
        layers = [number for number, entry in enumerate(entries) if self.is_layer(entry)]
        for number, entry in enumerate(entries):
            runs = entry.floats + ([entry.lead] if entry.lead else [])
            if self.is_layer(entry):
                above += below + runs
                below, entry.floats, entry.lead = [], [], None
            elif number == 0 or self.is_layer(entries[number - 1]):
                below += entry.floats
                entry.floats = []
            if not layers or number > layers[-1]:
                break
        if not layers:
            above, below = below, []
        return above, below

    def is_layer(self, entry: Entry) -> bool:
        """Whether an entry of the root composes files."""
        return entry.key.kind == SCALAR and entry.key.value in self.layers

    @property
    def header(self) -> tuple[list[Run], list[Run]]:
        """The file's header: the runs above `extends`, and those below it."""
        above, below, _ = self._attributed
        return above, below

    @property
    def footer(self) -> list[Run]:
        """Comment runs after the last key, at the left margin."""
        return self._attributed[2]

    def attribute(self) -> None:
        """Make sure that the entries know their comments."""
        self._attributed  # noqa: B018 - computed once, on first use

    @cached_property
    def linked(self) -> list[Node]:
        """Every anchored node and every alias, in text order."""
        if "&" not in self.text:
            return []
        found = [node for node in self.nodes() if node.anchor is not None]
        return sorted(found, key=lambda node: node.props)

    def layer_nodes(self) -> Iterable[Node]:
        """The nodes of the composing entries' values."""
        for entry in self.root.entries if self.root is not None else ():
            if self.is_layer(entry):
                value = entry.value.resolved()
                yield from value.items if value.kind == SEQUENCE else [entry.value]

    def nodes(self) -> Iterable[Node]:
        """Every node, in no particular order."""
        stack = [self.root] if self.root is not None else []
        while stack:
            node = stack.pop()
            yield node
            if node.kind == MAPPING:
                for entry in node.entries:
                    stack += (entry.key, entry.value)
            elif node.kind == SEQUENCE:
                stack.extend(node.items)


def decode(path: str, content: bytes) -> str:
    """A config's text. Raises InputError for anything but UTF-8 without NUL bytes."""
    for bom, name in _BOMS.items():
        if content.startswith(bom):
            raise InputError(f"is {name}, not UTF-8", Place(path, 1, 1), "save the file as UTF-8")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        what = f"is not UTF-8: byte 0x{content[error.start]:02x}"
        raise InputError(what, Place(path, line, column), "save the file as UTF-8") from None
    nul = text.find("\0")
    if nul >= 0:
        place = Place(path, text.count("\n", 0, nul) + 1, nul - text.rfind("\n", 0, nul))
        raise InputError("holds a NUL byte", place, "remove it; this is not a text file")
    return text
