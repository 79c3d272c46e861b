"""libyaml's events to a tree of nodes with true positions; the only user of an event parser."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import yaml

from migrate.errors import InputError, Refused
from migrate.limits import DEFAULT, NUMBER_CHARS, SECOND_OPINION_CHARS, Limits
from migrate.locations import Place
from migrate.yaml_text.loaders import C_LOADER, SAFE, Loader
from migrate.yaml_text.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Entry, Node

_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")

_SOUND: set[tuple[int, int, Limits]] = set()
"""Texts that were seen to keep within the limits, by hash and length."""


@contextmanager
def collector_off() -> Iterator[None]:
    """Parsing makes many objects and no garbage; without the collector it takes a third less."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def compose(text: str, path: str, limits: Limits = DEFAULT) -> Node | None:
    """Parse one document. None for an empty one.

    Raises InputError, with the place, for text that PyYAML rejects, for a second document, and for
    what cannot be kept exactly (`%TAG`, recursive aliases).
    """
    with collector_off():
        try:
            root = _Composer(text, path, C_LOADER, limits).document()
        except yaml.YAMLError as complaint:
            # libyaml rejects some texts that the pure parser accepts, such as `{a, c:}`.
            if len(text) > SECOND_OPINION_CHARS:
                raise syntax_error(complaint, path, text) from None
            try:
                root = _Composer(text, path, yaml.SafeLoader, limits).document()
            except yaml.YAMLError as error:
                raise syntax_error(error, path, text) from None
    _SOUND.add((hash(text), len(text), limits))
    return root


def check_limits(text: str, path: str, limits: Limits) -> None:
    """Raise Refused for a text that a loader could not make in bounded time and memory.

    Looks at nothing else: what is wrong with the text, its loader says.
    """
    parser = C_LOADER(text)
    try:
        _count(parser.get_event, lambda event: at(path, text, event.start_mark.index), limits)
    except yaml.YAMLError as error:
        if len(text) > SECOND_OPINION_CHARS:
            raise syntax_error(error, path, text) from None
    finally:
        parser.dispose()


def _count(following: Callable[[], Any], place: Callable[[Any], Place], limits: Limits) -> None:
    """Run through the events; count levels, and values with aliases written out."""
    sizes: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = [(None, 0)]
    while not isinstance(event := following(), yaml.StreamEndEvent):
        anchor, size = getattr(event, "anchor", None), 1
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append((anchor, 1))
            if len(open_) > limits.depth + 1:
                raise _too_deep(place(event), limits)
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, size = open_.pop()
        elif isinstance(event, yaml.AliasEvent):
            anchor, size = None, sizes.get(str(anchor), 1)
        elif isinstance(event, yaml.ScalarEvent):
            tag = SAFE.tag(event.value) if event.implicit[0] else event.tag
            check_number(event.value, tag, partial(place, event))
        else:
            continue
        if anchor is not None:
            sizes[anchor] = size
        open_[-1] = (open_[-1][0], open_[-1][1] + size)
        if open_[-1][1] > limits.nodes:
            raise _too_many(place(event), limits)


def check_number(text: str, tag: str | None, place: Callable[[], Place]) -> None:
    """Raise InputError for a number so long that reading it alone takes seconds."""
    if len(text) > NUMBER_CHARS and tag in _NUMBERS:
        what = f"the number {shortened(text)} has {len(text):,} characters"
        raise InputError(
            f"{what}; the limit is {NUMBER_CHARS:,}", place(), "quote it, or shorten it"
        )


def shortened(text: str, limit: int = 40) -> str:
    """A long scalar for a message."""
    return text if len(text) <= limit else f"{text[: limit // 2]}...{text[-limit // 4 :]}"


def _too_deep(place: Place, limits: Limits) -> Refused:
    hint = "flatten the value; --max-depth raises the limit"
    return Refused(f"nests deeper than {limits.depth} levels", place, hint)


def _too_many(place: Place, limits: Limits) -> Refused:
    what = f"grows to more than {limits.nodes:,} values, aliases written out"
    hint = "use fewer aliases, or split the file; --max-nodes raises the limit"
    return Refused(what, place, hint)


def load(text: str, path: str, loader: Loader = SAFE, limits: Limits = DEFAULT) -> Any:
    """What the trainer's loader makes of a text; nothing of ours is between. Raises InputError."""
    if (hash(text), len(text), limits) not in _SOUND:
        # The loader itself knows no limits: a bomb would take it down.
        check_limits(text, path, limits)
    try:
        return loader.load(text)
    except yaml.YAMLError as error:
        raise syntax_error(error, path, text) from None
    except (ValueError, OverflowError, KeyError, TypeError) as error:
        what = f"cannot be loaded by PyYAML: {shortened(str(error), 80)}"
        raise InputError(what, path, "correct the value, or quote it") from None


