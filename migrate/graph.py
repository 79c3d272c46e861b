"""Who extends whom in a tree: the configs, their chains, and the links between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from migrate import locations
from migrate.dialect.recognise import composing_words
from migrate.errors import MigrateError
from migrate.globs import matches
from migrate.locations import Place, join
from migrate.resolve import Resolver
from migrate.yaml_text import SCALAR, Document

SUFFIXES = (".yaml", ".yml")
LEGACY = locations.LEGACY
PLANS = "plans"
NOT_LIVE = (f"{LEGACY}/**", f"{PLANS}/**")
"""The frozen copy, the plans and the evidence are records, not configs that anyone runs."""


@dataclass(frozen=True, slots=True)
class Link:
    """One `extends` item: who names whom, and where."""

    source: str
    target: str
    place: Place


@lru_cache(maxsize=65536)
def _out_of_sight(path: str, globs: tuple[str, ...]) -> bool:
    """Whether a file is no live config; asked for the same files once per step."""
    return matches(path, globs)


LinkCache = dict[tuple[str, bytes], "list[Link]"]
"""What a file of this path and content names: graphs of trees that differ a little share one."""


class Graph:
    """The live configs that compose files, and everything they reach.

    A file that cannot be parsed or resolved is kept in `broken` with what is wrong with it.
    """

    def __init__(
        self,
        resolver: Resolver,
        exclude: Iterable[str] = (),
        cache: LinkCache | None = None,
    ) -> None:
        self.resolver = resolver
        self.cache: LinkCache = {} if cache is None else cache
        self.exclude = (*NOT_LIVE, *exclude)
        self.broken: dict[str, MigrateError] = {}

    @cached_property
    def files(self) -> list[str]:
        """Every live YAML file, in path order."""
        found = self.resolver.tree.files()
        return [
            path
            for path in found
            if path.endswith(SUFFIXES) and not _out_of_sight(path, self.exclude)
        ]

    @cached_property
    def links(self) -> dict[str, list[Link]]:
        """What each composing config names, by the config's path."""
        words = "|".join(map(re.escape, self.resolver.dialect.keys + self._rejected()))
        # A cheap look before parsing: such a key at the begin of a line, or within braces.
        begin = rb"(?:^|[\r{,?]|\xef\xbb\xbf)\s*"
        composing = re.compile(rb"(?m)" + begin + rb"[\"']?(?:" + words.encode() + rb")[\"']?\s*:")
        found: dict[str, list[Link]] = {}
        for path in self.files:
            known = (path, self.resolver.tree.read(path))
            if known not in self.cache and not composing.search(known[1]):
                self.cache[known] = []
            if known not in self.cache:
                self._read_links(path, known)
            if self.cache.get(known):
                found[path] = self.cache[known]
        return found

    def _rejected(self) -> tuple[str, ...]:
        return tuple(key for key, _ in self.resolver.dialect.rejected)

    def _read_links(self, path: str, known: tuple[str, bytes]) -> None:
        try:
            self.cache[known] = links_of(self.resolver, path)
        except MigrateError as error:
            self.broken[path] = error

    @cached_property
    def extended(self) -> dict[str, list[Link]]:
        """Who names each extended file, by the file's path."""
        found: dict[str, list[Link]] = {}
        for links in self.links.values():
            for link in links:
                found.setdefault(link.target, []).append(link)
        return found

    @cached_property
    def guessed(self) -> dict[str, list[Link]]:
        """Who seems to name a file, of those that cannot be parsed: by a look at their text."""
        found: dict[str, list[Link]] = {}
        dialect, tree = self.resolver.dialect, self.resolver.tree
        _ = self.links  # reading them is what finds the broken ones
        for path in self.broken:
            text = tree.read(path).decode("utf-8", "replace")
            for word in composing_words(text, dialect.keys):
                link = Link(path, dialect.find(path, word, tree.exists), Place(path))
                found.setdefault(link.target, []).append(link)
        return found

    @property
    def dangling(self) -> list[Link]:
        """Links to files that do not exist, by source."""
        exists = self.resolver.tree.exists
        links = [
            link for target, found in self.extended.items() for link in found if not exists(target)
        ]
        return sorted(links, key=lambda link: (link.source, link.place.line))

    def reach(self, path: str) -> frozenset[str]:
        """Every file in a config's chain, itself included, broken ones too."""
        seen: set[str] = set()
        waiting = [path]
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(link.target for link in self.links.get(current, ()))
        return frozenset(seen)

    def dependents(self, paths: Iterable[str]) -> Iterator[str]:
        """The live configs whose chain goes through any of these files, those files included."""
        waiting = list(paths)
        seen: set[str] = set()
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(link.source for link in self.extended.get(current, ()))
        yield from sorted(path for path in seen if self.resolver.tree.exists(path))

    @cached_property
    def named_by_values(self) -> dict[str, Place]:
        """Every config that a value of a composing config (or of what it reaches) names."""
        found: dict[str, Place] = {}
        reached = {path for source in self.links for path in self.reach(source)}
        for path in sorted(reached):
            if path not in self.broken and self.resolver.tree.exists(path):
                self._named_in(self.resolver.document(path), found)
        return found

    def _named_in(self, document: Document, found: dict[str, Place]) -> None:
        layers = {id(node) for node in document.layer_nodes()}
        for node in document.nodes():
            if node.kind != SCALAR or not node.value.endswith(SUFFIXES) or id(node) in layers:
                continue
            for target in (node.value, join(document.path, node.value)):
                if target in self._known:
                    found.setdefault(target, document.place(node.start))

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.files)


def links_of(resolver: Resolver, path: str) -> list[Link]:
    """The `extends` items of one file. Raises InputError if it cannot be read."""
    document = resolver.document(path)
    return [
        Link(path, base.path, document.place(base.node.props)) for base in resolver.bases(document)
    ]
