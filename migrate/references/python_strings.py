"""The strings of a Python module as spelled texts: what each says, and where every part stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import libcst as cst  # noqa: TID253 - imported only by what found a file worth parsing
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper  # noqa: TID253

from migrate.references.found import NO_DROP, ONLY_ENTRY, OPTION_VALUE, Drop
from migrate.references.names import PLAIN, Use
from migrate.references.python_nodes import bindings, children, dotted, is_literal, unescape
from migrate.references.python_rules import Pieces, Rules
from migrate.references.reference import CERTAIN, LIKELY
from migrate.references.spelling import Piece
from migrate.yaml_text.compose import collector_off

_ESCAPE = re.compile(
    r"\\(?:\r?\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|.)|[^\\]+",
    re.DOTALL,
)

_IN_TUPLE = Drop(None, reason="the plan drops it, but a tuple or set may need its size")


class Unparsed(Exception):
    """The text is no Python that libcst reads and writes alike."""


@dataclass(frozen=True)
class String:
    """One string expression; `drop` is what goes with it from a list."""

    pieces: Pieces
    use: Use = PLAIN
    prose: bool = False
    drop: Drop = NO_DROP

    def drop_from(self, shift: int) -> Drop:
        """The drop in a text that has more in front."""
        if self.drop.span is None:
            return self.drop
        start, end = self.drop.span
        return self.drop._replace(span=(start + shift, end + shift))


class _Wrapper(MetadataWrapper):
    """Positions without the walk over the module that libcst makes for no visitor at all."""

    def visit_batched(
        self, visitors: Iterable[cst.BatchableCSTVisitor], *hooks: Any, **named: Any
    ) -> cst.CSTNode:
        """Walk only for somebody."""
        wanted = list(visitors)
        return super().visit_batched(wanted, *hooks, **named) if wanted else self.module


def strings(code: str, path: str, constants: dict[str, Pieces]) -> list[String]:
    """Every string of a module, comments included, in text order. Raises Unparsed.

    `constants` are names known from earlier code; those of this code are added.
    """
    with collector_off():
        return _strings(code, path, constants)


def _strings(code: str, path: str, constants: dict[str, Pieces]) -> list[String]:
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


class _Reader(Rules):
    def __init__(
        self, code: str, path: str, wrapper: MetadataWrapper, constants: dict[str, Pieces]
    ) -> None:
        super().__init__(path, bindings(wrapper.module), constants)
        self.code = code
        self.spans = wrapper.resolve(ByteSpanPositionProvider)
        self.bytes = None if code.isascii() else code.encode("utf-8", "surrogatepass")
        self.readers = {
            cst.SimpleString: lambda node, _: list(self._literal(node)),
            cst.ConcatenatedString: self._concatenated,
            cst.FormattedString: self._formatted,
            cst.BinaryOperation: self._operation,
            cst.Name: lambda node, depth: self.name(node.value, depth),
            cst.Attribute: self.attribute,
            cst.Subscript: self._subscript,
            cst.Call: self._call,
        }

    def dotted(self, node: cst.CSTNode) -> str:
        """`a.b.c`."""
        return dotted(node)

    def member(self, node: cst.CSTNode) -> tuple[cst.CSTNode, str] | None:
        """An attribute's owner and name."""
        return (node.value, node.attr.value) if isinstance(node, cst.Attribute) else None

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
            if pieces and self.fresh(pieces):
                yield String(pieces, self._use(pieces), drop=drop)
        if isinstance(node, cst.List):
            for number, element in enumerate(node.elements):
                yield from self.walk(element.value, self._drop(node, number))
            return
        for child in children(node):
            inner = _IN_TUPLE if isinstance(node, cst.Element) else NO_DROP
            yield from self.walk(child, inner)

    def _use(self, pieces: Pieces) -> Use:
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

    # What their parts are.

    def _concatenated(self, node: cst.ConcatenatedString, depth: int) -> Pieces:
        parts = (self.evaluate(part, depth + 1) or [] for part in (node.left, node.right))
        return [piece for part in parts for piece in part]

    def _formatted(self, node: cst.FormattedString, depth: int) -> Pieces:
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

    def _part(self, part: cst.BaseFormattedStringContent, depth: int) -> Pieces:
        if isinstance(part, cst.FormattedStringText):
            start = self.start(part)
            return [Piece(part.value, start, start + len(part.value))]
        if isinstance(part, cst.FormattedStringExpression) and not part.format_spec:
            return self.value(part.expression, depth)
        return [Piece("{}")]

    def _operation(self, node: cst.BinaryOperation, depth: int) -> Pieces | None:
        operator = _OPERATORS.get(type(node.operator), "")
        return self.operation(node.left, operator, node.right, depth)

    def note_constants(self) -> None:
        """Evaluate every name that is assigned once, for the code of later cells."""
        for name in self.values:
            self.constants.pop(name, None)
            self.name(name, 0)

    def _subscript(self, node: cst.Subscript, depth: int) -> Pieces | None:
        inner = node.slice[0].slice if len(node.slice) == 1 else None
        value = inner.value if isinstance(inner, cst.Index) else None
        index = value.evaluated_value if isinstance(value, cst.Integer) else None
        return self.subscript(node.value, index, depth)

    def _call(self, node: cst.Call, depth: int) -> Pieces | None:
        plain = [one.value for one in node.args if one.keyword is None and not one.star]
        return self.call(node.func, plain, len(plain) == len(node.args), depth)


_OPERATORS: dict[type[cst.CSTNode], str] = {cst.Add: "+", cst.Divide: "/", cst.Modulo: "%"}
