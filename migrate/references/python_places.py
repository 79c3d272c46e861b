"""Where the strings of Python code stand: `ast` counts bytes of lines, an edit characters."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from migrate.references.spelling import SpelledPiece

ESCAPES = 10_000
"""A literal with more of them is not taken apart: nobody writes a path in it."""

NESTED = 8
"""Strings in fields of strings: deeper, nobody knows where what stands."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_QUOTE = re.compile("[\"']+")
_WIDE = re.compile(r"[^\x00-\x7f]+")
_OPENING = re.compile(r"([A-Za-z]{0,3})(\"\"\"|'''|\"|')")
_BETWEEN = re.compile(r"[ \t\f\r\n]*(?:(?:\\\r?\n?|#[^\r\n]*)[ \t\f\r\n]*)*")
_ESCAPE = re.compile(
    r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|.)",
    re.DOTALL,
)
_STOPS = {
    quote: re.compile(rf"\\.|\{{\{{|\}}\}}|[{{}}]|{quote}", re.DOTALL)
    for quote in ('"""', "'''", '"', "'")
}
_FIELD_STOPS = re.compile(r"[(\[{}\])]|:|[A-Za-z]{0,3}(?:\"\"\"|'''|\"|')|#")
_PLAIN_ESCAPES = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r",
    "t": "\t", "v": "\v", "\n": "", "\r\n": "", "\r": "",
}  # fmt: skip


class Field(NamedTuple):
    """A replacement field of a formatted string; `formatted` where a format follows its value."""

    formatted: bool


class Literal(NamedTuple):
    """One string token, or all tokens side by side: its parts in order, and the tokens' spans."""

    parts: list[SpelledPiece | Field]
    tokens: list[tuple[int, int]]


class PlacementFailure(Exception):
    """A string whose parts do not stand where they should."""


class Places:
    """The places of nodes in a text; the text is what was parsed, lone surrogates aside."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(code))]
        self._wide: list[tuple[int, int, int]] = []
        """Of each run of wider characters: its first byte, the byte and the character behind it."""
        extra = 0
        for match in _WIDE.finditer(code) if not code.isascii() else ():
            first = match.start() + extra
            extra += sum(map(_width, match.group())) - len(match.group())
            self._wide.append((first, match.end() + extra, match.end()))
        self._first_bytes = [first for first, _, _ in self._wide]

    def lines_with_quotes(self) -> list[int]:
        """The lines on which a string may begin or end, the first line is 1."""
        return self.lines_of(one.start() for one in _QUOTE.finditer(self.code))

    def lines_of(self, offsets: Iterable[int]) -> list[int]:
        """The lines of some places, sorted; the first line is 1."""
        starts = self._lines
        return sorted({bisect_right(starts, offset) for offset in offsets})

    def start(self, node: ast.expr) -> int:
        """The character at which a node begins."""
        return self._at(node.lineno, node.col_offset)

    def end(self, node: ast.expr) -> int:
        """The character behind a node."""
        return self._at(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)

    def _at(self, line: int, column: int) -> int:
        start = self._lines[line - 1]
        return self._character(self._byte(start) + column) if self._wide else start + column

    def _byte(self, character: int) -> int:
        """The byte of a line's first character."""
        number = bisect_right(self._wide, character, key=lambda run: run[2]) - 1
        return (
            character if number < 0 else self._wide[number][1] + character - self._wide[number][2]
        )

    def _character(self, byte: int) -> int:
        number = bisect_right(self._first_bytes, byte) - 1
        if number < 0:
            return byte
        first, last, behind = self._wide[number]
        if byte >= last:
            return behind + byte - last
        return behind - len(self._decoded(number, byte - first))

    def _decoded(self, number: int, skipped: int) -> str:
        """A run of wider characters without its first bytes."""
        behind = self._wide[number][2]
        start = behind
        while start and not self.code[start - 1].isascii():
            start -= 1
        run = self.code[start:behind].encode("utf-8", "surrogatepass")
        return run[skipped:].decode("utf-8", "surrogatepass")

    def literal(self, start: int, end: int) -> Literal:
        """The string tokens between two places. Raises Unclear where anything else stands."""
        found = Literal([], [])
        at = start
        while at < end:
            opened = at
            at = _token(self.code, at, found.parts)
            found.tokens.append((opened, at))
            gap = _BETWEEN.match(self.code, at)
            at = gap.end() if gap else at
        if found.tokens and found.tokens[-1][1] != end:
            raise PlacementFailure
        return found


def _width(character: str) -> int:
    code = ord(character)
    return 2 if code < 0x800 else 3 if code < 0x10000 else 4


def formatted_end(code: str, start: int, raw: bool) -> int:
    """Behind a formatted string whose quote stands at `start`. Raises PlacementFailure."""
    opening = _OPENING.match(code, start)
    if opening is None:
        raise PlacementFailure
    return _formatted(code, opening.end(), opening[2], raw, [])


