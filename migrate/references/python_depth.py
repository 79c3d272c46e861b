"""How deep Python code nests, by its brackets and operators: asked before it is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

DEEPEST = 1000
"""Brackets, operators and prefixes around one expression; people stay below 100."""

_STRING_OR_COMMENT = (
    r"\"\"\"[^\\\"]*(?:(?:\\.|\"(?!\"\"))[^\\\"]*)*\"\"\""
    r"|'''[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*'''"
    r"|\"[^\\\"\n]*(?:\\.[^\\\"\n]*)*\"|'[^\\'\n]*(?:\\.[^\\'\n]*)*'"
    r"|#[^\n]*|\\."  # outside of strings too, so that a quote behind it opens none
)
TEXT = re.compile(_STRING_OR_COMMENT, re.DOTALL)
"""A string without its prefix, or a comment: so it is in code that Python reads."""
_TOKEN = re.compile(
    _STRING_OR_COMMENT + r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<end>[,;\n])"
    r"|(?P<step>\*\*|//|[-+~*/%@.<>=&|^:]|\b(?:not|lambda|await|if|else|and|or|in|is)\b)",
    re.DOTALL,
)

_PAIRS = 30
"""So deep brackets nest on one line that people write."""
_BRACKETS = bytes.maketrans(b"[{]}", b"(())")
_NO_BRACKETS = bytes(set(range(256)) - set(b"()[]{}\n"))

EDITED_CHARS = 200_000
"""Characters of the longest module that is edited; ten times what people write."""

EDITED_DEEPEST = 100
"""Levels that the editor takes: its parser needs the square of them."""

EDITED_LEVELS = 300_000
"""The levels around each bracket and operator, in sum: the editor takes some seconds for them."""


def too_deep(code: str) -> bool:
    """Whether some expression may nest too deeply for a parser that works by recursion."""
    return any(levels > DEEPEST for text in _long(code) for levels in _levels(text))


def _long(code: str) -> Iterator[str]:
    """The stretches of code from one end of a line outside of brackets to the next that have more
    characters than levels are allowed; strings and comments are left out."""
    bare = TEXT.sub(" ", code)
    marks = bare.encode("ascii", "replace").translate(_BRACKETS, _NO_BRACKETS)
    for _ in range(_PAIRS):
        marks, before = marks.replace(b"()", b""), marks
        if marks == before:
            break
    else:
        yield bare
        return
    depth, start, end = 0, 0, 0
    for line, mark in zip(bare.split("\n"), marks.split(b"\n"), strict=True):
        end += len(line) + 1
        if mark:
            depth = max(0, depth - mark.count(b")")) + mark.count(b"(")
        if not depth:
            if end - start > DEEPEST:
                yield bare[start:end]
            start = end
    if end - start > DEEPEST:
        yield bare[start:]


@lru_cache(maxsize=32)
def too_much_to_edit(code: str) -> bool:
    """Whether the editor of a file that changes would take more than some seconds."""
    if len(code) > EDITED_CHARS:
        return True
    total = 0
    for levels in _levels(code):
        total += levels
        if levels > EDITED_DEEPEST or total > EDITED_LEVELS:
            return True
    return False


def _levels(code: str) -> Iterator[int]:
    """How many levels are around each bracket and operator.

    An upper bound: each operator counts as a level until a comma, a closing bracket or the end of
    the line. Where strings are not what they seem, brackets inside of them count too.
    """
    levels, here = [0], 0
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup
        if kind == "step":
            here += 1
        elif kind == "open":
            here += 1
            levels.append(here)
        elif kind == "close":
            here = levels.pop() if len(levels) > 1 else 0
        elif kind == "end" and (match.group() != "\n" or len(levels) == 1):
            here = levels[-1]
        if kind in ("step", "open"):
            yield here
