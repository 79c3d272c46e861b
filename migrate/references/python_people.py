"""Which strings of Python are read by people: help texts, messages of errors and warnings."""

from __future__ import annotations

import ast
import re

_ARGUMENTS = frozenset({"help", "short_help", "epilog", "description", "usage", "doc"})
_TEXTS = re.compile(r"_*(?:\w+_)?(?:help|epilog|description|usage|doc)_*", re.IGNORECASE)
"""Names such as EPILOG and _USAGE, whose text a parser of arguments prints."""

_MESSAGES = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "fail"}
)
"""Methods of loggers, of `warnings`, of parsers of arguments and of `pytest`."""


_SHAPES = frozenset({"_", "gettext", "format", "dedent", "cleandoc", "indent", "join", "strip"})
"""Calls that give back the text that they are given."""


SPEAKING = frozenset({ast.keyword, ast.Assign, ast.AnnAssign, ast.Call, ast.Raise})
"""The nodes that the functions below have an answer for; of any other both are false."""


def is_for_people(node: ast.AST) -> bool:
    """Whether the strings in a node are only read by people."""
    if isinstance(node, ast.keyword):
        return node.arg in _ARGUMENTS
    if isinstance(node, ast.Assign):
        return all(isinstance(one, ast.Name) and _TEXTS.fullmatch(one.id) for one in node.targets)
    if isinstance(node, ast.AnnAssign):
        return isinstance(node.target, ast.Name) and _TEXTS.fullmatch(node.target.id) is not None
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in _MESSAGES
    return isinstance(node, ast.Raise)


def is_run(node: ast.AST) -> bool:
    """Whether a node is a call that may do anything with its strings; exceptions only tell them."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    name = node.func.id if isinstance(node.func, ast.Name) else name
    return not (name[:1].isupper() or name in _SHAPES)


def is_sentence(text: str) -> bool:
    """Whether a text says more than a path: a name in it is an example."""
    return len(text.split()) > 2
