"""What a file does not show: how much of a section is inherited, and what a value replaces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from migrate.locations import KeyPath, dotted
from migrate.lsp.folder import ConfigFolder
from migrate.lsp.spot import own_keys
from migrate.lsp.words import block, counted
from migrate.resolve import Branch, Resolved, Setting, Slot, shown
from migrate.yaml_text import MAPPING, SCALAR, Document, Entry, same

LISTED = 30
"""So many inherited keys are listed beside a hint."""
WIDTH = 32
"""So much of a replaced value is shown in a line."""


class Inlay(NamedTuple):
    """A few words behind an offset of the text, and more of it as Markdown."""

    offset: int
    label: str
    more: str


def inlays(folder: ConfigFolder, path: str, start: int, end: int) -> list[Inlay]:
    """The hints in a stretch of a config's text."""
    look = folder.look(path)
    if look.document is None or look.resolved is None or look.problem is not None:
        return []
    if len(look.resolved.paths) < 2:
        return []
    found = [*_sections(look.document, look.resolved), *_keys(look.document, look.resolved)]
    return sorted(one for one in found if start <= one.offset <= end)


def _sections(document: Document, resolved: Resolved) -> Iterator[Inlay]:
    """At `extends`, the sections that the file lacks."""
    layers = [entry for key in resolved.dialect.keys if (entry := document.layer(key))]
    missing = _inherited(resolved.branch, document)
    if layers and missing:
        last = max(layers, key=lambda entry: entry.end)
        at = document.line_end(last.start) if last.value.is_block_collection else last.end
        label = f"+ {counted(len(missing), 'inherited key')}"
        yield Inlay(_before_comment(document, last, at), label, _listed((), missing))


def _keys(document: Document, resolved: Resolved) -> Iterator[Inlay]:
    for path, entry in own_keys(document):
        slot = resolved.branch.find(path)
        if slot is None:
            continue
        node = entry.value.resolved()
        if isinstance(slot.value, Branch):
            missing = _inherited(slot.value, document)
            if missing and node.kind == MAPPING:
                at = entry.value.end if entry.value.flow else _behind_key(document, entry)
                label = f"+ {counted(len(missing), 'inherited key')}"
                yield Inlay(at, label, _listed(path, missing))
        elif slot.winner.entry is entry and node.kind == SCALAR:
            yield from _replaced(document, entry, path, slot)


def _inherited(branch: Branch, document: Document) -> list[Slot]:
    """The keys of a mapping that the file itself does not say."""
    own = document.path
    return [
        slot
        for slot in branch.slots.values()
        if all(setting.document.path != own for setting in slot.all_settings())
    ]


def _replaced(document: Document, entry: Entry, path: KeyPath, slot: Slot) -> Iterator[Inlay]:
    """What another file said, if it said something else than this, and not null."""
    lost = [one for one in slot.lost if one.document.path != document.path]
    if not lost:
        return
    before = lost[-1]
    value = before.document.value(before.entry.value)
    if value is None or same(value, slot.python):
        return
    text = _spelled(before)
    at = entry.value.end if not entry.value.is_block_scalar else _behind_key(document, entry)
    lines = [f"{_spelled(one)}  {one.place}" for one in reversed(lost)]
    more = block("\n".join(lines[:LISTED]))
    yield Inlay(at, f"replaces {text}", more)


def _spelled(setting: Setting) -> str:
    node = setting.entry.value
    text = setting.document.text[node.start : node.end] if node.kind == SCALAR else ""
    if not text or "\n" in text or len(text) > WIDTH:
        return shown(setting.document.value(node), WIDTH)
    return text


def _behind_key(document: Document, entry: Entry) -> int:
    """Behind the colon of a key."""
    colon = document.text.find(":", entry.key.end, document.line_end(entry.key.end))
    return colon + 1 if colon >= 0 else entry.key.end


def _before_comment(document: Document, entry: Entry, end: int) -> int:
    comments = document.comments_between(entry.key.end, end + 1)
    beside = [start for start, _ in comments if start <= end]
    line = document.text[entry.start : beside[0] if beside else end]
    return entry.start + len(line.rstrip())


def _listed(path: KeyPath, slots: list[Slot]) -> str:
    """Inherited keys with their values and where these are from."""
    rows = [(dotted((*path, slot.key)), _value(slot), str(slot.winner.place)) for slot in slots]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{key:{widths[0]}}  {value:{widths[1]}}  {place}" for key, value, place in rows]
    more = [f"... {len(lines) - LISTED} more"] if len(lines) > LISTED else []
    return block("\n".join([*lines[:LISTED], *more]))


def _value(slot: Slot) -> str:
    if isinstance(slot.value, Branch):
        return counted(slot.value.size, "key")
    return _spelled(slot.winner)
