"""libyaml's events to a tree of nodes with true positions; the only user of an event parser."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from migrate.errors import Refused
from migrate.limits import DEFAULT, NUMBER_CHARS, SECOND_OPINION_CHARS, Limits
from migrate.yaml_text.bounds import (
    at,
    check_number,
    found_sound,
    holds_itself,
    syntax_error,
    too_deep,
    too_many,
)
from migrate.yaml_text.ends import block_scalar_end, question_mark, skip_props
from migrate.yaml_text.loaders import C_LOADER, SAFE, parts_at_tab
from migrate.yaml_text.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, Entry, Node


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
        kind = yaml.SafeLoader if parts_at_tab(text) else C_LOADER
        try:
            root = _Composer(text, path, kind, limits).document()
        except yaml.YAMLError as complaint:
            # libyaml rejects some texts that the pure parser accepts, such as `{a, c:}`.
            if len(text) > SECOND_OPINION_CHARS or kind is yaml.SafeLoader:
                raise syntax_error(complaint, path, text) from None
            try:
                root = _Composer(text, path, yaml.SafeLoader, limits).document()
            except yaml.YAMLError as error:
                raise syntax_error(error, path, text) from None
    found_sound(text, limits, root.size if root is not None else 1)
    return root


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
        self.most = limits.nodes
        self.text = text
        self.path = path
        self.parser = loader(text)
        self.anchors: dict[str, Node] = {}
        self.frames: list[_Frame] = []
        self.root: Node | None = None
        self.questions = "?" in text

    def document(self) -> Node | None:
        """Run through the events of the stream."""
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.AliasEvent: self.alias,
            yaml.MappingStartEvent: self.open_mapping,
            yaml.SequenceStartEvent: self.open_sequence,
            yaml.MappingEndEvent: self.close,
            yaml.SequenceEndEvent: self.close,
            yaml.DocumentStartEvent: self.document_start,
        }
        following, scalar, scalar_event = self.parser.get_event, self.scalar, yaml.ScalarEvent
        try:
            while True:
                event = following()
                kind = type(event)
                if kind is scalar_event:  # most of them
                    scalar(event)
                elif kind in handlers:
                    handlers[kind](event)
                elif kind is yaml.StreamEndEvent:
                    return self.root
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
        value = node.value = event.value
        node.plain = event.implicit
        style = node.style = event.style or ""
        if style and style in "|>":
            node.end = block_scalar_end(self.text, node.start, end)
        if len(value) > NUMBER_CHARS:
            tag = SAFE.tag(value) if event.implicit[0] else event.tag
            check_number(value, tag, lambda: at(self.path, self.text, start))
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
            raise holds_itself(event.anchor, at(self.path, self.text, start))
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
            raise too_deep(at(self.path, self.text, start), self.limits)
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
        if not self.frames:
            self.root = node
            return
        frame = self.frames[-1]
        holder = frame.node
        size = holder.size = holder.size + node.size
        if size > self.most or self.nodes > self.most:
            raise too_many(at(self.path, self.text, node.props), self.limits)
        if holder.kind == SEQUENCE:
            holder.items.append(node)
            node.holder = holder
        elif frame.key is None:
            frame.key = node
            frame.key_start = self.key_start(holder, node) if self.questions else node.props
            node.holder = holder
        else:
            if self.questions and node.kind == SCALAR and node.props == node.end:
                self.beside(frame.key, node)
            node.holder = entry = Entry(frame.key, node, frame.key_start, holder.flow)
            holder.entries.append(entry)
            frame.key = None

    def beside(self, key: Node, empty: Node) -> None:
        """Put the value of a key without a colon (`? a`) at the key: libyaml has it far behind."""
        if self.text[empty.start - 1] != ":":
            empty.props = empty.start = empty.end = key.end

    def key_start(self, mapping: Node, key: Node) -> int:
        """Where the entry begins: at its key, or at the `?` that announces it."""
        if mapping.entries:
            floor = mapping.entries[-1].end
        else:
            floor = mapping.start + 1 if mapping.flow else mapping.start
        gap = self.text[floor : key.props]
        if "?" not in gap:
            return key.props
        return question_mark(gap, floor, key.props)

    def refuse(self, mark: Any, what: str, hint: str) -> Refused:
        """A letter about something libyaml accepts and we cannot keep."""
        return Refused(what, at(self.path, self.text, mark.index), hint)
