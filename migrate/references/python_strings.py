"""The strings of a Python module as spelled texts: what each says, and where every part stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import libcst as cst  # noqa: TID253 - imported only by what found a file worth parsing
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper  # noqa: TID253

from migrate.references.found import NO_DROP, ONLY_ENTRY, OPTION_VALUE, Drop
from migrate.references.names import PLAIN, Use
from migrate.references.python_nodes import bindings, children, dotted, is_literal, unescape
from migrate.references.python_words import (
    DEPTH,
    DIRNAMES,
    HERE,
    JOINS,
    KEPT,
    PATHS,
    SAME,
)
from migrate.references.reference import CERTAIN, LIKELY
from migrate.references.spelling import Piece
from migrate.references.tokens import ANCHOR
from migrate.yaml_text.compose import collector_off

_ESCAPE = re.compile(
    r"\\(?:\r?\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|.)|[^\\]+",
    re.DOTALL,
)

JOINT = Piece("/", joint=True)

_IN_TUPLE = Drop(None, reason="the plan drops it, but a tuple or set may need its size")


class Unparsed(Exception):
    """The text is no Python that libcst reads and writes alike."""


@dataclass(frozen=True)
class String:
    """One string expression; `drop` is what goes with it from a list."""

    pieces: list[Piece]
    use: Use = PLAIN
    prose: bool = False
    drop: Drop = NO_DROP

    def drop_from(self, shift: int) -> Drop:
        """The drop in a text that has more in front."""
        if self.drop.span is None:
            return self.drop
        start, end = self.drop.span
        return replace(self.drop, span=(start + shift, end + shift))


class _Wrapper(MetadataWrapper):
    """Positions without the walk over the module that libcst makes for no visitor at all."""

    def visit_batched(
        self, visitors: Iterable[cst.BatchableCSTVisitor], *hooks: Any, **named: Any
    ) -> cst.CSTNode:
        """Walk only for somebody."""
        wanted = list(visitors)
        return super().visit_batched(wanted, *hooks, **named) if wanted else self.module


def strings(code: str, path: str, constants: dict[str, list[Piece]]) -> list[String]:
    """Every string of a module, comments included, in text order. Raises Unparsed.

    `constants` are names known from earlier code; those of this code are added.
    """
    with collector_off():
        return _strings(code, path, constants)


def _strings(code: str, path: str, constants: dict[str, list[Piece]]) -> list[String]:
    try:
        wrapper = _Wrapper(cst.parse_module(code), unsafe_skip_copy=True)
    except cst.ParserSyntaxError as error:
        raise Unparsed(f"line {error.raw_line}") from None
    except SyntaxError as error:  # such as bytes and text side by side
        raise Unparsed(str(error)) from None
    except RecursionError:
        raise Unparsed("nested too deeply") from None
    reader = _Reader(code, path, wrapper, constants)
    found = list(reader.walk(wrapper.module))
    reader.note_constants()
    return sorted(found, key=_first)


def _first(string: String) -> int:
    return min((piece.start for piece in string.pieces if piece.start >= 0), default=0)


@dataclass
class _Reader:
    code: str
    path: str
    wrapper: MetadataWrapper
    constants: dict[str, list[Piece]]
    used: set[int] = field(default_factory=set)
    known: dict[int, list[Piece] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.spans = self.wrapper.resolve(ByteSpanPositionProvider)
        self.bytes = None if self.code.isascii() else self.code.encode("utf-8", "surrogatepass")
        self.values = bindings(self.wrapper.module)
        self.readers: dict[type[cst.CSTNode], Callable[[Any, int], list[Piece] | None]] = {
            cst.SimpleString: lambda node, _: list(self._literal(node)),
            cst.ConcatenatedString: self._concatenated,
            cst.FormattedString: self._formatted,
            cst.BinaryOperation: self._operation,
            cst.Name: lambda node, depth: self._name(node.value, depth),
            cst.Attribute: self._attribute,
            cst.Subscript: self._parent,
            cst.Call: self._call,
        }

    def start(self, node: cst.CSTNode) -> int:
        """The character offset at which a node begins."""
        return self._characters(self.spans[node].start)

    def end(self, node: cst.CSTNode) -> int:
        """The character offset behind a node."""
        return self._characters(self.spans[node].start + self.spans[node].length)

    def _characters(self, offset: int) -> int:
        if self.bytes is None:
            return offset
        return len(self.bytes[:offset].decode("utf-8", "surrogatepass"))

    # Which expressions are strings.

    def walk(self, node: cst.CSTNode, drop: Drop = NO_DROP) -> Iterator[String]:
        """The largest string expressions below a node; what they hold is not looked at again."""
        if isinstance(node, cst.Comment):
            start = self.start(node)
            yield String(
                [Piece(node.value, start, start + len(node.value))], Use(bare=CERTAIN), True
            )
            return
        if isinstance(node, cst.Expr) and is_literal(node.value):
            yield String(self.evaluate(node.value) or [], Use(bare=CERTAIN), prose=True)
            return
        if isinstance(node, cst.BaseExpression):
            pieces = self.evaluate(node)
            if pieces and any(
                piece.start >= 0 and piece.start not in self.used for piece in pieces
            ):
                yield String(pieces, self._use(pieces), drop=drop)
                self.used.update(piece.start for piece in pieces)
        if isinstance(node, cst.List):
            for number, element in enumerate(node.elements):
                yield from self.walk(element.value, self._drop(node, number))
            return
        for child in children(node):
            inner = _IN_TUPLE if isinstance(node, cst.Element) else NO_DROP
            yield from self.walk(child, inner)

    def _use(self, pieces: list[Piece]) -> Use:
        start = pieces[0].start
        return Use(before=self.code[max(0, start - 60) : start]) if start >= 0 else PLAIN

    def _drop(self, node: cst.List, number: int) -> Drop:
        """The stretch that makes one entry of a list display go, with its comma."""
        items = node.elements
        if len(items) == 1:
            return ONLY_ENTRY
        before = self.evaluate(items[number - 1].value) if number else None
        if before and before[0].text.startswith("-"):
            return OPTION_VALUE
        group = (self.start(node), len(items))
        if number + 1 < len(items):
            span = self.start(items[number].value), self.start(items[number + 1].value)
        else:
            span = self.end(items[number - 1].value), self.end(items[number].value)
        if (
            "#" in self.code[self.end(items[number].value) : span[1]]
            or "#" in self.code[span[0] : self.start(items[number].value)]
        ):
            return Drop(span, LIKELY, "drops the comment beside it too", group)
        return Drop(span, group=group)

    # What they say.

    def evaluate(self, node: cst.CSTNode, depth: int = 0) -> list[Piece] | None:
        """The pieces of an expression that makes a string or a path; None for any other."""
        if depth > DEPTH:
            return None
        if id(node) not in self.known:
            self.known[id(node)] = self._evaluate(node, depth)
        return self.known[id(node)]

    def _evaluate(self, node: cst.CSTNode, depth: int) -> list[Piece] | None:
        reader = self.readers.get(type(node))
        return reader(node, depth) if reader else None

    def _concatenated(self, node: cst.ConcatenatedString, depth: int) -> list[Piece]:
        parts = (self.evaluate(part, depth + 1) or [] for part in (node.left, node.right))
        return [piece for part in parts for piece in part]

    def _formatted(self, node: cst.FormattedString, depth: int) -> list[Piece]:
        return [piece for part in node.parts for piece in self._part(part, depth)]

    def _literal(self, node: cst.SimpleString) -> Iterator[Piece]:
        at = self.start(node)
        if not self.code.startswith(node.value, at):
            raise Unparsed("its strings do not stand where they should")
        quotes = len(node.prefix) + (3 if node.quote in ('"""', "'''") else 1)
        start = at + quotes
        raw = node.raw_value
        if "\\" not in raw or "r" in node.prefix.lower():
            yield Piece(raw, start, start + len(raw))
            return
        for match in _ESCAPE.finditer(raw):
            text = match.group() if match.group()[0] != "\\" else unescape(match.group())
            yield Piece(text, start + match.start(), start + match.end())

    def _part(self, part: cst.BaseFormattedStringContent, depth: int) -> list[Piece]:
        if isinstance(part, cst.FormattedStringText):
            start = self.start(part)
            return [Piece(part.value, start, start + len(part.value))]
        if isinstance(part, cst.FormattedStringExpression) and not part.format_spec:
            value = self.evaluate(part.expression, depth + 1)
            return _foreign(value) if value else [_unknown(part.expression)]
        return [Piece("{}")]

    def _operation(self, node: cst.BinaryOperation, depth: int) -> list[Piece] | None:
        left = self.evaluate(node.left, depth + 1)
        if isinstance(node.operator, cst.Modulo):
            return left
        if not isinstance(node.operator, cst.Add | cst.Divide):
            return None
        right = self.evaluate(node.right, depth + 1)
        if not left and not right:
            return None
        first, second = left or [_unknown(node.left)], right or [_unknown(node.right)]
        return [*first, *second] if isinstance(node.operator, cst.Add) else _join([first, second])

    def _name(self, name: str, depth: int) -> list[Piece] | None:
        if name == "__file__":
            return [Piece(ANCHOR + self.path)]
        if name in self.values:
            value = self.values[name]
            pieces = self.evaluate(value, depth + 1) if value is not None else None
            if pieces:
                self.constants[name] = _foreign(pieces)
                return self.constants[name]
            return None
        return self.constants.get(name)

    def note_constants(self) -> None:
        """Evaluate every name that is assigned once, for the code of later cells."""
        for name in self.values:
            self.constants.pop(name, None)
            self._name(name, 0)

    def _attribute(self, node: cst.Attribute, depth: int) -> list[Piece] | None:
        if node.attr.value != "parent":
            return None
        return _above(self.evaluate(node.value, depth + 1), 1)

    def _parent(self, node: cst.Subscript, depth: int) -> list[Piece] | None:
        """`path.parents[n]`."""
        value, index = node.value, node.slice[0].slice if len(node.slice) == 1 else None
        if not (isinstance(value, cst.Attribute) and value.attr.value == "parents"):
            return None
        if not (isinstance(index, cst.Index) and isinstance(index.value, cst.Integer)):
            return None
        return _above(self.evaluate(value.value, depth + 1), index.value.evaluated_value + 1)

    def _call(self, node: cst.Call, depth: int) -> list[Piece] | None:
        name = dotted(node.func)
        if name in HERE:
            return [Piece(ANCHOR + ".")]
        arguments = [
            argument.value
            for argument in node.args
            if argument.keyword is None and not argument.star
        ]
        if len(arguments) != len(node.args) and not name.endswith(".format"):
            return None
        if name in JOINS or name.rsplit(".", 1)[-1] in PATHS:
            return self._joined(arguments, depth) if arguments else None
        if name in SAME and len(arguments) == 1:
            return self.evaluate(arguments[0], depth + 1)
        if name in DIRNAMES and len(arguments) == 1:
            return _above(self.evaluate(arguments[0], depth + 1), 1)
        return self._method(node, arguments, depth)

    def _method(
        self, node: cst.Call, arguments: list[cst.BaseExpression], depth: int
    ) -> list[Piece] | None:
        if not isinstance(node.func, cst.Attribute):
            return None
        method, owner = node.func.attr.value, node.func.value
        if method in KEPT:
            return self.evaluate(owner, depth + 1)
        if method == "joinpath":
            return self._joined([owner, *arguments], depth)
        if method in ("with_name", "with_suffix") and len(arguments) == 1:
            pieces, last = self.evaluate(owner, depth + 1), self.evaluate(arguments[0], depth + 1)
            if not pieces or not last:
                return None
            return (
                [*pieces, *last]
                if method == "with_suffix"
                else _join([_above(pieces, 1) or [], last])
            )
        return None

    def _joined(self, operands: Sequence[cst.BaseExpression], depth: int) -> list[Piece] | None:
        values = [self.evaluate(operand, depth + 1) for operand in operands]
        if not any(values):
            return None
        return _join([v or [_unknown(o)] for v, o in zip(values, operands, strict=True)])


