"""Keys to write in a section: those that the chain has there, then those of files near it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from migrate.locations import KeyPath, spell_key
from migrate.lsp.folder import ConfigFolder
from migrate.lsp.siblings import documents_near
from migrate.lsp.spot import own_keys
from migrate.lsp.typed import HERE, Offer, TypedLine
from migrate.lsp.words import block, counted
from migrate.resolve import Branch, Resolved, Slot, shown
from migrate.yaml_text import MAPPING, SCALAR

LOOKED_AT = 2000
"""So many lines are looked at for the file's indentation."""


class _Form(NamedTuple):
    """How a key is written here: the columns it replaces, its indentation, one step of it, and
    whether a colon stands there already."""

    start: int
    end: int
    indent: str
    step: str
    colon: bool

    def offer(self, key: Any, section: bool, detail: str, more: str = "") -> Offer:
        """A key with what belongs behind it."""
        name = key if isinstance(key, str) and spell_key(key) == key else spell_key(key)
        text = name
        if not self.colon:
            text += f":\n{self.indent}{self.step}" if section else ": "
        kind = "section" if section else "key"
        return Offer(name, text, self.start, self.end, kind, detail, more)


def keys(
    folder: ConfigFolder,
    path: str,
    section: KeyPath,
    resolved: Resolved,
    typed: TypedLine,
    start: int,
) -> list[Offer]:
    """The keys that the file does not have in a section yet."""
    form = _Form(start, typed.word_end, " " * start, _step(typed.lines), typed.has_colon)
    branch = _branch(resolved, section)
    slots = {} if branch is None else branch.slots
    own = {*_own(resolved, section), HERE}
    offers = [_of_slot(slot, form) for key, slot in slots.items() if key not in own]
    beside = _beside(folder, path, section, {*own, *slots}, form)
    return [*_composing(resolved, section, form), *offers, *beside]


def _branch(resolved: Resolved, section: KeyPath) -> Branch | None:
    if not section:
        return resolved.branch
    slot = resolved.branch.find(section)
    return slot.value if slot is not None and isinstance(slot.value, Branch) else None


def _composing(resolved: Resolved, section: KeyPath, form: _Form) -> Iterator[Offer]:
    """The key that composes files, where the file has none."""
    dialect = resolved.dialect
    if not section and all(resolved.document.layer(key) is None for key in dialect.keys):
        yield form.offer(dialect.keys[0], False, "the files that it builds on")


def _of_slot(slot: Slot, form: _Form) -> Offer:
    place = f"{slot.winner.place.path}:{slot.winner.place.line}"
    if isinstance(slot.value, Branch):
        return form.offer(slot.key, True, f"{counted(slot.value.size, 'key')}  {place}")
    said = reversed(slot.all_settings())
    lines = [f"{shown(one.document.value(one.entry.value))}  {one.place}" for one in said]
    return form.offer(slot.key, False, f"{_text(slot)}  {place}", block("\n".join(lines)))


def _text(slot: Slot) -> str:
    node, document = slot.winner.entry.value, slot.winner.document
    text = document.text[node.start : node.end] if node.kind == SCALAR else ""
    return text if text and "\n" not in text and len(text) <= 40 else shown(slot.python, 40)


def _own(resolved: Resolved, section: KeyPath) -> set[Any]:
    """The keys that the config's own file has in a section."""
    return {path[-1] for path, _ in own_keys(resolved.document) if path[:-1] == section}


def _beside(
    folder: ConfigFolder, path: str, section: KeyPath, known: set[Any], form: _Form
) -> Iterator[Offer]:
    """The keys that the nearest files have there, and the chain has not."""
    for document in documents_near(folder, path):
        for own, entry in own_keys(document):
            if own[:-1] == section and own[-1] not in known:
                known.add(own[-1])
                place = document.place(entry.start)
                detail = f"as in {place.path}:{place.line}"
                yield form.offer(own[-1], entry.value.resolved().kind == MAPPING, detail)


def _step(lines: list[str]) -> str:
    """One step of indentation, as this file has it; two spaces where it has none."""
    widths = [len(line) - len(line.lstrip(" ")) for line in islice(lines, LOOKED_AT)]
    return " " * min((width for width in widths if 2 <= width <= 8), default=2)
