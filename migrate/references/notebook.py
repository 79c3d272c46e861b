"""References in notebooks: code, commands and text of cells, edited in the raw JSON text."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from migrate.errors import InputError
from migrate.references import markdown, python, shell
from migrate.references.found import NO_DROP, Kind, NameMatch, in_text, in_unread
from migrate.references.names import PLAIN, Names
from migrate.references.reference import LIKELY
from migrate.references.source import BOM, SourceText
from migrate.references.spelling import SpelledPiece, SpelledString

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)|[^\\]+")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}

PIECES = 300_000
"""A notebook with more escapes in its cells is read as plain text."""

DEEPEST = 6
"""How deep the text of a cell stands in a notebook, of any version."""

_COMMAND = re.compile(
    r"^([ \t]*(?:[\w.,\[\]\"' ]+=[ \t]*)?)"  # x = !ls
    r"((?:!|%(?=\w)|\?)[^\n]*(?<!\\)(?:\\\n[^\n]*(?<!\\))*\\?"  # continued by a backslash
    r"|[\w.*]+\?{1,2}[ \t]*$)",
    re.MULTILINE,
)
"""What IPython runs, and Python cannot read."""

_CELL = re.compile(r"\s*%%(!|[\w.]+)[^\n]*\n?")
_OF_PYTHON = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "memit", "mprun"})
_OF_SHELL = frozenset(
    {"!", "bash", "sh", "zsh", "cmd", "script", "system", "sx", "writefile", "file"}
)
_NO_JSON = "not rewritten: the notebook is not read as JSON"
_FOREIGN = "a cell of another language"

Keys = tuple[str | int, ...]


def claims(path: str) -> bool:
    """By suffix."""
    return path.endswith(".ipynb")


def find(source: SourceText, names: Names) -> Iterator[NameMatch]:
    """Names in the sources of cells; outputs are records and stay."""
    try:
        cells = list(_cells(source.text))
    except (ValueError, RecursionError):
        yield from in_unread(source, names, _NO_JSON)
        return
    constants: dict[str, list[SpelledPiece]] = {}
    for cell in cells:
        for found in _in_cell(cell, source, names, constants):
            yield _in_json(found, cell)


def check(path: str, before: str, after: str) -> None:
    """A notebook that was valid is valid after the edits. Raises InputError."""
    if _same_but_sources(before, after) or _fault(before):
        return
    fault = _fault(after)
    if fault:
        raise InputError(f"would be no valid notebook after the edit: {fault}", path)


def _same_but_sources(before: str, after: str) -> bool:
    """Whether only texts in cells differ: then one is as valid as the other, whatever it is.

    This is so of nearly every edit; asking `nbformat` takes long, most of it for its import.
    """
    try:
        return _without_sources(before) == _without_sources(after)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return False


def _without_sources(text: str) -> object:
    notebook = json.loads(text.removeprefix(BOM), object_pairs_hook=_once)
    for cell in notebook["cells"]:
        source = cell["source"]
        cell["source"] = [type(source), *map(type, source if isinstance(source, list) else ())]
    return notebook


def _fault(text: str) -> str:
    import nbformat

    try:
        notebook = json.loads(text.removeprefix(BOM))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as for an id that two cells share: it stays so
            nbformat.validate(nbformat.from_dict(notebook), relax_add_props=True)  # type: ignore[no-untyped-call]
    except nbformat.ValidationError as error:
        return str(error).partition("\n")[0] or type(error).__name__
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        return str(error).partition("\n")[0] or type(error).__name__
    return ""


@dataclass
class _Cell:
    """A cell's source: its text, and for every stretch of it where the JSON text says it."""

    kind: str
    spelled: SpelledString


def _cells(text: str) -> Iterator[_Cell]:
    """The cells in order, of any version of the format. Raises ValueError, RecursionError."""
    notebook = json.loads(text.removeprefix(BOM), object_pairs_hook=_once)
    strings: dict[Keys, list[SpelledPiece]] = {}
    count = 0
    for keys, start, end in _strings(text):
        cell = _cell_of(keys)
        if cell is not None:
            pieces = list(_pieces(text, start + 1, end - 1))
            count += len(pieces)
            if count > PIECES:
                raise ValueError("too many escapes")
            strings.setdefault(cell, []).extend(pieces)
    for keys, pieces in strings.items():
        value = notebook
        for key in keys:
            value = value[key]
        yield _Cell(str(value.get("cell_type", "")), SpelledString(pieces))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The mapping of what stands in braces. Raises ValueError for a key that is there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


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
        elif token.startswith('"') and len(path) <= DEEPEST:
            yield tuple(path), match.start(), match.end()


def _pieces(text: str, start: int, end: int) -> Iterator[SpelledPiece]:
    for match in _ESCAPE.finditer(text, start, end):
        raw = match.group()
        # Half of a surrogate pair stands for one odd character; no path has one.
        if raw.startswith("\\"):
            raw = _PLAIN.get(raw[1]) or chr(int("0x" + raw[2:], 0))
        yield SpelledPiece(raw, *match.span())


def _in_cell(
    cell: _Cell, source: SourceText, names: Names, constants: dict[str, list[SpelledPiece]]
) -> Iterator[NameMatch]:
    text = cell.spelled.text
    held = SourceText(source.path, text)
    if cell.kind in ("markdown", "heading", "raw"):
        yield from markdown.find(held, names)
        return
    magic = _CELL.match(text)
    body = magic.end() if magic else 0
    if magic is None or magic[1] in _OF_PYTHON:
        yield from in_text(held, names, (0, body))
        yield from _in_code(
            held, " " * (body - 1) + "\n" * (body > 0) + text[body:], names, constants
        )
    elif magic[1] in _OF_SHELL:
        yield from shell.in_script(held, names)
    else:
        yield from in_text(held, names, (0, len(text)), PLAIN, cap=LIKELY, why=_FOREIGN)


def _in_code(
    held: SourceText, text: str, names: Names, constants: dict[str, list[SpelledPiece]]
) -> Iterator[NameMatch]:
    """Names in Python, and in what of it IPython runs otherwise: commands, magics, questions."""
    code = text
    if not python.parses(text):
        code = _COMMAND.sub(lambda match: match[1] + _nothing(match[2]), text)
        for match in _COMMAND.finditer(text):
            yield from in_text(held, names, match.span(2))
    if names.any_stem.search(code) or names.root in code or "=" in code:
        yield from python.in_code(held, code, names, constants, "cell")


def _nothing(command: str) -> str:
    """Python of the same length on the same lines that does nothing."""
    first, *others = command.split("\n")
    return "\n".join(["0" + "#" * (len(first) - 1), *("#" * len(line) for line in others)])


def _in_json(found: NameMatch, cell: _Cell) -> NameMatch:
    """The same find with its pieces where the JSON text has them."""
    pieces: list[SpelledPiece] = []
    for piece in found.spelled.pieces:
        if piece.start < 0:
            pieces.append(piece)
            continue
        parts = cell.spelled.cut(piece.start, piece.end)
        if len("".join(part.text for part in parts)) == len(piece.text):
            pieces += parts
        else:
            pieces.append(SpelledPiece(piece.text, parts[0].start, parts[-1].end))
    return found._replace(spelled=SpelledString(pieces), drop=NO_DROP)


KIND = Kind("notebook", claims, find, check)
