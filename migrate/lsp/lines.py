"""The lines of a text as editors count them, in the units that an editor asked for.

LSP 3.17, "Text Documents" and "Position": lines end with `\\n`, `\\r\\n` or `\\r` and nothing else;
a character is a UTF-16 code unit unless client and server agree on bytes or code points.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

_END = re.compile(r"\r\n|\n|\r")


def _utf8(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _utf16(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


UNITS: dict[str, Callable[[str], int]] = {"utf-8": _utf8, "utf-16": _utf16, "utf-32": len}
"""How many units a text has, by the name of the encoding."""


class Position(NamedTuple):
    """A place in a text: 0-based line and character, in the editor's units."""

    line: int
    character: int


class Lines:
    """One text, and where its lines begin. Offsets are code points."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self.count = UNITS[encoding]
        ends = [match.span() for match in _END.finditer(text)]
        self._starts = [0, *(end for _, end in ends)]
        self._ends = [*(start for start, _ in ends), len(text)]

    def position(self, offset: int) -> Position:
        """Where an offset is; one beyond the text is at its end."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._starts, offset) - 1
        within = self.text[self._starts[line] : min(offset, self._ends[line])]
        return Position(line, self.count(within))

    def offset(self, line: int, character: int) -> int:
        """The offset of a position; what lies beyond a line's end, or the text's, is that end.

        A position inside a character is the offset of that character.
        """
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self.text)
        at, end = self._starts[line], self._ends[line]
        if self.count(self.text[at:end]) == end - at:
            return min(at + max(0, character), end)
        for offset in range(at, end):
            width = self.count(self.text[offset])
            if character < width:
                return offset
            character -= width
        return end

    def line(self, number: int) -> str:
        """One line without its end; "" beyond the text."""
        if 0 <= number < len(self._starts):
            return self.text[self._starts[number] : self._ends[number]]
        return ""

    def start(self, number: int) -> int:
        """The offset at which a line begins; the text's end beyond it."""
        return self._starts[number] if number < len(self._starts) else len(self.text)

    @property
    def number(self) -> int:
        """How many lines there are; an empty text has one."""
        return len(self._starts)
