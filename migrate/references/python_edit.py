"""The editor of Python files: libcst, which keeps a list and its comments whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import libcst as cst  # noqa: TID253 - this module is only imported for a file that changes
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper  # noqa: TID253

from migrate.references.found import EditFailure
from migrate.references.python_depth import too_much_to_edit
from migrate.references.reference import Span

_HALVES = range(0xD800, 0xE000)
"""Halves of character pairs, which stand for bytes that are no text: libcst takes none."""

_STAND_INS = range(0x100000, 0x100000 + len(_HALVES))
"""Characters that nobody assigns; one of them stands in for each half."""

_TO_STAND_IN = dict(zip(_HALVES, _STAND_INS, strict=True))
_TO_HALF = dict(zip(_STAND_INS, _HALVES, strict=True))


_REFUSALS = (
    cst.ParserSyntaxError,
    cst.CSTLogicError,
    SyntaxError,
    ValueError,
    RecursionError,
    MemoryError,
)
"""What libcst raises for code that it does not take."""


def edited(code: str, edits: Sequence[tuple[Span, str]]) -> str:
    """The code with some stretches replaced; no text means that the list entry in it goes.

    All but the entries, the literals and the comments that are edited stays byte for byte.
    Raises Unedited.
    """
    if too_much_to_edit(code):
        raise EditFailure("too long, or nested too deeply")
    try:
        return _whole(_edited(_halved(code), edits))
    except _REFUSALS as error:
        first = str(error).partition("\n")[0]
        raise EditFailure(first or type(error).__name__) from None


def _edited(code: str, edits: Sequence[tuple[Span, str]]) -> str:
    module = cst.parse_module(code)
    if module.code != code:
        raise EditFailure("it does not come back as it was")
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    places = _Places(code, wrapper.resolve(ByteSpanPositionProvider))
    editor = _Editor()
    for span, text in edits:
        if text:
            for leaf, value in places.replaced(span, text):
                editor.values.setdefault(leaf, []).append(value)
        else:
            editor.dropped |= set(places.entries(span))
    return wrapper.module.visit(editor).code


def _halved(code: str) -> str:
    """The code with a character in the place of each half."""
    if code.isascii():
        return code
    if any(ord(one) in _STAND_INS for one in set(code)):
        raise EditFailure("it holds characters that nobody assigns")
    return code.translate(_TO_STAND_IN)


def _whole(code: str) -> str:
    return code if code.isascii() else code.translate(_TO_HALF)


_Leaf = cst.SimpleString | cst.FormattedStringText | cst.Comment


class _Value(NamedTuple):
    """A stretch of a leaf, by its own characters, and the text that takes its place."""

    start: int
    end: int
    text: str


class _Places:
    """Where the entries of lists, the literals and the comments of a module stand."""

    def __init__(self, code: str, spans: Mapping[cst.CSTNode, object]) -> None:
        self.code = code
        at = _characters(code)
        self.leaves: list[tuple[int, int, _Leaf]] = []
        self.lists: list[tuple[int, int, cst.Element]] = []
        for node, span in spans.items():
            if not isinstance(node, _Leaf | cst.List):
                continue
            if isinstance(node, _Leaf):
                self.leaves.append((*_span(at, span), node))
                continue
            for item in node.elements:
                if isinstance(item, cst.Element):
                    self.lists.append((*_span(at, spans[item.value]), item))
        self.leaves.sort(key=lambda one: one[:2])

    def entries(self, span: Span) -> Iterator[cst.Element]:
        """The list entries of a stretch. Raises Unedited if there is none."""
        found = [item for start, end, item in self.lists if span[0] <= start and end <= span[1]]
        if not found:
            raise EditFailure("an entry is not where it should be")
        yield from found

    def replaced(self, span: Span, text: str) -> Iterator[tuple[_Leaf, _Value]]:
        """What each literal or comment in a stretch is to say. Raises Unedited.

        Between two of them stands what an edit keeps, such as quotes and a comma.
        """
        here = [leaf for leaf in self.leaves if leaf[0] < span[1] and leaf[1] > span[0]]
        if not here or here[0][0] > span[0] or here[-1][1] < span[1]:
            raise EditFailure("a text is not where it should be")
        rest = text
        for (start, end, leaf), (following, _, _) in pairwise([*here, (span[1], 0, None)]):
            first, last = max(start, span[0]), min(end, span[1])
            kept = self.code[last:following] if following > last else ""
            value, found, rest = rest.partition(kept) if kept else (rest, "", "")
            if found != kept or leaf is None:
                raise EditFailure("a text that is spread over literals is not where it should be")
            yield leaf, _Value(first - start, last - start, value)


def _characters(code: str) -> Sequence[int]:
    """The character at each byte of a text; of ASCII they are the same."""
    if code.isascii():
        return range(len(code) + 1)
    found: list[int] = []
    for number, one in enumerate(code):
        found += [number] * len(one.encode())
    return [*found, len(code)]


def _span(characters: Sequence[int], span: object) -> Span:
    start, length = span.start, span.length  # type: ignore[attr-defined]
    return characters[start], characters[start + length]


class _Editor(cst.CSTTransformer):
    """Puts new texts into leaves, and takes entries out of lists."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[cst.CSTNode, list[_Value]] = {}
        self.dropped: set[cst.CSTNode] = set()

    def on_leave(  # type: ignore[override]
        self, original_node: cst.CSTNode, updated_node: cst.CSTNode
    ) -> cst.CSTNode:
        """Each node with its new text, each list with what is left of it."""
        if isinstance(updated_node, _Leaf) and original_node in self.values:
            values = sorted(self.values[original_node])
            return updated_node.with_changes(value=_spliced(updated_node.value, values))
        if isinstance(original_node, cst.List) and isinstance(updated_node, cst.List):
            for number in reversed(range(len(original_node.elements))):
                if original_node.elements[number] in self.dropped:
                    updated_node = _without(updated_node, number, _alone(original_node, number))
        return updated_node


