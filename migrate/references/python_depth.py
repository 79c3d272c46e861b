"""How deep Python code nests, by its brackets and operators: asked before it is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator

DEEPEST = 1000
"""Brackets, operators and prefixes around one expression; people stay below 100."""

_TOKEN = re.compile(
    r"\"\"\"[^\\\"]*(?:(?:\\.|\"(?!\"\"))[^\\\"]*)*\"\"\""
    r"|'''[^\\']*(?:(?:\\.|'(?!''))[^\\']*)*'''"
    r"|\"[^\\\"\n]*(?:\\.[^\\\"\n]*)*\"|'[^\\'\n]*(?:\\.[^\\'\n]*)*'"
    r"|#[^\n]*|\\."  # outside of strings too, so that a quote behind it opens none
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<end>[,;\n])"
    r"|(?P<step>\*\*|//|[-+~*/%@.<>=&|^:]|\b(?:not|lambda|await|if|else|and|or|in|is)\b)",
    re.DOTALL,
)


EDITED_CHARS = 200_000
"""Characters of the longest module that is edited; ten times what people write."""

EDITED_DEEPEST = 100
"""Levels that the editor takes: its parser needs the square of them."""

EDITED_LEVELS = 300_000
"""The levels around each bracket and operator, in sum: the editor takes some seconds for them."""


def too_deep(code: str) -> bool:
    """Whether some expression may nest too deeply for a parser that works by recursion."""
    return any(levels > DEEPEST for levels in _levels(code))


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
