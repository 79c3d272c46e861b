"""The strings of a Python module as spelled texts: what each says, and where every part stands."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from migrate.limits import PYTHON_CHARS
from migrate.references.found import NO_DROP, ONLY_ENTRY, OPTION_VALUE, EntryRemoval
from migrate.references.names import PLAIN, Use
from migrate.references.python_bindings import (
    Bindings,
    BindingsOnDemand,
    assigned,
    occurrences,
)
from migrate.references.python_depth import too_deep
from migrate.references.python_lines import Interest
from migrate.references.python_people import SPEAKING, is_for_people, is_run, is_sentence
from migrate.references.python_places import Field, Literal, PlacementFailure, Places
from migrate.references.python_rules import Pieces, PythonRules, TooMuch, text_of
from migrate.references.python_tree import Statements, inner, is_on
from migrate.references.reference import CERTAIN, LIKELY
from migrate.references.spelling import SpelledPiece
from migrate.yaml_text.compose import collector_off

AHEAD = 200
"""Characters in front of a string that say what is done with it."""

_COMMENT = re.compile(r"#[^\r\n]*")
_LINE_END = re.compile(r"\r\n?|\n")
_BESIDE = re.compile(r"[ \t\f]*#")
_HALF = re.compile("[\ud800-\udfff]")

_IN_TUPLE = EntryRemoval(None, reason="the plan drops it, but a tuple or set may need its size")
_COMMENT_FIRST = EntryRemoval(
    None, reason="the plan drops it, but a comment stands in front of its comma"
)
_IN_BRACKETS = EntryRemoval(None, reason="the plan drops it, but it stands in brackets of its own")


class ParseFailure(Exception):
    """The text is not read as Python; the message says why."""


@dataclass(frozen=True)
class String:
    """One string expression; `drop` is what goes with it from a list."""

    pieces: Pieces
    use: Use = PLAIN
    prose: bool = False
    drop: EntryRemoval = NO_DROP

    def drop_from(self, shift: int) -> EntryRemoval:
        """The drop in a text that has more in front."""
        if self.drop.span is None:
            return self.drop
        start, end = self.drop.span
        return self.drop._replace(span=(start + shift, end + shift))


def strings(
    code: str, path: str, constants: dict[str, Pieces], where: Interest | None = None
) -> list[String]:
    """Every string of a module, comments included, in text order. Raises ParseFailure.

    `constants` are names known from earlier code; those of this code are added. With `where`, none
    are, and of the strings come those that a trace stands in or that take it from a constant.
    """
    with collector_off():
        tree = parse(code)
        reads(code)  # as long as its tree is at hand
        reader = _Reader(code, path, tree, constants, where)
        try:
            found = list(reader.walk(tree))
            if where is None:
                reader.note_constants()
            elif reader.cut_short:
                return strings(code, path, constants)
            return sorted([*found, *reader.comments()], key=_first)
        except TooMuch:
            raise ParseFailure("its constants are made of one another too often") from None
        finally:
            reader.forget()


@lru_cache(maxsize=2)
def parse(code: str) -> ast.Module:
    """The tree of a module, whatever stands in the text. Raises Unparsed.

    The last two are remembered: who has found names in a module may edit it next, and then
    compares what was with what is.
    """
    if len(code) > PYTHON_CHARS:
        raise ParseFailure(f"longer than {PYTHON_CHARS:,} characters")
    if too_deep(code):
        raise ParseFailure("nested too deeply")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a module escapes in vain is not ours to tell
            # Half a character pair, or a byte that is none: it stands in a string or a comment.
            return ast.parse(_HALF.sub("\ufffd", code))
    except SyntaxError as error:
        raise ParseFailure(f"line {error.lineno}" if error.lineno else str(error.msg)) from None
    except (RecursionError, MemoryError):
        raise ParseFailure("nested too deeply") from None
    except ValueError as error:
        raise ParseFailure(str(error)) from None


@lru_cache(maxsize=64)
def reads(code: str) -> bool:
    """Whether a code parses; asked again for each edit of it, when its tree is forgotten."""
    try:
        parse(code)
    except ParseFailure:
        return False
    return True


def _first(string: String) -> int:
    if len(string.pieces) == 1:
        return max(0, string.pieces[0].start)
    return min((piece.start for piece in string.pieces if piece.start >= 0), default=0)


class _Reader(PythonRules):
    def __init__(
        self,
        code: str,
        path: str,
        tree: ast.Module,
        constants: dict[str, Pieces],
        where: Interest | None,
    ) -> None:
        self.code = code
        self.places = Places(code)
        statements = Statements(tree)
        every = where is None
        values = Bindings(tree) if every else BindingsOnDemand(statements, self.places)
        super().__init__(path, values, constants, len(code))
        self._where = where
        if where is None:
            self._lines = self.places.lines_with_quotes()
        else:
            self._lines = self._reached(statements, self.places.lines_of(where.offsets))
        """The lines on which strings are looked for."""
        self.tokens: list[tuple[int, int]] = []
        """Where string tokens stand: what looks like a comment in one is none."""

    def _reached(self, statements: Statements, lines: list[int]) -> list[int]:
        """Some lines, and those with a name that stands for what is said on one of them."""
        reached, new, followed = set(lines), lines, set[str]()
        while new:
            names = {
                name
                for node in statements.on(new)
                for name, value in assigned(node)
                if self.may_evaluate(value) and self.values.of(name) is value
            } - followed
            followed |= names
            places = (at for name in names for at in occurrences(self.code, name))
            new = [line for line in self.places.lines_of(places) if line not in reached]
            reached.update(new)
        return sorted(reached)

    # Which expressions are strings.

    def walk(self, tree: ast.Module) -> Iterator[String]:
        """The largest string expressions; what they hold is not looked at again."""
        narrow = self._where is not None
        looked_at = (ast.stmt, ast.expr) if narrow else ast.stmt
        stack: list[tuple[ast.AST, EntryRemoval, bool, bool]] = [(tree, NO_DROP, False, True)]
        while stack:
            node, drop, told, placed = stack.pop()
            kind = node.__class__
            if kind in SPEAKING:
                told = is_for_people(node) or (told and not is_run(node))
            if placed and isinstance(node, looked_at) and not is_on(node, self._lines):
                continue
            if kind is ast.Name:  # what it stands for is written elsewhere
                continue
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                pieces = self.evaluate(node.value)
                if pieces:
                    yield String(pieces, Use(bare=CERTAIN), prose=True)
                continue
            if isinstance(node, ast.expr):
                pieces = self.evaluate(node)
                if pieces and self.fresh(pieces):
                    prose = told and is_sentence(text_of(pieces))
                    yield String(pieces, self._use(pieces), prose, drop)
            if isinstance(node, ast.List):
                stack += [
                    (item, self._drop(node, number), told, placed)
                    for number, item in enumerate(node.elts)
                    if not (narrow and placed) or is_on(item, self._lines)
                ]
                continue
            below = _IN_TUPLE if isinstance(node, ast.Tuple | ast.Set) else NO_DROP
            # Before Python 3.12, a field is said to stand where the first text like it does.
            placed = placed and kind is not ast.JoinedStr
            stack += [(child, below, told, placed) for child in inner(node)]

    def _use(self, pieces: Pieces) -> Use:
        start = pieces[0].start
        return Use(before=self.code[max(0, start - AHEAD) : start]) if start >= 0 else PLAIN

    def comments(self) -> Iterator[String]:
        """What stands behind a `#` that is in no string."""
        if self._where is not None:
            for start, end in self._where.comments:
                piece = SpelledPiece(self.code[start:end], start, end)
                yield String([piece], Use(bare=CERTAIN), True)
            return
        position = 0
        for start, end in [*sorted(self.tokens), (len(self.code), len(self.code))]:
            if "#" not in self.code[position : max(start, position)]:
                position = max(position, end)
                continue
            for match in _COMMENT.finditer(self.code, position, max(start, position)):
                yield String([SpelledPiece(match.group(), *match.span())], Use(bare=CERTAIN), True)
            position = max(position, end)

    def _drop(self, node: ast.List, number: int) -> EntryRemoval:
        """The stretch that makes one entry of a list display go, with its comma."""
        items, start, end = node.elts, self.places.start, self.places.end
        if len(items) == 1:
            return ONLY_ENTRY
        before = self.evaluate(items[number - 1]) if number else None
        if before and before[0].text.startswith("-"):
            return OPTION_VALUE
        first, last = start(items[number]), end(items[number])
        in_front = end(items[number - 1]) if number else start(node) + 1
        behind = start(items[number + 1]) if number + 1 < len(items) else end(node) - 1
        if not (_empty(self.code[in_front:first]) and _empty(self.code[last:behind])):
            return _IN_BRACKETS
        span = (first, behind) if number + 1 < len(items) else (in_front, last)
        group = (start(node), len(items))
        to_comma, comma, beside = self.code[last:behind].partition(",")
        if comma and "#" in to_comma:
            return _COMMENT_FIRST
        alone = not number or _LINE_END.search(self.code, in_front, first) is not None
        if alone and _BESIDE.match(beside if comma else to_comma):
            return EntryRemoval(span, LIKELY, "drops the comment beside it too", group)
        return EntryRemoval(span, group=group)

    # What their parts are.

    def literal(self, node: ast.Constant) -> Pieces | None:
        """The pieces of a string of text or bytes."""
        value = node.value
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        if not isinstance(value, str):
            return None
        start, end = self.places.start(node), self.places.end(node)
        quote, body = self.code[start : start + 1], self.code[start + 1 : end - 1]
        if body and body == value and quote in "'\"" and quote not in body and "\\" not in body:
            # One token that says what stands between its quotes, as most do.
            self.tokens.append((start, end))
            return [SpelledPiece(value, start + 1, end - 1)]
        try:
            found = self.places.literal(start, end)
            pieces = [part for part in found.parts if isinstance(part, SpelledPiece)]
            _same(self.code[start:end], [value], found)
        except PlacementFailure:
            self.tokens.append((start, end))
            return [SpelledPiece(value, start, start)]
        self.tokens += found.tokens
        return pieces

    def formatted(self, node: ast.JoinedStr, depth: int) -> Pieces:
        """The pieces of a formatted string."""
        said = [_constant(part) for part in node.values]
        values = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        for part in node.values:
            self.pass_over(part)
        for value in values:
            for part in (value.format_spec, *getattr(value.format_spec, "values", ())):
                if part is not None:
                    self.pass_over(part)
        start, end = self.places.start(node), self.places.end(node)
        try:
            found = self.places.literal(start, end)
            _same(self.code[start:end], said, found)
            self.tokens += found.tokens
            parts = found.parts
        except PlacementFailure:
            self.tokens.append((start, end))
            parts = [
                Field(False) if text is None else SpelledPiece(text, start, start) for text in said
            ]
        each = iter(values)
        pieces: Pieces = []
        for one in parts:
            if isinstance(one, SpelledPiece):
                pieces.append(one)
            else:
                value = next(each)
                unknown = value.format_spec is not None
                pieces += [SpelledPiece("{}")] if unknown else self.value(value.value, depth)
        return pieces


def _empty(gap: str) -> bool:
    """Whether only commas, spaces and comments stand between two entries."""
    return not _COMMENT.sub("", gap).strip(" \t\f\r\n,\\")


def _constant(part: ast.expr) -> str | None:
    return part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else None


def _same(source: str, said: list[str | None], found: Literal) -> None:
    """What stands there must be what Python read. Raises Unclear."""
    here = "".join(part.text if isinstance(part, SpelledPiece) else "\0" for part in found.parts)
    there = "".join("\0" if text is None else text for text in said)
    if "\r" in source:  # Python reads each line end as a line feed
        here, there = (_LINE_END.sub("\n", text) for text in (here, there))
    if _HALF.sub("\ufffd", here) != _HALF.sub("\ufffd", there):
        raise PlacementFailure
