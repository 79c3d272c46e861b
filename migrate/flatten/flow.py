"""Merged flow mappings, written as flow: `{ a: 1, b: 2 }`."""

from __future__ import annotations

from migrate.flatten.select import Piece
from migrate.resolve import Setting
from migrate.yaml_text import ALIAS, MAPPING, Document
from migrate.yaml_text.anchors import Anchors
from migrate.yaml_text.render import source


def stays_flow(piece: Piece, contributors: list[Setting]) -> bool:
    """Whether a merged mapping is written as flow: all of it was, on one line, without comments."""
    if not piece.children or not all(_simple(setting) for setting in contributors):
        return False
    return all(child.slot.winner.entry.flow for child in piece.children) and all(
        stays_flow(child, list(child.slot.settings))
        for child in piece.children
        if child.children and not child.whole
    )


def _simple(setting: Setting) -> bool:
    node = setting.entry.value
    if node.kind != MAPPING or not node.flow:
        return False
    text = setting.document.text[node.start : node.end]
    return "\n" not in text


def flow_text(piece: Piece, anchors: Anchors) -> str:
    """The mapping's text, with the padding of its first contributor."""
    document = piece.slot.settings[0].document
    node = piece.slot.settings[0].entry.value
    padding = " " if document.text[node.start + 1 : node.start + 2] == " " else ""
    entries = ", ".join(_entry(child, anchors) for child in piece.children)
    return "{" + padding + entries + padding + "}"


def _entry(piece: Piece, anchors: Anchors) -> str:
    document, entry = piece.winner.document, piece.winner.entry
    if not piece.children or piece.whole:
        return source(document, (entry.start, entry.end), anchors)
    return f"{key_text(document, piece, anchors)}: {flow_text(piece, anchors)}"


def key_text(document: Document, piece: Piece, anchors: Anchors) -> str:
    """The key as its author spelled it: the winner, unless the loader keeps another type (R12)."""
    setting = piece.winner
    if type(setting.entry.pykey) is not type(piece.slot.key):
        settings = piece.slot.all_settings()
        setting = next(s for s in settings if type(s.entry.pykey) is type(piece.slot.key))
    key = setting.entry.key
    if key.kind == ALIAS:
        return source(setting.document, (key.target.start, key.target.end), anchors)
    text = source(setting.document, (key.props, key.end), anchors)
    return f"{text} " if text and key.start == key.end else text  # `!!str: x` would be a tag
