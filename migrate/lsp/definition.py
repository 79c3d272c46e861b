"""Where to go from a key or a file's name: what it overrides, who set it, who uses it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from migrate.errors import MigrateError
from migrate.locations import KeyPath, Place, dotted
from migrate.lsp.files import base_of, files_of
from migrate.lsp.folder import ConfigFolder, ConfigState
from migrate.lsp.outline import key_line
from migrate.lsp.spot import BASE, COMPOSING, KEY, Spot, own_keys, spot_at
from migrate.resolve import Resolved, Resolver, Setting, Slot
from migrate.yaml_text import Document

SECONDS = 1.0
"""So long the configs of a tree are asked who sets a key."""


class Target(NamedTuple):
    """A stretch of a file; of a whole file `document` is None."""

    path: str
    document: Document | None = None
    start: int = 0
    end: int = 0

    @classmethod
    def of(cls, setting: Setting) -> Target:
        """The key of a setting."""
        key = setting.entry.key
        return cls(setting.document.path, setting.document, key.props, key.end)


class Query(NamedTuple):
    """A question about a place: the config, what stands there, and the means to look."""

    folder: ConfigFolder
    resolver: Resolver
    look: ConfigState
    spot: Spot | None

    @property
    def key(self) -> KeyPath | None:
        """The key path; None for what is no key."""
        if self.spot is None or self.spot.what in (BASE, COMPOSING):
            return None
        return self.spot.path


def ask(folder: ConfigFolder, path: str, offset: int) -> Query:
    """What stands at an offset; in a text that does not parse, the key of the line."""
    resolver = folder.resolver()
    look = folder.look(path, resolver)
    if look.document is not None:
        return Query(folder, resolver, look, spot_at(look.document, offset))
    lines = look.text.split("\n")
    found = key_line(lines, look.text.count("\n", 0, offset))
    spot = Spot(KEY, found.path, offset, offset) if found is not None else None
    return Query(folder, resolver, look, spot)


def definition(asked: Query) -> list[Target]:
    """Where a name leads: an extended file, a file that a value names, or for a key the setting
    that it overrides; for a key that overrides nothing, who set the active value."""
    spot, document = asked.spot, asked.look.document
    if spot is None:
        return []
    if spot.what == BASE and document is not None and spot.node is not None:
        base = base_of(asked.resolver, document, spot.node)
        return [Target(base)] if base and asked.folder.tree.exists(base) else []
    if document is not None and (files := _files(asked, document, spot)):
        return [Target(files[0])]
    if asked.key is None or asked.look.resolved is None:
        return []
    setting = _overridden(asked.look.resolved, asked.key, spot)
    return [Target.of(setting)] if setting is not None else []


def _files(asked: Query, document: Document, spot: Spot) -> list[str]:
    """The files that a value names; in a plan also those that keys name."""
    node = spot.node
    if node is None and spot.entry is not None and asked.folder.is_plan(document.path):
        node = spot.entry.key
    return files_of(asked.folder, document, node) if node is not None else []


def _overridden(resolved: Resolved, key: KeyPath, spot: Spot) -> Setting | None:
    """The setting before this one in merge order; the active one where this one lost, or where
    nothing stands before it."""
    slot = _slot(resolved, key)
    if slot is None:
        return None
    said = slot.all_settings()
    own = [number for number, one in enumerate(said) if one.document.path == resolved.path]
    if not own or slot.winner.document.path != resolved.path:
        return slot.winner
    here = [number for number in own if said[number].entry is spot.entry] or own[-1:]
    if here[0] != own[-1]:
        return slot.winner  # given twice in this file
    return said[here[0] - 1] if here[0] else slot.winner


def _slot(resolved: Resolved, key: KeyPath) -> Slot | None:
    """The slot of a key; of a list's item, that of the list."""
    found = resolved.branch.nearest(key)
    if found is None:
        return None
    slot, rest = found
    return slot if not rest or not hasattr(slot.value, "slots") else None


# Who uses it.


def references(asked: Query) -> list[Target]:
    """Of an extended file, every `extends` entry that names it; of a key, every setting of it in
    the config's chain and in the configs below it."""
    spot, document = asked.spot, asked.look.document
    if document is None or spot is None:
        return []
    if spot.what == BASE and spot.node is not None:
        base = base_of(asked.resolver, document, spot.node)
        return list(extending(asked, base)) if base else []
    if spot.what == COMPOSING:
        return list(extending(asked, document.path))
    resolved = asked.look.resolved
    if asked.key is None or resolved is None:
        return []
    family = [*resolved.paths, *asked.folder.family.below(document.path)]
    return list(_setting(asked, asked.key, dict.fromkeys(family)))


def implementations(asked: Query) -> list[Target]:
    """Of a key, where configs below the file set it again; elsewhere, who extends the file."""
    path = asked.look.path
    if asked.key is not None:
        return list(_setting(asked, asked.key, asked.folder.family.below(path)))
    return list(extending(asked, path))


def extending(asked: Query, path: str) -> Iterator[Target]:
    """The `extends` entries that name a file."""
    for heir in asked.folder.family.heirs(path):
        with suppress(MigrateError):
            document = asked.resolver.document(heir)
            for base in asked.resolver.bases(document):
                if base.path == path:
                    yield Target(heir, document, base.node.props, base.node.end)


def _setting(asked: Query, key: KeyPath, paths: Iterable[str]) -> Iterator[Target]:
    """The settings of a key in these files, for as long as one would wait."""
    until = time.monotonic() + SECONDS
    wanted = dotted(key)
    for path in paths:
        if time.monotonic() > until:
            return
        with suppress(MigrateError, RecursionError):
            document = asked.resolver.document(path)
            for own, entry in own_keys(document):
                if own[-1] == key[-1] and dotted(own) == wanted:
                    yield Target(path, document, entry.key.props, entry.key.end)


def place_of(target: Target) -> Place:
    """The same for messages."""
    if target.document is None:
        return Place(target.path)
    return target.document.place(target.start)