def _spliced(text: str, values: Sequence[_Value]) -> str:
    parts, position = [], 0
    for value in values:
        if value.start < position:
            raise EditFailure("two edits in one place")
        parts += [text[position : value.start], value.text]
        position = value.end
    return "".join([*parts, text[position:]])


def _alone(node: cst.List, number: int) -> bool:
    """Whether an entry has the comment beside it for itself: no other is on its line."""
    before, after = _around(node, number)
    begins = number == 0 or isinstance(before, cst.ParenthesizedWhitespace)
    return begins and isinstance(after, cst.ParenthesizedWhitespace)


def _around(
    node: cst.List, number: int
) -> tuple[cst.BaseParenthesizableWhitespace, cst.BaseParenthesizableWhitespace]:
    items = node.elements
    before = _behind(items[number - 1]) if number else node.lbracket.whitespace_after
    last = number == len(items) - 1
    return before, node.rbracket.whitespace_before if last else _behind(items[number])


def _without(node: cst.List, number: int, alone: bool) -> cst.List:
    """A list without one entry and its comma; the space around it becomes one.

    The comment on the line of an entry goes with it if it is `alone` there; every other stays.
    """
    items = list(node.elements)
    last = number == len(items) - 1
    before, after = _around(node, number)
    if alone and isinstance(after, cst.ParenthesizedWhitespace) and after.first_line.comment:
        bare = after.first_line.with_changes(whitespace=cst.SimpleWhitespace(""), comment=None)
        after = after.with_changes(first_line=bare)
    space = _together(before, after, number == 0, last)
    gone = items.pop(number)
    if number and last:
        # Without a comma behind the last entry there is none behind the one that is last now.
        items[-1] = items[-1].with_changes(comma=gone.comma)
    elif number:
        comma = cst.ensure_type(items[number - 1].comma, cst.Comma)
        comma = comma.with_changes(whitespace_after=space)
        items[number - 1] = items[number - 1].with_changes(comma=comma)
    else:
        node = node.with_changes(lbracket=node.lbracket.with_changes(whitespace_after=space))
    if last:
        node = node.with_changes(rbracket=node.rbracket.with_changes(whitespace_before=space))
    return node.with_changes(elements=items)


def _behind(item: cst.BaseElement) -> cst.BaseParenthesizableWhitespace:
    """The space between the comma of an entry and what follows."""
    if not isinstance(item.comma, cst.Comma):
        raise EditFailure("an entry of a list has no comma")
    return item.comma.whitespace_after


def _together(
    before: cst.BaseParenthesizableWhitespace,
    after: cst.BaseParenthesizableWhitespace,
    first: bool,
    last: bool,
) -> cst.BaseParenthesizableWhitespace:
    """What stands around an entry, as what stands between its neighbours."""
    own_line = isinstance(before, cst.ParenthesizedWhitespace)
    if isinstance(after, cst.ParenthesizedWhitespace):
        if isinstance(before, cst.ParenthesizedWhitespace):
            lines = [*before.empty_lines, *_as_line(after), *after.empty_lines]
            return after.with_changes(first_line=before.first_line, empty_lines=lines)
        return before if first and not _has_comment(after) else after
    return after if last and not (own_line and _has_comment(before)) else before


def _as_line(space: cst.ParenthesizedWhitespace) -> list[cst.EmptyLine]:
    """A comment that stood beside entries which are gone, on a line of its own."""
    first = space.first_line
    if not first.comment:
        return []
    return [cst.EmptyLine(True, space.last_line, first.comment, first.newline)]


def _has_comment(space: cst.BaseParenthesizableWhitespace) -> bool:
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return False
    return bool(space.first_line.comment or any(line.comment for line in space.empty_lines))
