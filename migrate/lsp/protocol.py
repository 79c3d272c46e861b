"""Our answers as messages of the Language Server Protocol 3.17."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lsprotocol import types

from migrate.findings import ERROR, WARNING
from migrate.lsp.definition import Target
from migrate.lsp.diagnostics import Diagnostic
from migrate.lsp.hover import Hover
from migrate.lsp.inlay import Inlay
from migrate.lsp.lines import Lines
from migrate.lsp.symbols import LIST, SECTION, FileLink, Symbol
from migrate.lsp.typed import Offer

_LEVELS = {ERROR: types.DiagnosticSeverity.Error, WARNING: types.DiagnosticSeverity.Warning}
_OFFERS = {
    "key": types.CompletionItemKind.Property,
    "section": types.CompletionItemKind.Module,
    "value": types.CompletionItemKind.Value,
    "file": types.CompletionItemKind.File,
}
_SYMBOLS = {
    SECTION: types.SymbolKind.Object,
    LIST: types.SymbolKind.Array,
    "str": types.SymbolKind.String,
    "int": types.SymbolKind.Number,
    "float": types.SymbolKind.Number,
    "bool": types.SymbolKind.Boolean,
    "NoneType": types.SymbolKind.Null,
}


def encoding_of(server: Any) -> str:
    """The units in which the editor of a server counts characters."""
    agreed = server.workspace.position_encoding
    return str(types.PositionEncodingKind(agreed or types.PositionEncodingKind.Utf16).value)


def position_of(lines: Lines, offset: int) -> Any:
    """An offset as the editor counts."""
    return types.Position(*lines.position(offset))


def range_of(lines: Lines, start: int, end: int) -> Any:
    """A stretch as the editor counts."""
    return types.Range(position_of(lines, start), position_of(lines, end))


def markdown(text: str) -> Any:
    """Text with code blocks."""
    return types.MarkupContent(types.MarkupKind.Markdown, text)


def hover_message(found: Hover, lines: Lines) -> Any:
    """A hover at its stretch."""
    return types.Hover(markdown(found.text), range_of(lines, found.start, found.end))


def location(target: Target, uri: str, encoding: str) -> Any:
    """A stretch of a file; the beginning of one that is meant as a whole."""
    lines = Lines("" if target.document is None else target.document.text, encoding)
    return types.Location(uri, range_of(lines, target.start, target.end))


def inlay_message(found: Inlay, lines: Lines) -> Any:
    """A hint behind its offset."""
    return types.InlayHint(
        position_of(lines, found.offset),
        found.label,
        tooltip=markdown(found.more),
        padding_left=True,
    )


def completion(offers: list[Offer], line: int, lines: Lines, most: int) -> Any:
    """What may be written in a line, in its order; the editor asks again where there is more."""
    start = lines.start(line)
    items = []
    for number, one in enumerate(offers[:most]):
        replaced = range_of(lines, start + one.start, start + one.end)
        items.append(
            types.CompletionItem(
                one.label,
                kind=_OFFERS[one.kind],
                detail=one.detail or None,
                documentation=markdown(one.more) if one.more else None,
                sort_text=f"{number:05}",
                filter_text=one.typed or one.label,
                insert_text_mode=types.InsertTextMode.AsIs,
                text_edit=types.TextEdit(replaced, one.text),
            )
        )
    return types.CompletionList(is_incomplete=len(offers) >= most, items=items)


def diagnostic_messages(found: Iterable[Diagnostic], lines: Lines) -> list[Any]:
    """The findings of one file."""
    return [
        types.Diagnostic(
            range_of(lines, one.start, one.end),
            one.message,
            severity=_LEVELS.get(one.level, types.DiagnosticSeverity.Information),
            code=one.rule,
            source="migrate",
        )
        for one in found
    ]


def symbol_message(one: Symbol, lines: Lines) -> Any:
    """A key with all below it."""
    return types.DocumentSymbol(
        one.name,
        _SYMBOLS.get(one.kind, types.SymbolKind.Constant),
        range_of(lines, *one.whole),
        range_of(lines, *one.key),
        detail=one.detail or None,
        children=[symbol_message(child, lines) for child in one.children],
    )


def link_message(one: FileLink, lines: Lines, uri: str) -> Any:
    """A link over the name of a file."""
    return types.DocumentLink(range_of(lines, one.start, one.end), target=uri, tooltip=one.path)
