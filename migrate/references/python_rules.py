"""Which expressions of Python make a string or a path, and what it says: for any parser's nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from migrate.references.python_words import DEPTH, DIRNAMES, HERE, JOINS, KEPT, PATHS, SAME
from migrate.references.spelling import ELSEWHERE, Piece
from migrate.references.tokens import ANCHOR

JOINT = Piece("/", joint=True)

Pieces = list[Piece]
Node = Any
"""An expression as one parser has it."""


class Rules:
    """The rules; who inherits them says how its parser's nodes are taken apart.

    `readers` has for each kind of node what reads it; `values` the expression that a name stands
    for, None for one that is bound more often; `constants` are names known from elsewhere.
    """

    readers: dict[type, Callable[[Any, int], Pieces | None]]

    def __init__(
        self, path: str, values: dict[str, Node | None], constants: dict[str, Pieces]
    ) -> None:
        self.path = path
        self.values = values
        self.constants = constants
        self.used: set[int] = set()
        self._known: dict[int, Pieces | None] = {}

    # How nodes are taken apart.

    def dotted(self, node: Node) -> str:
        """`a.b.c` of a name or attribute; "" for what has no name in front."""
        raise NotImplementedError

    def member(self, node: Node) -> tuple[Node, str] | None:
        """The owner and the name of an attribute; None for any other node."""
        raise NotImplementedError

    def too_deep(self) -> None:
        """What is nested deeper than this is nobody's path."""

    # What they say.

    def evaluate(self, node: Node, depth: int = 0) -> Pieces | None:
        """The pieces of an expression that makes a string or a path; None for any other."""
        if depth > DEPTH:
            self.too_deep()
            return None
        if id(node) not in self._known:
            reader = self.readers.get(type(node))
            self._known[id(node)] = reader(node, depth) if reader else None
        return self._known[id(node)]

    def fresh(self, pieces: Pieces) -> bool:
        """Whether some piece is written here and was not used; from now on all of them are."""
        here = [piece.start for piece in pieces if piece.start != ELSEWHERE]
        new = any(start not in self.used for start in here)
        self.used.update(here)
        return new

    def value(self, node: Node, depth: int) -> Pieces:
        """What stands in for an expression in a formatted string."""
        pieces = self.evaluate(node, depth + 1)
        return foreign(pieces) if pieces else [self._unknown(node)]

    def operation(self, left: Node, operator: str, right: Node, depth: int) -> Pieces | None:
        """`+`, `/` of paths, and `%`, whose text is the one on its left."""
        first = self.evaluate(left, depth + 1)
        if operator not in ("+", "/"):
            return first if operator == "%" else None
        second = self.evaluate(right, depth + 1)
        if not first and not second:
            return None
        sides = [first or [self._unknown(left)], second or [self._unknown(right)]]
        return [*sides[0], *sides[1]] if operator == "+" else _join(sides)

    def name(self, name: str, depth: int) -> Pieces | None:
        """A constant, or the file itself."""
        if name == "__file__":
            return [Piece(ANCHOR + self.path)]
        if name not in self.values:
            return self.constants.get(name)
        value = self.values[name]
        pieces = self.evaluate(value, depth + 1) if value is not None else None
        if not pieces:
            return None
        self.constants[name] = foreign(pieces)
        return self.constants[name]

    def attribute(self, node: Node, depth: int) -> Pieces | None:
        """`path.parent`."""
        member = self.member(node)
        if member is None or member[1] != "parent":
            return None
        return _above(self.evaluate(member[0], depth + 1), 1)

    def subscript(self, node: Node, index: int | None, depth: int) -> Pieces | None:
        """`path.parents[n]`."""
        member = self.member(node)
        if member is None or member[1] != "parents" or index is None:
            return None
        return _above(self.evaluate(member[0], depth + 1), index + 1)

    def call(
        self, called: Node, arguments: Sequence[Node], all_plain: bool, depth: int
    ) -> Pieces | None:
        """A call that makes a path of its `arguments`, or keeps one as it is."""
        name = self.dotted(called)
        if name in HERE:
            return [Piece(ANCHOR + ".")]
        if not all_plain and not name.endswith(".format"):
            return None
        if name in JOINS or name.rsplit(".", 1)[-1] in PATHS:
            return self._joined(arguments, depth) if arguments else None
        if name in SAME and len(arguments) == 1:
            return self.evaluate(arguments[0], depth + 1)
        if name in DIRNAMES and len(arguments) == 1:
            return _above(self.evaluate(arguments[0], depth + 1), 1)
        member = self.member(called)
        return self._method(*member, arguments, depth) if member is not None else None

    def _method(
        self, owner: Node, method: str, arguments: Sequence[Node], depth: int
    ) -> Pieces | None:
        if method in KEPT:
            return self.evaluate(owner, depth + 1)
        if method == "joinpath":
            return self._joined([owner, *arguments], depth)
        if method not in ("with_name", "with_suffix") or len(arguments) != 1:
            return None
        pieces, last = self.evaluate(owner, depth + 1), self.evaluate(arguments[0], depth + 1)
        if not pieces or not last:
            return None
        if method == "with_suffix":
            return [*pieces, *last]
        return _join([_above(pieces, 1) or [], last])

    def _joined(self, operands: Sequence[Node], depth: int) -> Pieces | None:
        values = [self.evaluate(operand, depth + 1) for operand in operands]
        if not any(values):
            return None
        return _join([v or [self._unknown(o)] for v, o in zip(values, operands, strict=True)])

    def _unknown(self, node: Node) -> Piece:
        """A value that only running the code gives, under its name if it has one."""
        return Piece("{" + self.dotted(node).rsplit(".", 1)[-1] + "}")


def foreign(pieces: Sequence[Piece]) -> Pieces:
    """The same text, as text that stands elsewhere."""
    return [Piece(piece.text, joint=piece.joint) for piece in pieces]


def text_of(pieces: Sequence[Piece]) -> str:
    """What pieces say."""
    return "".join(piece.text for piece in pieces)


def _join(operands: Sequence[Pieces]) -> Pieces:
    """Operands with slashes between, as `os.path.join` puts them."""
    joined: Pieces = []
    for operand in operands:
        if joined and not joined[-1].text.endswith("/") and text_of(operand):
            joined.append(JOINT)
        joined += operand
    return joined


def _above(pieces: Pieces | None, levels: int) -> Pieces | None:
    """The folder some levels above a path, as text that stands elsewhere."""
    if not pieces:
        return None
    text = text_of(pieces)
    anchor = ANCHOR if text.startswith(ANCHOR) else ""
    segments = [segment for segment in text.removeprefix(ANCHOR).split("/") if segment != "."]
    if levels > len(segments):
        return None
    return [Piece(anchor + ("/".join(segments[:-levels]) or "."))]
