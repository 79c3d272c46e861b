"""Which expressions of Python make a string or a path, and what it says."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Any

from migrate.references.python_bindings import Bindings
from migrate.references.python_fill import BRACES, PERCENT, fill
from migrate.references.spelling import ELSEWHERE, SpelledPiece
from migrate.references.tokens import ANCHOR

PATHS = frozenset({"Path", "PurePath", "PosixPath", "PurePosixPath"})
JOINS = frozenset({"os.path.join", "osp.join", "path.join", "posixpath.join", "op.join", "join"})
SAME = frozenset({"str", "os.fspath", "os.fsdecode"})
SAME |= frozenset(
    f"{m}.{f}"
    for m in ("os.path", "osp")
    for f in ("abspath", "realpath", "normpath", "expanduser")
)
KEPT = frozenset({"resolve", "absolute", "expanduser", "as_posix"})
DIRNAMES = frozenset({"os.path.dirname", "osp.dirname", "path.dirname", "dirname"})
RESOURCES = frozenset({
    "files", "open_text", "open_binary", "read_text", "read_binary",
    "resource_filename", "resource_string", "resource_stream",
})  # fmt: skip
"""Functions that find files in packages."""
_GET_DATA = "pkgutil.get_data"
_METHODS = frozenset({"format", "join", "joinpath"})
_PACKAGE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_LISTS = ast.List | ast.Tuple
SEPARATORS = frozenset({"os.sep", "os.path.sep"})
_ONE_PATH = SAME | DIRNAMES
HERE = frozenset({"Path.cwd", "pathlib.Path.cwd", "os.getcwd"})

DEPTH = 30
"""How deep a constant may be made of others."""

FOREIGN = 1024
"""Characters of the longest constant that is followed to where its name stands."""

JOINT = SpelledPiece("/", joint=True)

Pieces = list[SpelledPiece]


class TooMuch(Exception):
    """What the constants of a module say is out of proportion to its size."""


class PythonRules:
    """The rules, for one module; who inherits them says where its literals stand.

    `values` has the expression that a name stands for; `constants` are names known from earlier
    code. All that is evaluated together stays within some times the size of the code, else TooMuch
    is raised.
    """

    def __init__(
        self, path: str, values: Bindings, constants: dict[str, Pieces], size: int
    ) -> None:
        self.path = path
        self.values = values
        self.constants = constants
        self.used: set[int] = set()
        self.cut_short = False
        """Whether some expression was too deep: what is read then depends on what was read."""
        self._known: dict[int, Pieces | None] = {}
        self._followed: dict[str, Pieces | None] = {}
        self._left = 100_000 + 20 * size
        self._readers: dict[type, Callable[[Any, int], Pieces | None]] = {
            ast.Constant: lambda node, _: self.literal(node),
            ast.JoinedStr: self.formatted,
            ast.BinOp: self._operation,
            ast.Name: lambda node, depth: self._name(node.id, depth),
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.Call: self._call,
        }

    def forget(self) -> None:
        """Let go of what refers back to here: then no collector is needed to free the tree."""
        self._readers.clear()

    def literal(self, node: ast.Constant) -> Pieces | None:
        """The pieces of a plain string; None for any other constant."""
        raise NotImplementedError

    def formatted(self, node: ast.JoinedStr, depth: int) -> Pieces:
        """The pieces of a formatted string, its values among them."""
        raise NotImplementedError

    def evaluate(self, node: ast.expr, depth: int = 0) -> Pieces | None:
        """The pieces of an expression that makes a string or a path; None for any other."""
        if depth > DEPTH:
            self.cut_short = True
            return None
        if id(node) not in self._known:
            reader = self._readers.get(type(node))
            pieces = reader(node, depth) if reader else None
            self._known[id(node)] = pieces
            self._spend(len(pieces or ()))
        return self._known[id(node)]

    def may_evaluate(self, node: ast.expr) -> bool:
        """Whether an expression is of a form that may make a string or a path."""
        if not isinstance(node, ast.Call):
            return type(node) in self._readers
        name, method = _dotted(node.func), getattr(node.func, "attr", "")
        last = name.rsplit(".", 1)[-1]
        known = last in PATHS or last in RESOURCES or name in JOINS or name in _ONE_PATH
        known = known or name in HERE or name == _GET_DATA
        return known or method in KEPT or method in _ENDINGS or method in _METHODS

    def _spend(self, pieces: int) -> None:
        self._left -= pieces
        if self._left < 0:
            raise TooMuch

    def pass_over(self, node: ast.expr) -> None:
        """Another expression reads this one: by itself it says nothing."""
        self._known[id(node)] = None

    def fresh(self, pieces: Pieces) -> bool:
        """Whether some piece is written here and was not used; from now on all of them are."""
        here = [piece.start for piece in pieces if piece.start != ELSEWHERE]
        self._spend(len(here))
        new = any(start not in self.used for start in here)
        self.used.update(here)
        return new

    def value(self, node: ast.expr, depth: int) -> Pieces:
        """What stands in for an expression in a formatted string."""
        pieces = self.evaluate(node, depth + 1)
        if pieces and _length(pieces) <= FOREIGN:
            return foreign(pieces)
        return [_unknown(node)]

    def note_constants(self) -> None:
        """Evaluate every name that is assigned once, for the code of later cells."""
        for name in self.values:
            known = self._name(name, 0)
            if known:
                self.constants[name] = known
            else:
                self.constants.pop(name, None)

    def _operation(self, node: ast.BinOp, depth: int) -> Pieces | None:
        """`+`, `/` of paths, and `%`, whose text is the one on its left."""
        if isinstance(node.op, ast.Mod):
            right = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            return self._filled(node.left, PERCENT, right, (), depth)
        if not isinstance(node.op, ast.Add | ast.Div):
            return None
        operands = self._operands(node)
        values = [self.evaluate(operand, depth + 1) for operand in operands]
        if not any(values):
            return None
        sides = [v or [_unknown(o)] for v, o in zip(values, operands, strict=True)]
        return sum_of(sides) if isinstance(node.op, ast.Add) else _join(sides)

    def _filled(
        self,
        text: ast.expr,
        place: re.Pattern[str],
        values: Sequence[ast.expr],
        keywords: Sequence[ast.keyword],
        depth: int,
    ) -> Pieces | None:
        """`text % values` or `text.format(values)`, with those values that are known."""
        pieces = self.evaluate(text, depth + 1)
        if not pieces:
            return pieces
        known = [self._known_value(value, depth) for value in values]
        named = {one.arg: self._known_value(one.value, depth) for one in keywords if one.arg}
        return fill(pieces, place, known, named)

    def _known_value(self, node: ast.expr, depth: int) -> Pieces | None:
        """What an expression says, as text of elsewhere; a string that stands here says its own."""
        pieces = None if isinstance(node, ast.Constant) else self.evaluate(node, depth + 1)
        return foreign(pieces) if pieces and _length(pieces) <= FOREIGN else None

    def _operands(self, node: ast.BinOp) -> list[ast.expr]:
        """`a`, `b` and `c` of `a + b + c`, however long: one text, and no deep recursion."""
        operands: list[ast.expr] = []
        current: ast.expr = node
        while isinstance(current, ast.BinOp) and type(current.op) is type(node.op):
            operands.append(current.right)
            if current is not node:
                self.pass_over(current)
            current = current.left
        return [current, *reversed(operands)]

    def _name(self, name: str, depth: int) -> Pieces | None:
        """A constant, or the file itself."""
        if name == "__file__":
            return [SpelledPiece(ANCHOR + self.path)]
        if name not in self.values:
            return self.constants.get(name)
        if self._followed.get(name) is None:
            value = self.values.of(name)
            pieces = self.evaluate(value, depth + 1) if value is not None else None
            known = foreign(pieces) if pieces and _length(pieces) <= FOREIGN else None
            self._followed[name] = known
        pieces = self._followed[name]
        self._spend(_length(pieces or ()) // 2)
        return pieces

    def _attribute(self, node: ast.Attribute, depth: int) -> Pieces | None:
        """`path.parent`, and `os.sep`."""
        if _dotted(node) in SEPARATORS:
            return [JOINT]
        return _above(self.evaluate(node.value, depth + 1), 1) if node.attr == "parent" else None

    def _subscript(self, node: ast.Subscript, depth: int) -> Pieces | None:
        """`path.parents[n]`."""
        owner, index = node.value, node.slice
        if not isinstance(owner, ast.Attribute) or owner.attr != "parents":
            return None
        if not isinstance(index, ast.Constant) or type(index.value) is not int or index.value < 0:
            return None
        return _above(self.evaluate(owner.value, depth + 1), index.value + 1)

    def _call(self, node: ast.Call, depth: int) -> Pieces | None:
        """A call that makes a path of its arguments, or keeps one as it is."""
        name, method = _dotted(node.func), ""
        if isinstance(node.func, ast.Attribute):
            owner, method = node.func.value, node.func.attr
        if method == "format":
            return self._filled(owner, BRACES, node.args, node.keywords, depth)
        if node.keywords or any(isinstance(one, ast.Starred) for one in node.args):
            return None
        made = self._function(name, node.args, depth)
        return self._method(owner, method, node.args, depth) if made is None and method else made

    def _function(self, name: str, arguments: Sequence[ast.expr], depth: int) -> Pieces | None:
        """A function of a library."""
        last = name.rsplit(".", 1)[-1]
        if name in HERE:
            return [SpelledPiece(ANCHOR + ".")]
        if not arguments:
            return None
        if last in RESOURCES or name == _GET_DATA:
            return self._resource(arguments, depth)
        if name in JOINS or last in PATHS:
            return self._joined(arguments, depth)
        inner = self.evaluate(arguments[0], depth + 1) if name in _ONE_PATH else None
        return _above(inner, 1) if name in DIRNAMES else inner

    def _method(
        self, owner: ast.expr, method: str, arguments: Sequence[ast.expr], depth: int
    ) -> Pieces | None:
        if method in KEPT:
            return self.evaluate(owner, depth + 1)
        if method == "joinpath":
            return self._joined([owner, *arguments], depth)
        if len(arguments) != 1:
            return None
        if method == "join":
            items = arguments[0] if _is_slash(owner) else None
            return self._joined(items.elts, depth) if isinstance(items, _LISTS) else None
        last = self.evaluate(arguments[0], depth + 1) if method in _ENDINGS else None
        pieces = self.evaluate(owner, depth + 1) if last else None
        return _ENDINGS[method](pieces, last) if pieces and last else None

    def _resource(self, arguments: Sequence[ast.expr], depth: int) -> Pieces | None:
        """`files("a.b")`, `open_text("a.b", "name")`: a package with dots, and what is in it."""
        values = [self.evaluate(one, depth + 1) for one in arguments]
        if not values or not values[0] or not _PACKAGE.fullmatch(text_of(values[0])):
            return None
        package = [SpelledPiece(text_of(values[0]).replace(".", "/"))]
        return _join([package, *(value or [SpelledPiece("{}")] for value in values[1:])])

    def _joined(self, operands: Sequence[ast.expr], depth: int) -> Pieces | None:
        values = [self.evaluate(operand, depth + 1) for operand in operands]
        if not any(values):
            return None
        return _join([v or [_unknown(o)] for v, o in zip(values, operands, strict=True)])


def _is_slash(node: ast.expr) -> bool:
    """Whether an expression is what stands between the folders of a path."""
    if isinstance(node, ast.Constant):
        return node.value == "/"
    return _dotted(node) in SEPARATORS


def _globbed(folder: Pieces, names: Pieces) -> Pieces:
    """`path.glob(names)`; the path goes on to be a name of its own."""
    return _join([foreign(folder), names])


_ENDINGS: dict[str, Callable[[Pieces, Pieces], Pieces]] = {
    "with_suffix": lambda path, suffix: [*path, *suffix],
    "with_name": lambda path, name: _join([_above(path, 1) or [], name]),
    "glob": _globbed,
    "rglob": lambda path, names: _globbed([*path, JOINT, SpelledPiece("**")], names),
}
"""Methods of a path with one argument."""


def foreign(pieces: Sequence[SpelledPiece]) -> Pieces:
    """The same text, as text that stands elsewhere."""
    return [SpelledPiece(piece.text, joint=piece.joint) for piece in pieces]


def text_of(pieces: Sequence[SpelledPiece]) -> str:
    """What pieces say."""
    return "".join(piece.text for piece in pieces)


def sum_of(operands: Sequence[Pieces]) -> Pieces:
    """Operands side by side."""
    return [piece for operand in operands for piece in operand]


def _length(pieces: Sequence[SpelledPiece]) -> int:
    return sum(len(piece.text) for piece in pieces)


def _unknown(node: ast.expr) -> SpelledPiece:
    """A value that only running the code gives, under its name if it has one."""
    return SpelledPiece("{" + _dotted(node).rsplit(".", 1)[-1] + "}")


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
    return [SpelledPiece(anchor + ("/".join(segments[:-levels]) or "."))]


def _dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or attribute, its last parts if there are many; "" in front of a call."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 4:
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(parts))
