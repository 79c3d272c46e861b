"""Small questions to a libcst tree: children, names, what binds them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields

import libcst as cst  # noqa: TID253 - imported only by what found a file worth parsing

_FIELDS: dict[type[cst.CSTNode], tuple[str, ...]] = {}
_EMPTY = frozenset({cst.SimpleWhitespace, cst.Newline, cst.MaybeSentinel, str, bool, type(None)})


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes in a node's fields; `node.children` runs a visitor and takes ten times as long."""
    kind = type(node)
    for name in _FIELDS.get(kind) or _FIELDS.setdefault(kind, _fields_of(kind)):
        value = getattr(node, name)
        if type(value) in _EMPTY:
            continue
        if isinstance(value, list | tuple):
            for item in value:
                if isinstance(item, cst.CSTNode):
                    yield item
        elif isinstance(value, cst.CSTNode):
            yield value


def _fields_of(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def unescape(text: str) -> str:
    """What one escape of a literal stands for."""
    try:
        value = ast.literal_eval(f'"{text}"')
    except (SyntaxError, ValueError):
        return text
    return value if isinstance(value, str) else text


def is_literal(node: cst.CSTNode) -> bool:
    """Whether a node is a string without values in it."""
    return isinstance(node, cst.SimpleString | cst.ConcatenatedString)


def dotted(node: cst.CSTNode) -> str:
    """`a.b.c` of a name or attribute; "" for what has no name in front."""
    if isinstance(node, cst.Name):
        return node.value
    return f"{dotted(node.value)}.{node.attr.value}" if isinstance(node, cst.Attribute) else ""


def bindings(module: cst.Module) -> dict[str, cst.BaseExpression | None]:
    """Names that are assigned once; None for those bound more often or in another way."""
    found: dict[str, cst.BaseExpression | None] = {}
    stack: list[cst.CSTNode] = [module]
    while stack:
        node = stack.pop()
        for name, value in _bound(node):
            found[name] = None if name in found else value
        stack.extend(children(node))
    return found


def _bound(node: cst.CSTNode) -> Iterator[tuple[str, cst.BaseExpression | None]]:
    if isinstance(node, cst.Assign):
        for target in node.targets:
            alone = len(node.targets) == 1 and isinstance(target.target, cst.Name)
            for name in _names(target.target):
                yield name, node.value if alone else None
    elif isinstance(node, cst.AnnAssign):
        yield from ((name, node.value) for name in _names(node.target))
    elif isinstance(node, cst.NamedExpr | cst.AugAssign | cst.For | cst.CompFor):
        yield from ((name, None) for name in _names(node.target))
    elif isinstance(node, cst.Param):
        yield node.name.value, None
    elif isinstance(node, cst.AsName):
        yield from ((name, None) for name in _names(node.name))


def _names(node: cst.CSTNode) -> Iterator[str]:
    if isinstance(node, cst.Name):
        yield node.value
    elif isinstance(node, cst.Tuple | cst.List):
        for element in node.elements:
            yield from _names(element.value)