def at(path: str, text: str, offset: int) -> Place:
    """The place of an offset; lines end at line feeds only (libyaml also counts U+2028)."""
    line_start = text.rfind("\n", 0, offset) + 1
    return Place(path, text.count("\n", 0, offset) + 1, offset - line_start + 1)


def syntax_error(error: yaml.YAMLError, path: str, text: str) -> InputError:
    """PyYAML's complaint as a letter with its place."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = at(path, text, mark.index) if mark else Place(path)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    hint = (
        "indent with spaces"
        if "'\\t'" in problem
        else "correct the file; the trainer cannot load it either"
    )
    return InputError(f"not valid YAML: {problem}", place, hint)


class _Frame:
    """A collection that is still open."""

    __slots__ = ("key", "key_start", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.key: Node | None = None
        self.key_start = 0


class _Composer:
    def __init__(self, text: str, path: str, loader: type[Any], limits: Limits) -> None:
        self.limits = limits
        self.nodes = 0
        self.text = text
        self.path = path
        self.parser = loader(text)
        self.next: Callable[[], Any] = self.parser.get_event
        self.anchors: dict[str, Node] = {}
        self.frames: list[_Frame] = []
        self.root: Node | None = None

    def document(self) -> Node | None:
        """Run through the events of the stream."""
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self.scalar,
            yaml.AliasEvent: self.alias,
            yaml.MappingStartEvent: self.open_mapping,
            yaml.SequenceStartEvent: self.open_sequence,
            yaml.MappingEndEvent: self.close,
            yaml.SequenceEndEvent: self.close,
            yaml.DocumentStartEvent: self.document_start,
        }
        following = self.next
        try:
            while True:
                event = following()
                kind = type(event)
                if kind is yaml.StreamEndEvent:
                    return self.root
                handler = handlers.get(kind)
                if handler is not None:
                    handler(event)
        finally:
            self.parser.dispose()

    def document_start(self, event: Any) -> None:
        """Refuse a second document and `%TAG`."""
        if self.root is not None:
            raise self.refuse(
                event.start_mark, "a second document starts here", "keep one document per file"
            )
        if event.tags:
            raise self.refuse(
                event.start_mark,
                "a %TAG directive is not supported",
                "delete the directive and write the tags out in full",
            )

    def scalar(self, event: Any) -> None:
        """One scalar, its body located behind its anchor and tag."""
        start, end = event.start_mark.index, event.end_mark.index
        node = Node(SCALAR, start, start, end)
        if event.anchor is not None or event.tag is not None:
            self.props(node, event, end)
        node.value = event.value
        if len(event.value) > NUMBER_CHARS:
            tag = SAFE.tag(event.value) if event.implicit[0] else event.tag
            check_number(event.value, tag, lambda: at(self.path, self.text, start))
        node.style = event.style or ""
        node.plain = event.implicit
        if node.style in "|>" and node.style:
            node.end = block_scalar_end(self.text, node.start, end)
        self.add(node)

    def props(self, node: Node, event: Any, end: int) -> None:
        """Note anchor and tag, and move `start` behind them."""
        node.anchor, node.tag = event.anchor, event.tag
        node.start = skip_props(self.text, node.props, end)
        if event.anchor is not None:
            if event.anchor in self.anchors:
                line = at(self.path, self.text, self.anchors[event.anchor].props).line
                what = f"anchor &{event.anchor} is defined twice in one file, first at line {line}"
                raise self.refuse(event.start_mark, what, "give the second anchor another name")
            self.anchors[event.anchor] = node

    def alias(self, event: Any) -> None:
        """One alias; its target must be complete, a node inside itself cannot be written out."""
        start = event.start_mark.index
        node = Node(ALIAS, start, start, event.end_mark.index)
        node.anchor = event.anchor
        target = self.anchors.get(event.anchor)
        if target is None:
            hint = f"define &{event.anchor} earlier in this file, or write the value out"
            raise self.refuse(
                event.start_mark, f"alias *{event.anchor} names no anchor of this file", hint
            )
        if any(frame.node is target for frame in self.frames):
            hint = "write out the value that is meant; a config cannot contain itself"
            what = f"alias *{event.anchor} lies inside the node that it names"
            raise self.refuse(event.start_mark, what, hint)
        node.target = target
        node.size = target.size
        self.add(node)

    def open_mapping(self, event: Any) -> None:
        """A mapping begins."""
        node = self.open(MAPPING, event)
        node.entries = []

    def open_sequence(self, event: Any) -> None:
        """A sequence begins."""
        node = self.open(SEQUENCE, event)
        node.items = []

    def open(self, kind: str, event: Any) -> Node:
        """Push a frame for a collection."""
        start = event.start_mark.index
        node = Node(kind, start, start, start)
        node.flow = bool(event.flow_style)
        node.tail = []
        if len(self.frames) >= self.limits.depth:
            raise _too_deep(at(self.path, self.text, start), self.limits)
        if event.anchor is not None or event.tag is not None:
            self.props(node, event, len(self.text))
        self.frames.append(_Frame(node))
        return node

    def close(self, event: Any) -> None:
        """A collection ends: find where its content really ended."""
        node = self.frames.pop().node
        if node.flow:
            node.end = event.end_mark.index
        elif node.kind == MAPPING:
            node.end = node.entries[-1].end if node.entries else node.start
        else:
            last = node.items[-1] if node.items else node
            node.end = max(last.end, node.start)
        self.add(node)

    def add(self, node: Node) -> None:
        """Hand a finished node to the collection that holds it."""
        self.nodes += 1
        if node.size > self.limits.nodes or self.nodes > self.limits.nodes:
            raise self.grown(node)
        if not self.frames:
            self.root = node
            return
        frame = self.frames[-1]
        frame.node.size += node.size
        if frame.node.size > self.limits.nodes:
            raise self.grown(node)
        if frame.node.kind == SEQUENCE:
            frame.node.items.append(node)
        elif frame.key is None:
            frame.key = node
            frame.key_start = self.key_start(frame.node, node)
        else:
            entry = Entry(frame.key, node, frame.key_start, frame.node.flow)
            node.holder = entry
            frame.node.entries.append(entry)
            frame.key = None
            return
        node.holder = frame.node

    def grown(self, node: Node) -> Refused:
        """A letter about the value that is one too many."""
        return _too_many(at(self.path, self.text, node.props), self.limits)

    def key_start(self, mapping: Node, key: Node) -> int:
        """Where the entry begins: at its key, or at the `?` that announces it."""
        if mapping.entries:
            floor = mapping.entries[-1].end
        else:
            floor = mapping.start + 1 if mapping.flow else mapping.start
        gap = self.text[floor : key.props]
        if "?" not in gap:
            return key.props
        return _question_mark(gap, floor, key.props)

    def refuse(self, mark: Any, what: str, hint: str) -> Refused:
        """A letter about something libyaml accepts and we cannot keep."""
        return Refused(what, at(self.path, self.text, mark.index), hint)


def _question_mark(gap: str, floor: int, fallback: int) -> int:
    """The `?` indicator in the text between two entries, comments not counted."""
    offset = floor
    for line in gap.split("\n"):
        code = line.split("#", 1)[0] if line.lstrip().startswith("#") else line.split(" #", 1)[0]
        column = code.rfind("?")
        if column >= 0:
            return offset + column
        offset += len(line) + 1
    return fallback


def skip_props(text: str, start: int, end: int) -> int:
    """The offset behind `&anchor` and `!tag`, white space and comments between them included."""
    position = behind = start
    while position < end:
        char = text[position]
        if text.startswith("!<", position):
            behind = position = text.index(">", position) + 1
        elif char in "&!":
            while position < end and text[position] not in " \t\n\r\x85\u2028\u2029,[]{}":
                position += 1
            behind = position
        elif char in " \t\n":
            position += 1
        elif char == "#":
            newline = text.find("\n", position)
            position = end if newline < 0 else newline
        else:
            return position
    return behind


def block_scalar_end(text: str, start: int, end: int) -> int:
    """The end of a block scalar's content; libyaml's mark runs past trailing blank lines."""
    header_end = text.find("\n", start, end)
    if header_end < 0:
        return end
    header = text[start:header_end].split("#", 1)[0]
    body = text[header_end + 1 : end]
    if "+" in header:
        return end - 1 if body.endswith("\n") else end
    lines = body.split("\n")
    content = next((line for line in lines if line.strip(" ")), None)
    if content is None:
        return start + len(text[start:header_end].rstrip())
    digits = [char for char in header if char.isdigit()]
    indent = 0 if digits else len(content) - len(content.lstrip(" "))
    while lines and not lines[-1].strip(" ") and len(lines[-1]) <= indent:
        lines.pop()
    return header_end + len("\n".join(lines)) + 1
