"""Put values into a text in the words of another one, key by key where whole lines do not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from migrate.dialect import Dialect
from migrate.errors import MigrateError
from migrate.locations import KeyPath
from migrate.parity import ABSENT, differences, equal, find
from migrate.resolve import Resolved
from migrate.rollout.missed_edits import whole_values
from migrate.yaml_text import LOADERS, SCALAR, SEQUENCE, Document, Entry
from migrate.yaml_text.edit import with_value, without_key
from migrate.yaml_text.find import find_node
from migrate.yaml_text.value_text import ValueText, text_of

Load = Callable[[bytes], dict[Any, Any]]
"""What a text comes to where it stands. Raises InputError."""


def carried(
    ours: bytes,
    candidates: Iterable[bytes],
    wanted: dict[Any, Any],
    keys: set[KeyPath],
    load: Load,
    words: KeyWords,
) -> bytes:
    """The text that comes nearest to what is wanted and changes no other value.

    `candidates` are whole texts, tried in order; whatever keys the first good one lacks are set one
    by one, in the words of `words`. `keys` are those that are to change.
    """
    best = ours
    for content in candidates:
        lacking = missing(content, wanted, load)
        if lacking is not None and lacking <= keys:
            best = content
            break
    lacking = missing(best, wanted, load) or set()
    tried: set[KeyPath] = set()
    while waiting := sorted(lacking - tried, key=repr):
        key = waiting[0]
        tried.add(key)
        edited = words.put(best, key, find(wanted, key))
        now = missing(edited, wanted, load) if edited is not None else None
        # A mapping that is empty now goes in the next round.
        if edited is not None and now is not None and key not in now and now < {*lacking, key[:-1]}:
            best, lacking = edited, now
    return best


def missing(content: bytes, wanted: dict[Any, Any], load: Load) -> set[KeyPath] | None:
    """The keys of which a text does not say what is wanted; None if it cannot be loaded."""
    try:
        return {whole_values(one.path) for one in differences(load(content), wanted)}
    except MigrateError:
        return None


class KeyWords:
    """The words for a value: those of a file, else of the config in which it is set.

    `before` is the file as it was before its edit: comments that are the same there did not change.
    """

    def __init__(
        self,
        path: str,
        dialect: Dialect,
        theirs: bytes | None,
        before: bytes | None,
        config: Resolved | None = None,
    ) -> None:
        self.path = path
        self.dialect = dialect
        self.theirs = None if theirs is None else self._document(theirs)
        self.before = None if before is None else self._document(before)
        self.config = config

    def _document(self, content: bytes) -> Document:
        return Document(self.path, content, self.dialect.keys, LOADERS[self.dialect.loader])

    def put(self, content: bytes, key: KeyPath, value: Any) -> bytes | None:
        """A text with a value at a key, `ABSENT` for none; None where that cannot be written."""
        try:
            document = self._document(content)
            if value is ABSENT:
                return without_key(document, key).content
            words = self._words(document, key, value)
            return None if words is None else with_value(document, key, words).content
        except MigrateError:
            return None

    def _words(self, ours: Document, key: KeyPath, value: Any) -> ValueText | None:
        for document, entry in self._entries(key):
            if equal(document.value(entry.value), value):
                return self._with_comments(ours, key, text_of(document, entry))
        return self._list(ours, key, value) if isinstance(value, list) else None

    def _entries(self, key: KeyPath) -> Iterable[tuple[Document, Entry]]:
        if self.theirs is not None:
            entry = _entry(self.theirs, key)
            if entry is not None:
                yield self.theirs, entry
        slot = self.config.branch.find(key) if self.config is not None else None
        if slot is not None:
            yield slot.winner.document, slot.winner.entry

    def _with_comments(self, ours: Document, key: KeyPath, words: ValueText) -> ValueText:
        """The comments that the edit changed travel; others stay as they are in our text."""
        before, here = _comments(self.before, key), _comments(ours, key)
        above, behind = words.above or (), words.behind or ()
        new_above: tuple[str, ...] | None = None
        new_behind: tuple[str, ...] | None = None
        if above != before[0]:
            new_above = merged_lines(before[0], above, here[0])
        if behind != before[1]:
            if here[1] in (before[1], behind):
                new_behind = behind
            else:  # both changed it: ours stays, theirs stands above
                known = here[0] if new_above is None else new_above
                told = [line for line in behind if line and line not in (*here[1], *known)]
                new_above = (*known, *told)
        return ValueText(words.text, new_behind, new_above)

    def _list(self, ours: Document, key: KeyPath, value: list[Any]) -> ValueText | None:
        """A merged list between brackets, each scalar in the words of the side that says it."""
        known: list[tuple[Any, str]] = []
        for document, entry in [(ours, _entry(ours, key)), *self._entries(key)]:
            node = entry.value.resolved() if entry is not None else None
            if node is None or node.kind != SEQUENCE or not node.flow:
                return None
            if "#" in document.text[node.start : node.end]:
                return None
            if any(item.kind != SCALAR for item in node.items):
                return None
            known += [
                (document.value(item), document.text[item.start : item.end]) for item in node.items
            ]
        words = [next((text for one, text in known if equal(one, item)), None) for item in value]
        if None in words:
            return None
        return ValueText(f"[{', '.join(word for word in words if word is not None)}]")


def _entry(document: Document, key: KeyPath) -> Entry | None:
    """The entry of a key in one file; None where it says none of its own."""
    found = find_node(document, document.root, key) if document.root is not None else None
    return found if isinstance(found, Entry) else None


def _comments(document: Document | None, key: KeyPath) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The comment lines above a key and those behind it."""
    entry = _entry(document, key) if document is not None else None
    if document is None or entry is None:
        return (), ()
    words = text_of(document, entry)
    return words.above or (), words.behind or ()


def merged_lines(
    before: Sequence[str], after: Sequence[str], ours: Sequence[str]
) -> tuple[str, ...]:
    """Comment lines with the edit of others: what these took away goes, what they added follows."""
    gone = [line for line in before if line not in after]
    new = [line for line in after if line not in before and line not in ours]
    if list(ours) == list(before):
        return tuple(after)
    return (*(line for line in ours if line not in gone), *new)
