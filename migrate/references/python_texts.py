"""Whether a Python module can name a target at all, asked of `ast`; edits need `python_strings`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from migrate.references.names import PLAIN, Names, Use
from migrate.references.python_words import (
    DEPTH,
    DIRNAMES,
    HERE,
    JOINS,
    KEPT,
    PATHS,
    SAME,
)
from migrate.references.tokens import ANCHOR

_COMMENT = re.compile(r"#[^\r\n]*")
_EAGER = Use(before="config=")
"""As if each string stood behind a launcher's option: then the most counts as a name."""

_RAW = re.compile(r"[\\\r]|\{\{|\}\}|=\s*(?:![rsa]\s*)?(?::[^{}]*)?\}")
"""What `ast` shows of an f-string otherwise than it is written."""

FOREIGN = -1
Part = tuple[str, int]
"""A text, and the literal that holds it, or `FOREIGN`."""


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


class _Texts:
    """The same readings of expressions as in `python_strings`, without places."""

    def __init__(self, code: str, path: str) -> None:
        if "\r" in code.replace("\r\n", "") or "\\N{" in code:
            raise Unclear
        self.path = path
        self.lines = code.split("\n")
        self.tree = ast.parse(code.removeprefix("\ufeff"))
        self.values = _bindings(self.tree)
        self.used: set[int] = set()
        self.known: dict[int, list[Part] | None] = {}
        self.readers: dict[type[ast.AST], Callable[[Any, int], list[Part] | None]] = {
            ast.Constant: self._constant,
            ast.JoinedStr: self._formatted,
            ast.BinOp: self._operation,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Subscript: self._parent,
            ast.Call: self._call,
        }

    def walk(self) -> Iterator[str]:
        """The largest string expressions, and those inside that are no part of them."""
        for node in ast.walk(self.tree):  # breadth first: what is around comes before
            parts = self.evaluate(node, 0) if isinstance(node, ast.expr) else None
            if parts and any(at != FOREIGN and at not in self.used for _, at in parts):
                yield _text(parts)
                self.used.update(at for _, at in parts)

    def evaluate(self, node: ast.AST, depth: int) -> list[Part] | None:
        """The parts of an expression that makes a string or a path; None for any other."""
        if depth > DEPTH:
            raise Unclear
        if id(node) not in self.known:
            reader = self.readers.get(type(node))
            self.known[id(node)] = reader(node, depth) if reader else None
        return self.known[id(node)]

    def _constant(self, node: ast.Constant, _: int) -> list[Part] | None:
        value = node.value
        if isinstance(value, bytes):
            if b"\\" in value:
                raise Unclear
            value = value.decode("latin-1")
        return [(value, id(node))] if isinstance(value, str) else None

    def _formatted(self, node: ast.JoinedStr, depth: int) -> list[Part]:
        lines = self.lines[node.lineno - 1 : node.end_lineno]
        if not node.values or any(_RAW.search(line.removesuffix("\r")) for line in lines):
            raise Unclear
        return [part for value in node.values for part in self._within(value, depth)]

    def _within(self, node: ast.expr, depth: int) -> list[Part]:
        if not isinstance(node, ast.FormattedValue):
            return self.evaluate(node, depth + 1) or []
        if node.format_spec is None:
            value = self.evaluate(node.value, depth + 1)
            return _foreign(value) if value else [_unknown(node.value)]
        if isinstance(node.format_spec, ast.JoinedStr) and not node.format_spec.values:
            raise Unclear
        return [("{}", FOREIGN)]

    def _operation(self, node: ast.BinOp, depth: int) -> list[Part] | None:
        left = self.evaluate(node.left, depth + 1)
        if isinstance(node.op, ast.Mod):
            return left
        if not isinstance(node.op, ast.Add | ast.Div):
            return None
        right = self.evaluate(node.right, depth + 1)
        if not left and not right:
            return None
        first, second = left or [_unknown(node.left)], right or [_unknown(node.right)]
        return [*first, *second] if isinstance(node.op, ast.Add) else _join([first, second])

    def _name(self, node: ast.Name, depth: int) -> list[Part] | None:
        if node.id == "__file__":
            return [(ANCHOR + self.path, FOREIGN)]
        value = self.values.get(node.id)
        parts = self.evaluate(value, depth + 1) if value is not None else None
        return _foreign(parts) if parts else None

    def _attribute(self, node: ast.Attribute, depth: int) -> list[Part] | None:
        return _above(self.evaluate(node.value, depth + 1), 1) if node.attr == "parent" else None

    def _parent(self, node: ast.Subscript, depth: int) -> list[Part] | None:
        """`path.parents[n]`."""
        value, index = node.value, node.slice
        if not (isinstance(value, ast.Attribute) and value.attr == "parents"):
            return None
        if not (isinstance(index, ast.Constant) and type(index.value) is int):
            return None
        return _above(self.evaluate(value.value, depth + 1), index.value + 1)

    def _call(self, node: ast.Call, depth: int) -> list[Part] | None:
        name = _dotted(node.func)
        if name in HERE:
            return [(ANCHOR + ".", FOREIGN)]
        arguments = [one for one in node.args if not isinstance(one, ast.Starred)]
        all_plain = len(arguments) == len(node.args) and not node.keywords
        if not all_plain and not name.endswith(".format"):
            return None
        if name in JOINS or name.rsplit(".", 1)[-1] in PATHS:
            return self._joined(arguments, depth) if arguments else None
        if name in SAME and len(arguments) == 1:
            return self.evaluate(arguments[0], depth + 1)
        if name in DIRNAMES and len(arguments) == 1:
            return _above(self.evaluate(arguments[0], depth + 1), 1)
        return self._method(node.func, arguments, depth)

    def _method(self, called: ast.expr, arguments: list[ast.expr], depth: int) -> list[Part] | None:
        if not isinstance(called, ast.Attribute):
            return None
        method, owner = called.attr, called.value
        if method in KEPT:
            return self.evaluate(owner, depth + 1)
        if method == "joinpath":
            return self._joined([owner, *arguments], depth)
        if method not in ("with_name", "with_suffix") or len(arguments) != 1:
            return None
        parts, last = self.evaluate(owner, depth + 1), self.evaluate(arguments[0], depth + 1)
        if not parts or not last:
            return None
        return [*parts, *last] if method == "with_suffix" else _join([_above(parts, 1) or [], last])

    def _joined(self, operands: Sequence[ast.expr], depth: int) -> list[Part] | None:
        values = [self.evaluate(operand, depth + 1) for operand in operands]
        if not any(values):
            return None
        return _join([v or [_unknown(o)] for v, o in zip(values, operands, strict=True)])


def _text(parts: Sequence[Part]) -> str:
    return "".join(text for text, _ in parts)


def _foreign(parts: Sequence[Part]) -> list[Part]:
    return [(text, FOREIGN) for text, _ in parts]


def _join(operands: list[list[Part]]) -> list[Part]:
    joined: list[Part] = []
    for operand in operands:
        if joined and not joined[-1][0].endswith("/") and _text(operand):
            joined.append(("/", FOREIGN))
        joined += operand
    return joined


def _above(parts: list[Part] | None, levels: int) -> list[Part] | None:
    if not parts:
        return None
    text = _text(parts)
    anchor = ANCHOR if text.startswith(ANCHOR) else ""
    segments = [segment for segment in text.removeprefix(ANCHOR).split("/") if segment != "."]
    if levels > len(segments):
        return None
    return [(anchor + ("/".join(segments[:-levels]) or "."), FOREIGN)]


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return f"{_dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def _unknown(node: ast.expr) -> Part:
    return "{" + _dotted(node).rsplit(".", 1)[-1] + "}", FOREIGN


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
