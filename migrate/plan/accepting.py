"""Edit `plans/accepted.yaml`: every comment and the order of its entries stay.

Each function returns the changes to be landed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from migrate.canonical import ABSENT, plain
from migrate.changes import Change
from migrate.layout import Layout
from migrate.plan.accepted import Acceptance, spelled_key
from migrate.plan.edit import with_entries, with_texts, without_entries
from migrate.plan.schema import schema_line, schema_path, schema_text
from migrate.trees.tree import Tree
from migrate.yaml_text.spelling import spell

_WIDTH = 100


def accepting(tree: Tree, layout: Layout, acceptances: Sequence[Acceptance]) -> list[Change]:
    """The changes that record these acceptances; one that is there for the same key gives way.

    Raises InputError for a file with faults, Refused for one that cannot be edited.
    """
    text = _Text(tree, layout)
    text.accept(acceptances)
    return text.changes()


def taking_back(tree: Tree, layout: Layout, acceptances: Iterable[Acceptance]) -> list[Change]:
    """The changes that take acceptances out again, as they were read."""
    text = _Text(tree, layout)
    text.remove([("accepted", one.preset, one.written or one.key) for one in acceptances])
    return text.changes()


def retiring(tree: Tree, layout: Layout, reasons: Mapping[str, str]) -> list[Change]:
    """The changes that say why presets were deleted."""
    text = _Text(tree, layout)
    for name, reason in reasons.items():
        text.retire(name, reason)
    return text.changes()


def bringing_back(tree: Tree, layout: Layout, names: Iterable[str]) -> list[Change]:
    """The changes by which presets are no longer said to be deleted."""
    text = _Text(tree, layout)
    text.remove([("retired", name) for name in names])
    return text.changes()


class _Text:
    """The file as it will be."""

    def __init__(self, tree: Tree, layout: Layout) -> None:
        self.tree = tree
        self.layout = layout
        self.path = layout.accepted
        self.before = tree.read(self.path) if tree.exists(self.path) else None
        self.schema: str | None = None
        self.content = self.before if self.before is not None else self._new()

    def _new(self) -> bytes:
        self.schema = schema_path(self.tree, self.layout, "accepted")
        return f"{schema_line(self.schema, self.layout)}\nversion: 1\n".encode()

    def changes(self) -> list[Change]:
        """What is to be written: the file, and beside a new one its schema."""
        if self.before is None and self.content == self._new():
            return []
        found = [Change(self.path, self.before, self.content, "accepted differences")]
        if self.schema is not None and not self.tree.exists(self.schema):
            found.append(Change(self.schema, None, schema_text("accepted").encode(), "schema"))
        return [change for change in found if change.before != change.after]

    def _there(self) -> dict[str, Any]:
        from migrate.yaml_text import Document

        document = Document(self.path, self.content)
        return document.value(document.root) if document.root is not None else {}

    def accept(self, acceptances: Sequence[Acceptance]) -> None:
        """Add acceptances, each in the place of the one for the same key, if there is one."""
        there = self._there().get("accepted", {})
        texts: dict[tuple[str, ...], Mapping[str, str | None]] = {}
        data: dict[tuple[str, ...], dict[str, Any]] = {}
        new: dict[str, list[Acceptance]] = {}
        for one in acceptances:
            written = {spelled_key(key): key for key in there.get(one.preset, {})}.get(one.key)
            if written is None:
                new.setdefault(one.preset, []).append(one)
            else:
                keys = ("accepted", one.preset, written)
                spelled = dict(_texts(one))
                texts[keys] = {name: spelled.get(name) for name in _ORDER}
                data[keys] = dict(_fields(one))

        def edit(root: Any) -> None:
            for (_, preset, key), fields in data.items():
                root["accepted"][preset][key] = fields

        if texts:
            self.content = with_texts(self.path, self.content, texts, edit)
        for preset in [name for name in new if name in there]:
            self._add(("accepted", preset), {preset: new.pop(preset)})
        if new:
            self._add(("accepted",), new)

    def _add(self, keys: tuple[str, ...], new: Mapping[str, Sequence[Acceptance]]) -> None:
        """Add the acceptances of a preset that the file has, or of presets that it has not."""
        lines: list[str] = []
        for preset, acceptances in new.items():
            entries = [line for one in acceptances for line in _entry_lines(one)]
            below = [f"{spell(preset)}:", *(f"  {line}" for line in entries)]
            lines += entries if len(keys) > 1 else below

        def edit(root: Any) -> None:
            accepted = root.setdefault("accepted", {})
            for preset, acceptances in new.items():
                fields = {one.key: dict(_fields(one)) for one in acceptances}
                accepted.setdefault(preset, {}).update(fields)

        self.content = with_entries(self.path, self.content, keys, lines, edit)

    def retire(self, name: str, reason: str) -> None:
        """Say why a preset was deleted."""

        def edit(root: Any) -> None:
            root.setdefault("retired", {})[name] = reason

        keys: tuple[str, ...] = ("retired",)
        if name in self._there().get("retired", {}):
            texts: Mapping[str, str | None] = {name: spell(reason)}
            self.content = with_texts(self.path, self.content, {keys: texts}, edit)
        else:
            lines = [f"{spell(name)}: {spell(reason)}"]
            self.content = with_entries(self.path, self.content, keys, lines, edit)

    def remove(self, gone: Sequence[tuple[str, ...]]) -> None:
        """Take entries out, and what only held them."""

        def edit(root: Any) -> None:
            for keys in gone:
                holders = [root]
                for key in keys[:-1]:
                    holders.append(holders[-1][key])
                for holder, key in zip(holders[::-1], keys[::-1], strict=True):
                    del holder[key]
                    if holder:
                        break

        self.content = without_entries(self.path, self.content, gone, edit)


_ORDER = ("was", "now", "even_forbidden", "reason")


def _fields(one: Acceptance) -> Iterator[tuple[str, Any]]:
    """What an entry holds, in the order in which it is written."""
    for name, value in (("was", one.was), ("now", one.now)):
        if value is not ABSENT:
            yield name, plain(value)
    if one.even_forbidden:
        yield "even_forbidden", True
    yield "reason", one.reason


def _texts(one: Acceptance) -> Iterator[tuple[str, str]]:
    for name, value in _fields(one):
        room = _WIDTH - len("      : ") - len(name)
        yield name, value_yaml(value, room)


def _entry_lines(one: Acceptance) -> Iterator[str]:
    yield f"{_key(one.key)}:"
    for name, text in _texts(one):
        yield from (f"  {line}" for line in f"{name}: {text}".split("\n"))


def _key(key: str) -> str:
    """A key as YAML; one with quotes of its own stands in single ones, so that none is escaped."""
    plainly = key.isprintable() and '"' in key and not {"'", "\\"}.intersection(key)
    return f"'{key}'" if plainly else spell(key)


def value_yaml(value: Any, room: int = _WIDTH) -> str:
    """What `canonical.plain` makes of a value, as YAML that every reader takes for it.

    On one line if there is room for so many characters, else an item a line, between brackets.
    """
    text = _flow(value)
    if len(text) <= room or not isinstance(value, dict | list) or not value:
        return text
    if isinstance(value, dict):
        items = [f"{spell(key)}: {value_yaml(one, room - 4)}" for key, one in _sorted(value)]
    else:
        items = [value_yaml(one, room - 4) for one in value]
    inner = "".join(f"\n    {item.replace(chr(10), f'{chr(10)}    ')}," for item in items)
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}{inner}\n  {closing}"


def _sorted(value: dict[str, Any]) -> list[tuple[str, Any]]:
    """In one order, so that a reader sees what differs: a record does not know its author's."""
    return sorted(value.items())


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{spell(key)}: {_flow(one)}" for key, one in _sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return spell(value)
    if isinstance(value, float):
        return _float(value)
    return "null" if value is None else str(value).lower()


def _float(value: float) -> str:
    """A number as readers of YAML 1.1 want it: with a dot, and a sign in its exponent."""
    mantissa, e, exponent = repr(value).partition("e")
    if not e:
        return mantissa
    sign, digits = exponent[0], exponent[1:].lstrip("0")
    return f"{mantissa if '.' in mantissa else f'{mantissa}.0'}e{sign}{digits}"
