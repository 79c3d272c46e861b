"""References in Python: literals, joined and concatenated paths, constants, prose."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from migrate.errors import InputError
from migrate.references.found import Found, Kind, in_text
from migrate.references.names import PLAIN, Names
from migrate.references.python_texts import may_name
from migrate.references.reference import NOTE
from migrate.references.source import BOM, Source
from migrate.references.spelling import Piece, Spelled


def claims(path: str) -> bool:
    """By suffix."""
    return path.endswith((".py", ".pyi", ".pyx"))


def find(source: Source, names: Names) -> Iterator[Found]:
    """Names in a module; in one that does not parse, notes of what looks like one."""
    # libcst takes longer to import than the rest of a command takes: most files end here.
    if may_name(source.text, source.path, names):
        yield from in_code(source, source.text, names, {})


def in_code(
    source: Source, code: str, names: Names, constants: dict[str, list[Piece]]
) -> Iterator[Found]:
    """Names in code; offsets are those of `code`. Its constants are added for the code after it."""
    from migrate.references.python_strings import Unparsed, strings

    body = code.removeprefix(BOM)
    try:
        found = strings(body, source.path, constants)
    except Unparsed as error:
        reason = f"not rewritten: the file does not parse as Python ({error})"
        held = Source(source.path, code, source.encoding)
        yield from in_text(held, names, (0, len(code)), PLAIN, cap=NOTE, why=reason)
        return
    shift = len(code) - len(body)
    for string in found:
        pieces = [_shifted(piece, shift) for piece in string.pieces]
        spelled = Spelled(pieces)
        for named in names.find(spelled.text, source.path, string.use):
            yield Found(spelled, named, string.prose, string.drop_from(shift))


def _shifted(piece: Piece, shift: int) -> Piece:
    if piece.start < 0 or not shift:
        return piece
    return Piece(piece.text, piece.start + shift, piece.end + shift, piece.joint)


def check(path: str, before: str, after: str) -> None:
    """The edited module is the same tree but for strings and dropped entries, or InputError."""
    try:
        old = _shape(before)
    except SyntaxError:
        return
    try:
        new = _shape(after)
    except SyntaxError as error:
        raise InputError(f"would not parse after the edit: {error.msg}", path) from None
    if old != new:
        raise InputError("would not parse to the same tree after the edit", path)


def _shape(text: str) -> str:
    """The tree without what strings say and without lone strings in lists."""
    tree = ast.parse(text.removeprefix(BOM))
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            node.elts = [item for item in node.elts if not _string(item)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            node.value = ""
    return re.sub(r", kind='u'", "", ast.dump(tree))


def _string(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


KIND = Kind("python", claims, find, check)
