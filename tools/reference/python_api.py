"""docs/reference/python.md: what `migrate.api` offers, from its signatures and docstrings."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

from migrate import api
from tools.reference.markdown import table, written_by

PAGE = "docs/reference/python.md"
INTRODUCTION = """# Names of the Python API

For looking up: every name of `migrate.api` with its types. How they are used is shown in
[the Python API](../api.md).
"""


def page() -> str:
    """The whole page; the class that does the work first, then what it returns and raises."""
    parts = [written_by("migrate/api.py"), INTRODUCTION]
    names = sorted(api.__all__, key=lambda name: (name != "ConfigTree", _rank(name), name))
    return "\n".join([*parts, *(_section(name) for name in names)])


def _rank(name: str) -> int:
    return int(isinstance(getattr(api, name), type) and issubclass(getattr(api, name), Exception))


def _section(name: str) -> str:
    thing = getattr(api, name)
    if not isinstance(thing, type):
        return f"## {name}\n\nThe value of a side that has no such key.\n"
    node = _parsed(thing)
    parts = [f"## {name}\n", f"{ast.get_docstring(node)}\n"]
    fields = list(_fields(node))
    if fields:
        parts.append(table(["field", "type", "meaning"], fields))
    parts += [
        _method(name, one) for one in node.body if isinstance(one, ast.FunctionDef) and _open(one)
    ]
    return "\n".join(parts)


def _parsed(thing: type) -> ast.ClassDef:
    node = ast.parse(inspect.getsource(thing)).body[0]
    assert isinstance(node, ast.ClassDef)
    return node


def _open(method: ast.FunctionDef) -> bool:
    """Whether a method is for others: the constructor of ConfigTree, and what has a docstring."""
    return not method.name.startswith("_") and bool(ast.get_docstring(method))


def _fields(node: ast.ClassDef) -> Iterator[list[str]]:
    """The fields of a record, each with its type and the text below it."""
    for one, below in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(one, ast.AnnAssign):
            told = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
            text = str(below.value.value) if told else ""  # type: ignore[union-attr]
            yield [f"`{ast.unparse(one.target)}`", f"`{ast.unparse(one.annotation)}`", text]


def _method(owner: str, method: ast.FunctionDef) -> str:
    returned = f" -> {ast.unparse(method.returns)}" if method.returns else ""
    given = re.sub(r"^(self|cls)(, |$)", "", ast.unparse(method.args))
    signature = f"{method.name}({given}){returned}"
    told = f"```python\n{signature}\n```\n\n{ast.get_docstring(method)}\n"
    return f"### {owner}.{method.name}\n\n{told}"