def _token(code: str, at: int, parts: list[SpelledPiece | Field]) -> int:
    """Read one string token; the place behind it."""
    opening = _OPENING.match(code, at)
    if opening is None:
        raise PlacementFailure
    prefix, quote = opening[1].lower(), opening[2]
    if "f" in prefix or "t" in prefix:
        return _formatted(code, opening.end(), quote, "r" in prefix, parts)
    start, end = opening.end(), _closing(code, opening.end(), quote)
    body = code[start:end]
    if "\\" not in body or "r" in prefix:
        parts.append(SpelledPiece(body, start, end))
    elif body.count("\\") > ESCAPES:
        raise PlacementFailure
    else:
        parts.extend(_unescaped(code, start, end, "b" in prefix))
    return end + len(quote)


def _closing(code: str, at: int, quote: str) -> int:
    """Where the quote stands that ends a string without fields."""
    for match in _CLOSINGS[quote].finditer(code, at):
        if match.group() == quote:
            return match.start()
    raise PlacementFailure


_CLOSINGS = {quote: re.compile(rf"\\.|{quote}", re.DOTALL) for quote in _STOPS}


def _unescaped(code: str, start: int, end: int, is_bytes: bool) -> Iterator[SpelledPiece]:
    position = start
    for match in _ESCAPE.finditer(code, start, end):
        if position < match.start():
            yield SpelledPiece(code[position : match.start()], position, match.start())
        yield SpelledPiece(_meaning(match.group(), is_bytes), *match.span())
        position = match.end()
    if position < end:
        yield SpelledPiece(code[position:end], position, end)


@lru_cache(maxsize=4096)
def _meaning(escape: str, is_bytes: bool) -> str:
    """What one escape of a literal stands for."""
    body = escape[1:]
    if body in _PLAIN_ESCAPES:
        return _PLAIN_ESCAPES[body]
    try:
        if body[0] in "01234567":
            return chr(int(body, 8))
        if body[0] == "x" and len(body) == 3:
            return chr(int(body[1:], 16))
        if body[0] in "uU" and len(body) > 1 and not is_bytes:
            return chr(int(body[1:], 16))
        if body.startswith("N{") and not is_bytes:
            import unicodedata

            return unicodedata.lookup(body[2:-1])
    except (KeyError, ValueError, OverflowError):
        pass
    return escape


def _formatted(
    code: str, at: int, quote: str, raw: bool, parts: list[SpelledPiece | Field], depth: int = 0
) -> int:
    """Read a formatted string behind its opening quote; the place behind its closing one."""
    position = at
    while True:
        match = _STOPS[quote].search(code, at)
        if match is None or len(parts) > 100_000:
            raise PlacementFailure
        stop, at = match.group(), match.end()
        if stop[0] == "\\" and (raw or stop[1] in "{}"):
            # A backslash that is text; in a raw string it still guards a quote.
            at = match.end() if stop[1] in "\\\"'" else match.start() + 1
            continue
        if position < match.start():
            parts.append(SpelledPiece(code[position : match.start()], position, match.start()))
        if stop == quote:
            return match.end()
        if stop in ("{{", "}}"):
            parts.append(SpelledPiece(stop[0], *match.span()))
        elif stop == "{":
            formatted, at = _field(code, match.end(), quote, depth)
            parts.append(Field(formatted))
        elif stop == "}":
            raise PlacementFailure
        else:
            escape = _ESCAPE.match(code, match.start())
            if escape is None:
                raise PlacementFailure
            parts.append(SpelledPiece(_meaning(escape.group(), False), *escape.span()))
            at = escape.end()
        position = at


def _field(code: str, at: int, quote: str, depth: int) -> tuple[bool, int]:
    """Pass over a replacement field; whether it has a format, and the place behind its brace."""
    if depth > NESTED:
        raise PlacementFailure
    open_brackets = 0
    while True:
        match = _FIELD_STOPS.search(code, at)
        if match is None:
            raise PlacementFailure
        stop, at = match.group(), match.end()
        if stop[-1] in "#\"'":
            at = _passed(code, match, depth)
        elif stop in ("(", "[", "{"):
            open_brackets += 1
        elif stop in (")", "]", "}"):
            if not open_brackets:
                if stop != "}":
                    raise PlacementFailure
                return False, at
            open_brackets -= 1
        elif stop == ":" and not open_brackets:
            return True, _format(code, at, quote, depth)


def _passed(code: str, match: re.Match[str], depth: int) -> int:
    """Pass over a string or a comment in a field."""
    if match.group() == "#":
        return code.find("\n", match.end()) + 1 or len(code)
    opening = _OPENING.match(code, match.start())
    if opening is None:
        raise PlacementFailure
    if "f" in opening[1].lower():
        return _formatted(code, opening.end(), opening[2], "r" in opening[1].lower(), [], depth + 1)
    return _closing(code, opening.end(), opening[2]) + len(opening[2])


def _format(code: str, at: int, quote: str, depth: int) -> int:
    """Pass over a format, fields in it included; the place behind the brace that ends the field."""
    while True:
        match = re.compile(rf"[{{}}]|{quote}").search(code, at)
        if match is None or match.group() == quote:
            raise PlacementFailure
        at = match.end()
        if match.group() == "}":
            return at
        at = _field(code, at, quote, depth + 1)[1]
