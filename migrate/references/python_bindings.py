"""What a name of a module stands for: the expression, where it is assigned once."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from migrate.references.python_places import Places
from migrate.references.python_tree import Statements, every

_FEW = 8
"""So many places of a name are looked at first: most names are bound twice among them, or by a
parameter, and then stand for nothing."""


class Bindings:
    """All bindings of some code."""

    def __init__(self, tree: ast.AST) -> None:
        self._found: dict[str, ast.expr | None] = {}
        _note(self._found, every(tree))

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def of(self, name: str) -> ast.expr | None:
        """What a name stands for; None for one bound more often or in another way."""
        return self._found.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self._found


class BindingsOnDemand(Bindings):
    """The same, each looked for when it is asked for, on the lines that hold the name."""

    def __init__(self, statements: Statements, places: Places) -> None:
        super().__init__(ast.Module([], []))
        self._statements = statements
        self._places = places
        self._asked: set[str] = set()

    def of(self, name: str) -> ast.expr | None:
        """See `Bindings.of`."""
        return self._found[name] if name in self else None

    def __contains__(self, name: str) -> bool:
        if name not in self._asked:
            self._asked.add(name)
            self._look_for(name)
        return name in self._found

    def _look_for(self, name: str) -> None:
        offsets = list(occurrences(self._places.code, name))
        for some in (offsets[:_FEW], offsets):
            found: dict[str, ast.expr | None] = {}
            _note(found, self._statements.on(self._places.lines_of(some)))
            if name in found:
                self._found[name] = found[name]
                if found[name] is None:
                    return


def occurrences(code: str, name: str) -> Iterator[int]:
    """Where a name stands in a code, and not as an attribute or as a part of another name."""
    at = code.find(name)
    while at >= 0:
        before, behind = code[at - 1 : at], code[at + len(name) : at + len(name) + 1]
        if not (_in_name(before) or before == "." or _in_name(behind)):
            yield at
        at = code.find(name, at + 1)


def _in_name(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that a node alone assigns an expression to, each with the expression."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        yield from ((name, value) for name, value in _bound(node) if value is not None)


def _note(found: dict[str, ast.expr | None], nodes: Iterable[ast.AST]) -> None:
    for node in nodes:
        if type(node) in _BINDING:
            for name, value in _bound(node):
                found[name] = None if name in found else value


_BINDING = frozenset({
    ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign, ast.For, ast.AsyncFor,
    ast.comprehension, ast.withitem, ast.arg, ast.alias, ast.ExceptHandler,
})  # fmt: skip


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


def _names(target: ast.expr) -> Iterator[str]:
    stack = [target]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Tuple | ast.List):
            stack.extend(reversed(node.elts))
        elif isinstance(node, ast.Starred):
            stack.append(node.value)
