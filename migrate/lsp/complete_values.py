"""Values to write for a key, by what the chain and files near it say; files to extend."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from migrate.locations import KeyPath, dotted
from migrate.lsp.files import files_of
from migrate.lsp.folder import ConfigFolder
from migrate.lsp.siblings import documents_near, near
from migrate.lsp.spot import own_keys
from migrate.lsp.typed import Offer, TypedLine
from migrate.resolve import Resolved
from migrate.yaml_text import SCALAR, Document, Entry

MOST_FILES = 200
"""So many files are offered to extend."""
LONGEST = 200
"""A longer value is not offered."""


def values(
    folder: ConfigFolder,
    path: str,
    key: KeyPath,
    resolved: Resolved | None,
    typed: TypedLine,
    start: int,
) -> list[Offer]:
    """The values that the chain gives a key, the active one first, then those of files near it,
    then files that stand where such a value points to."""
    end = _end(typed, start)
    said: dict[str, str] = {}
    paths: dict[str, None] = {}
    for document, entry in _settings(folder, path, key, resolved):
        node = entry.value.resolved()
        text = document.text[node.start : node.end] if node.kind == SCALAR else ""
        if not text or "\n" in text or len(text) > LONGEST:
            continue
        place = document.place(entry.start)
        said.setdefault(text, f"{place.path}:{place.line}")
        for one in files_of(folder, document, node)[:1]:
            paths.setdefault(one)
        if isinstance(document.value(node), bool):
            said.setdefault("false" if document.value(node) else "true", "the other one")
    quote = _quote(typed, start)
    offers = [
        Offer(text, text, start, end, "value", place, typed=quote + text.removeprefix(quote))
        for text, place in said.items()
    ]
    return [*offers, *_files(folder, list(paths), said, start, end)]


def _quote(typed: TypedLine, start: int) -> str:
    """The quote with which the typed value begins; "" for none. An editor leaves out what does not
    begin as the text does that is replaced."""
    return next((sign for sign in "'\"" if typed.before[start:].startswith(sign)), "")


def _end(typed: TypedLine, start: int) -> int:
    """Where the value ends that is being typed; of a quoted one behind its quotes."""
    quote = _quote(typed, start)
    if quote and typed.after[:1] == quote:
        return len(typed.before) + 1
    return typed.word_end


def _settings(
    folder: ConfigFolder, path: str, key: KeyPath, resolved: Resolved | None
) -> Iterator[tuple[Document, Entry]]:
    slot = resolved.branch.find(key) if resolved is not None else None
    for setting in reversed(slot.all_settings()) if slot is not None else ():
        if setting.document.path != path:
            yield setting.document, setting.entry
    wanted = dotted(key)
    for document in documents_near(folder, path):
        for own, entry in own_keys(document):
            if dotted(own) == wanted:
                yield document, entry


def _files(
    folder: ConfigFolder, paths: list[str], said: dict[str, str], start: int, end: int
) -> Iterator[Offer]:
    """The files beside those that values of the key name: relative to the root, as they are."""
    from_root = [path for path in paths if path in {text.strip("'\"") for text in said}]
    for path in from_root[:1]:
        for other in near(folder, path):
            if posixpath.dirname(other) == posixpath.dirname(path) and other not in said:
                yield Offer(other, other, start, end, "file", "")


# What may be extended.


def bases(folder: ConfigFolder, path: str, start: int, typed: TypedLine) -> list[Offer]:
    """The configs that a file may extend, nearest first: neither itself nor one that builds on it.

    Only those whose names hold what is typed already.
    """
    closed = set(folder.family.below(path))
    word = typed.before[start:]
    end = typed.word_end
    offers = []
    for one in near(folder, path):
        name = folder.dialect.link(one, path)
        if one not in closed and word in name:
            offers.append(Offer(name, name, start, end, "file", "" if name == one else one))
        if len(offers) >= MOST_FILES:
            break
    return offers
