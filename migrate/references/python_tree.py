"""The nodes of a parsed module, without those in which no string and no name can stand."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

_WORDS = frozenset({"ctx", "op", "ops", "id", "attr", "module", "level", "type_comment", "kind"})
"""Fields that hold a plain text, a number or a leaf."""

_fields: dict[type, tuple[str, ...]] = {ast.Constant: (), ast.Name: ()}


def inner(node: ast.AST) -> list[ast.AST]:
    """The nodes right in a node, in the order of `ast.iter_child_nodes`, without leaves.

    `ast` asks each field of each node for its kind, which takes most of the time of a walk.
    """
    kind = node.__class__
    fields = _fields.get(kind)
    if fields is None:
        fields = _fields[kind] = tuple(name for name in kind._fields if name not in _WORDS)
    found: list[ast.AST] = []
    for name in fields:
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += [one for one in value if isinstance(one, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def every(tree: ast.AST) -> list[ast.AST]:
    """A node and all below it, the nearest first."""
    found = [tree]
    for node in found:
        found += inner(node)
    return found


class Statements:
    """The statements of a module by the lines on which they stand."""

    def __init__(self, tree: ast.Module) -> None:
        self._body = tree.body
        self._starts = [_first_line(one) for one in tree.body]

    def on(self, lines: Sequence[int]) -> list[ast.AST]:
        """Those on some lines, and the nodes below them but for statements on none of these."""
        numbers: set[int] = set()
        for line in lines:
            at = bisect_right(self._starts, line) - 1
            numbers.add(at)
            while at > 0 and self._starts[at] == line:  # several stand on one line
                at -= 1
                numbers.add(at)
        near = (self._body[at] for at in sorted(numbers - {-1}))
        found: list[ast.AST] = [one for one in near if is_on(one, lines)]
        for node in found:
            found += [
                one for one in inner(node) if not isinstance(one, ast.stmt) or is_on(one, lines)
            ]
        return found


def is_on(node: ast.stmt | ast.expr, lines: Sequence[int]) -> bool:
    """Whether a node, its decorators too, stands on one of these lines, which are sorted."""
    first = _first_line(node)
    at = bisect_left(lines, first)
    return at < len(lines) and lines[at] <= (node.end_lineno or first)


def _first_line(node: ast.stmt | ast.expr) -> int:
    first = node.lineno
    for one in getattr(node, "decorator_list", ()):
        first = min(first, one.lineno)
    return first
