"""Whether a Python module can name a target at all, asked of `ast`; edits need `python_strings`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from migrate.references.names import PLAIN, Names, Use
from migrate.references.python_rules import Pieces, Rules, text_of
from migrate.references.spelling import Piece

_COMMENT = re.compile(r"#[^\r\n]*")
_EAGER = Use(before="config=")
"""As if each string stood behind a launcher's option: then the most counts as a name."""

_RAW = re.compile(r"[\\\r]|\{\{|\}\}|=\s*(?:![rsa]\s*)?(?::[^{}]*)?\}")
"""What `ast` shows of an f-string otherwise than it is written."""


class Unclear(Exception):
    """Only the whole truth decides: the module goes to libcst."""


def may_name(code: str, path: str, names: Names) -> bool:
    """Whether some string or comment may name a target. Never false where libcst finds one."""
    # Its plain text counts where libcst cannot parse what `ast` can.
    if any(names.find(code, path, PLAIN)) or _in_comments(code, path, names):
        return True
    try:
        texts = list(_Texts(code, path).walk())
    except (Unclear, SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return any(named for text in texts for named in names.find(text, path, _EAGER))


def _in_comments(code: str, path: str, names: Names) -> bool:
    """Every `#` counts as the start of a comment, those in strings as well."""
    starts = (match.start() for match in re.finditer("#", code))
    comments = (match.group() for at in starts if (match := _COMMENT.match(code, at)))
    return any(named for text in comments for named in names.find(text, path, PLAIN))


class _Texts(Rules):
    """Strings without places: the start of a piece is the literal that holds it."""

    def __init__(self, code: str, path: str) -> None:
        if "\r" in code.replace("\r\n", "") or "\\N{" in code:
            raise Unclear
        self.lines = code.split("\n")
        self.tree = ast.parse(code.removeprefix("\ufeff"))
        super().__init__(path, _bindings(self.tree), {})
        self.readers = {
            ast.Constant: self._constant,
            ast.JoinedStr: self._formatted,
            ast.BinOp: self._operation,
            ast.Name: lambda node, depth: self.name(node.id, depth),
            ast.Attribute: self.attribute,
            ast.Subscript: self._subscript,
            ast.Call: self._call,
        }

    def dotted(self, node: ast.expr) -> str:
        """`a.b.c`."""
        return _dotted(node)

    def member(self, node: ast.expr) -> tuple[ast.expr, str] | None:
        """An attribute's owner and name."""
        return (node.value, node.attr) if isinstance(node, ast.Attribute) else None

    def too_deep(self) -> None:
        """libcst counts other levels: nobody knows here what it would find."""
        raise Unclear

    def walk(self) -> Iterator[str]:
        """The largest string expressions, and those inside that are no part of them."""
        for node in ast.walk(self.tree):  # breadth first: what is around comes before
            pieces = self.evaluate(node) if isinstance(node, ast.expr) else None
            if pieces and self.fresh(pieces):
                yield text_of(pieces)

    def _constant(self, node: ast.Constant, _: int) -> Pieces | None:
        value = node.value
        if isinstance(value, bytes):
            if b"\\" in value:
                raise Unclear
            value = value.decode("latin-1")
        return [Piece(value, id(node))] if isinstance(value, str) else None

    def _formatted(self, node: ast.JoinedStr, depth: int) -> Pieces:
        lines = self.lines[node.lineno - 1 : node.end_lineno]
        if not node.values or any(_RAW.search(line.removesuffix("\r")) for line in lines):
            raise Unclear
        return [piece for value in node.values for piece in self._within(value, depth)]

    def _within(self, node: ast.expr, depth: int) -> Pieces:
        if not isinstance(node, ast.FormattedValue):
            return self.evaluate(node, depth + 1) or []
        if node.format_spec is None:
            return self.value(node.value, depth)
        if isinstance(node.format_spec, ast.JoinedStr) and not node.format_spec.values:
            raise Unclear
        return [Piece("{}")]

    def _operation(self, node: ast.BinOp, depth: int) -> Pieces | None:
        return self.operation(node.left, _OPERATORS.get(type(node.op), ""), node.right, depth)

    def _subscript(self, node: ast.Subscript, depth: int) -> Pieces | None:
        value = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return self.subscript(node.value, value if type(value) is int else None, depth)

    def _call(self, node: ast.Call, depth: int) -> Pieces | None:
        plain = [one for one in node.args if not isinstance(one, ast.Starred)]
        return self.call(
            node.func, plain, len(plain) == len(node.args) and not node.keywords, depth
        )


_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Div: "/", ast.Mod: "%"}


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return f"{_dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def _bindings(tree: ast.AST) -> dict[str, ast.expr | None]:
    """Names that are assigned once; None for those bound more often or in another way."""
    found: dict[str, ast.expr | None] = {}
    for node in ast.walk(tree):
        for name, value in _bound(node):
            found[name] = None if name in found else value
    return found


def _bound(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    if isinstance(node, ast.Assign):
        alone = len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        for target in node.targets:
            yield from ((name, node.value if alone else None) for name in _names(target))
    elif isinstance(node, ast.AnnAssign):
        yield from ((name, node.value) for name in _names(node.target))
    elif isinstance(
        node, ast.NamedExpr | ast.AugAssign | ast.For | ast.AsyncFor | ast.comprehension
    ):
        yield from ((name, None) for name in _names(node.target))
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield from ((name, None) for name in _names(node.optional_vars))
    elif isinstance(node, ast.arg):
        yield node.arg, None
    elif isinstance(node, ast.alias) and node.asname:
        yield node.asname, None
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name, None


def _names(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Tuple | ast.List):
        for element in node.elts:
            yield from _names(element.value if isinstance(element, ast.Starred) else element)
