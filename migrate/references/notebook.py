"""References in notebooks: code, commands and text of cells, edited in the raw JSON text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrate.errors import InputError
from migrate.references import markdown, python
from migrate.references.found import Found, Kind, in_text
from migrate.references.names import PLAIN, Names
from migrate.references.reference import LIKELY, NOTE
from migrate.references.source import BOM, Source
from migrate.references.spelling import Piece, Spelled

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)|[^\\]+")
_MAGIC = re.compile(r"^([ \t]*)((?:!|%(?=\w))[^\n]*)", re.MULTILINE)
_NO_JSON = "not rewritten: the notebook is not read as JSON"

Keys = tuple[str | int, ...]


def claims(path: str) -> bool:
    """By suffix."""
    return path.endswith(".ipynb")


def find(source: Source, names: Names) -> Iterator[Found]:
    """Names in the sources of cells; outputs are records and stay."""
    try:
        cells = list(_cells(source.text))
    except (ValueError, RecursionError, IndexError):
        yield from in_text(source, names, (0, len(source.text)), PLAIN, cap=NOTE, why=_NO_JSON)
        return
    constants: dict[str, list[Piece]] = {}
    for cell in cells:
        for found in _in_cell(cell, source, names, constants):
            yield _in_json(found, cell)


def check(path: str, before: str, after: str) -> None:
    """A notebook that was valid is valid after the edits. Raises InputError."""
    if _fault(before):
        return
    fault = _fault(after)
    if fault:
        raise InputError(f"would be no valid notebook after the edit: {fault}", path)


def _fault(text: str) -> str:
    import nbformat

    try:
        notebook = json.loads(text.removeprefix(BOM))
        nbformat.validate(nbformat.from_dict(notebook), relax_add_props=True)  # type: ignore[no-untyped-call]
    except (ValueError, KeyError, AttributeError, TypeError, nbformat.ValidationError) as error:
        return str(error).partition("\n")[0] or type(error).__name__
    return ""


@dataclass
class _Cell:
    """A cell's source: its text, and for every stretch of it where the JSON text says it."""

    kind: str
    spelled: Spelled


def _cells(text: str) -> Iterator[_Cell]:
    """The cells in order, of any version of the format."""
    notebook = json.loads(text.removeprefix(BOM))
    strings: dict[Keys, list[Piece]] = {}
    for keys, start, end in _strings(text):
        cell = _cell_of(keys)
        if cell is not None:
            strings.setdefault(cell, []).extend(_pieces(text, start + 1, end - 1))
    for cell, pieces in strings.items():
        value = notebook
        for key in cell:
            value = value[key]
        yield _Cell(str(value.get("cell_type", "")), Spelled(pieces))


def _cell_of(keys: Keys) -> Keys | None:
    """The path of the cell whose source a string is part of."""
    depth = 4 if keys[:1] == ("worksheets",) else 2
    if len(keys) <= depth or keys[depth - 2] != "cells" or keys[depth] not in ("source", "input"):
        return None
    return keys[:depth]


def _strings(text: str) -> Iterator[tuple[Keys, int, int]]:
    """Every string value of a JSON text with its path and span."""
    path: list[str | int] = []
    expects_key: list[bool] = []
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in ("{", "["):
            path.append("" if token == "{" else 0)
            expects_key.append(token == "{")
        elif token in ("}", "]"):
            path.pop()
            expects_key.pop()
        elif token == "," and path:
            if isinstance(path[-1], int):
                path[-1] += 1
            else:
                expects_key[-1] = True
        elif token.startswith('"') and path and expects_key[-1]:
            path[-1] = json.loads(token)
            expects_key[-1] = False
        elif token.startswith('"'):
            yield tuple(path), match.start(), match.end()


def _pieces(text: str, start: int, end: int) -> Iterator[Piece]:
    for match in _ESCAPE.finditer(text, start, end):
        raw = match.group()
        # Half of a surrogate pair stands for one odd character; no path has one.
        said = json.loads(f'"{raw}"') if raw.startswith("\\") else raw
        yield Piece(said, *match.span())


def _in_cell(
    cell: _Cell, source: Source, names: Names, constants: dict[str, list[Piece]]
) -> Iterator[Found]:
    text = cell.spelled.text
    held = Source(source.path, text)
    if cell.kind in ("markdown", "heading", "raw"):
        yield from markdown.find(held, names)
    elif text.lstrip().startswith("%%"):
        yield from in_text(
            held, names, (0, len(text)), PLAIN, cap=LIKELY, why="a cell of another language"
        )
    else:
        for match in _MAGIC.finditer(text):
            yield from in_text(held, names, match.span(2))
        code = _MAGIC.sub(lambda m: m[1] + "0" + "#" * (len(m[2]) - 1), text)
        if names.any_stem.search(code) or names.root in code or "=" in code:
            yield from python.in_code(held, code, names, constants)


def _in_json(found: Found, cell: _Cell) -> Found:
    """The same find with its pieces where the JSON text has them."""
    pieces: list[Piece] = []
    for piece in found.spelled.pieces:
        if piece.start < 0:
            pieces.append(piece)
            continue
        parts = cell.spelled.cut(piece.start, piece.end)
        if len("".join(part.text for part in parts)) == len(piece.text):
            pieces += parts
        else:
            pieces.append(Piece(piece.text, parts[0].start, parts[-1].end))
    return Found(
        Spelled(pieces), found.named, found.prose, cap=found.cap, cap_reason=found.cap_reason
    )


KIND = Kind("notebook", claims, find, check)
