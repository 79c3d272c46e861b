"""References in Python: literals, joined and concatenated paths, constants, prose."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from migrate.errors import InputError
from migrate.references.found import Edit, EditFailure, Kind, NameMatch, in_unread
from migrate.references.names import Names
from migrate.references.python_depth import TEXT, too_much_to_edit
from migrate.references.python_lines import Interest, interest
from migrate.references.python_rules import text_of
from migrate.references.python_strings import ParseFailure, parse, reads, strings
from migrate.references.source import BOM, SourceText
from migrate.references.spelling import SpelledPiece, SpelledString


def claims(path: str) -> bool:
    """By suffix."""
    return path.endswith((".py", ".pyi", ".pyx"))


def find(source: SourceText, names: Names) -> Iterator[NameMatch]:
    """Names in a module; in one that does not parse, what its text names."""
    code = source.text.removeprefix(BOM)
    where = interest(code, names.traces)
    if where is not None and not any(where) and not _named(source, names):
        return  # whether it parses or not
    yield from in_code(source, source.text, names, {}, where=where)


def _named(source: SourceText, names: Names) -> bool:
    """Whether a text names anything if it is not read as Python."""
    traced = names.traces.pattern.search(source.text) is not None
    return traced and any(True for _ in in_unread(source, names, ""))


def in_code(
    source: SourceText,
    code: str,
    names: Names,
    constants: dict[str, list[SpelledPiece]],
    what: str = "file",
    where: Interest | None = None,
) -> Iterator[NameMatch]:
    """Names in code; offsets are those of `code`. Its constants are added for the code after it.

    `what` is the word for where the code stands; `where` narrows the look to some of its places,
    and then no constants are added.
    """
    body = code.removeprefix(BOM)
    try:
        found = strings(body, source.path, constants, where)
    except ParseFailure as error:
        reason = f"not rewritten: the {what} does not parse as Python ({error})"
        yield from in_unread(SourceText(source.path, code, source.encoding), names, reason)
        return
    shift = len(code) - len(body)
    for string in found:
        if not names.may_hold(text_of(string.pieces)):
            continue
        pieces = [_shifted(piece, shift) for piece in string.pieces]
        spelled = SpelledString(pieces)
        for named in names.find(spelled.text, source.path, string.use):
            yield NameMatch(spelled, named, string.prose, string.drop_from(shift))


def parses(code: str) -> bool:
    """Whether a text is Python."""
    return reads(code.removeprefix(BOM))


def _shifted(piece: SpelledPiece, shift: int) -> SpelledPiece:
    if piece.start < 0 or not shift:
        return piece
    return SpelledPiece(piece.text, piece.start + shift, piece.end + shift, piece.joint)


def edit(text: str, edits: Sequence[Edit]) -> str:
    """The edited module. Raises Unedited for what is too long, or is no string where it should be.

    A text takes the place of another in a string or a comment; libcst, which takes long to import
    and to parse, is asked where an entry of a list goes with what stands around it.
    """
    code = text.removeprefix(BOM)
    shift = len(text) - len(code)
    moved = [((start - shift, end - shift), new) for (start, end), new in edits]
    if too_much_to_edit(code):
        raise EditFailure("too long, or nested too deeply")
    done = _spliced(code, moved)
    if done is None:
        from migrate.references.python_edit import edited

        done = edited(code, moved)
    return text[:shift] + done


_LINE_END = re.compile(r"\r\n?|\n")
_PATH = re.compile(r"[\w./\-]*")


def _spliced(code: str, edits: Sequence[Edit]) -> str | None:
    """The code with new texts in their places; None where more than strings would be another."""
    parts, position = [], 0
    for (start, end), new in sorted(edits):
        if start < position or not new:
            return None
        parts += [code[position:start], new]
        position = end
    done = "".join([*parts, code[position:]])
    if not parses(code):
        return None
    if all(_in_quotes(code, *span) for span, _ in edits) or _differ_in_texts(code, done):
        return done
    try:
        return done if _alike(code, done, parse(code), parse(done)) else None
    except ParseFailure:
        return None


_PLAIN = re.compile(r"(\"\"\"|'''|\"|')[^\\{}\"'\r\n]*\1|#[^\r\n]*")


def _differ_in_texts(before: str, after: str) -> bool:
    """Whether two codes differ in what plain strings and comments say alone.

    Then one is read as the other is: their tokens are of the same kinds, one after another.
    """
    if TEXT.split(before) != TEXT.split(after):
        return False
    for old, new in zip(TEXT.findall(before), TEXT.findall(after), strict=True):
        if old != new:
            was, now = _PLAIN.fullmatch(old), _PLAIN.fullmatch(new)
            if was is None or now is None or was[1] != now[1] or not new.isascii():
                return False
    return True


def _in_quotes(code: str, start: int, end: int) -> bool:
    """Whether a stretch is all that stands between two quotes, but for more of a path."""
    before = code[code.rfind("\n", 0, start) + 1 : start][::-1]
    front, back = _PATH.match(before), _PATH.match(code, end)
    if front is None or back is None:
        return False
    quote = before[front.end() : front.end() + 1]
    return quote in ("'", '"') and code[back.end() : back.end() + 1] == quote


def check(path: str, before: str, after: str) -> None:
    """The edited module is the same tree but for strings and dropped entries, or InputError."""
    before, after = before.removeprefix(BOM), after.removeprefix(BOM)
    if not parses(before):
        return
    try:
        new = parse(after)
    except ParseFailure as error:
        raise InputError(f"would not parse after the edit: {error}", path) from None
    if _differ_in_texts(before, after):
        return
    old = parse(before)
    if not _alike(before, after, old, new):
        raise InputError("would not parse to the same tree after the edit", path)


def _alike(before: str, after: str, old: ast.Module, new: ast.Module) -> bool:
    """Whether two modules differ in what strings say and in lone strings of lists alone.

    Statements on the same lines of text are the same; the others are compared node by node.
    """
    if len(old.body) != len(new.body):
        return False
    was, now = _Lines(before), _Lines(after)
    return all(
        was.of(one) == now.of(other)
        or all(a == b for a, b in zip_longest(_shape(one), _shape(other)))
        for one, other in zip(old.body, new.body, strict=True)
    )


class _Lines:
    """The lines of a module, as Python counts them."""

    def __init__(self, code: str) -> None:
        self._lines = _LINE_END.split(code)

    def of(self, node: ast.stmt) -> list[str]:
        """The lines on which a statement stands, its decorators too."""
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        return self._lines[first - 1 : node.end_lineno]


def _shape(tree: ast.AST) -> Iterator[object]:
    """Each node and value of a tree, but what strings say and lone strings in lists."""
    stack: list[object] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            yield len(node)
            stack += node
            continue
        yield type(node)
        if isinstance(node, ast.Constant):
            yield type(node.value) if isinstance(node.value, str | bytes) else repr(node.value)
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            stack.append([item for item in node.elts if not _string(item)])
        elif isinstance(node, ast.AST):
            stack += [getattr(node, name, None) for name in node._fields]
        else:
            yield node


def _string(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


KIND = Kind("python", claims, find, check, edit)