def _join(operands: list[list[Piece]]) -> list[Piece]:
    """Operands with slashes between, as `os.path.join` puts them."""
    joined: list[Piece] = []
    for operand in operands:
        text = "".join(piece.text for piece in operand)
        if joined and not joined[-1].text.endswith("/") and text:
            joined.append(JOINT)
        joined += operand
    return joined


def _above(pieces: list[Piece] | None, levels: int) -> list[Piece] | None:
    """The folder some levels above a path, as text that stands elsewhere."""
    if not pieces:
        return None
    text = "".join(piece.text for piece in pieces)
    anchor = ANCHOR if text.startswith(ANCHOR) else ""
    segments = [segment for segment in text.removeprefix(ANCHOR).split("/") if segment != "."]
    if levels > len(segments):
        return None
    return [Piece(anchor + ("/".join(segments[:-levels]) or "."))]


def _foreign(pieces: Sequence[Piece]) -> list[Piece]:
    return [Piece(piece.text, joint=piece.joint) for piece in pieces]


def _unknown(node: cst.CSTNode) -> Piece:
    """A value that only running the code gives, under its name if it has one."""
    name = dotted(node) if isinstance(node, cst.Name | cst.Attribute) else ""
    return Piece("{" + name.rsplit(".", 1)[-1] + "}")
