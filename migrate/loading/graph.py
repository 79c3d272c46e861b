"""Who extends whom in a tree: the configs, their chains, and the links between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from sys import intern
from typing import NamedTuple

from migrate.changes import Change
from migrate.dialect.recognise import composing_words
from migrate.errors import MigrateError
from migrate.layout import DEFAULT, Layout
from migrate.locations import SUFFIXES, Place, join
from migrate.resolve import Resolver
from migrate.trees.globs import matches
from migrate.yaml_text import SCALAR, Document


class Link(NamedTuple):
    """One `extends` item: who names whom, and where."""

    source: str
    target: str
    place: Place


@lru_cache(maxsize=65536)
def _out_of_sight(path: str, globs: tuple[str, ...]) -> bool:
    """Whether a file is no live config; asked for the same files once per step."""
    return matches(path, globs)


SettingText = dict[bytes, tuple[str, ...]]
"""What the composing keys of a text say, by its bytes: a frozen copy says the same."""


class Graph:
    """The live configs that compose files, and everything they reach.

    A file that cannot be parsed or resolved is kept in `broken` with what is wrong with it. One
    graph serves a whole rollout: `follow` takes in what a step changed.
    """

    def __init__(
        self,
        resolver: Resolver,
        exclude: Iterable[str] = (),
        said: SettingText | None = None,
        layout: Layout = DEFAULT,
    ) -> None:
        self.resolver = resolver
        self.said: SettingText = {} if said is None else said
        self.exclude = tuple(exclude)
        self.layout = layout
        self.broken: dict[str, MigrateError] = {}
        self.fragments: set[str] = set()
        """What is extended and has no YAML suffix; a chain goes through it all the same."""
        self._values: dict[str, frozenset[str]] = {}

    @cached_property
    def files(self) -> list[str]:
        """Every live YAML file, in path order."""
        return list(filter(self._is_live, self.resolver.tree.files()))

    def _is_live(self, path: str) -> bool:
        known = path.endswith(SUFFIXES) or path in self.fragments
        live = known and not self.layout.is_record(path)
        return live and not _out_of_sight(path, self.exclude)

    @cached_property
    def links(self) -> dict[str, tuple[str, ...]]:
        """What each composing config extends, by the config's path."""
        found: dict[str, tuple[str, ...]] = {}
        for path in self.files:
            self._take_in(path, found)
        return found

    def _take_in(self, path: str, links: dict[str, tuple[str, ...]]) -> None:
        """Note what a file extends, and what that extends if no suffix tells that it is YAML."""
        waiting = [path]
        while waiting:
            source = waiting.pop()
            targets = self._targets(source)
            if targets:
                links[source] = targets
            for target in targets:
                if not target.endswith(SUFFIXES) and target not in self.fragments:
                    self.fragments.add(target)
                    waiting += [target] if self.resolver.tree.exists(target) else []

    def composing(self) -> Iterator[str]:
        """The live files that may extend others, by a cheap look at their bytes."""
        for path in self.files:
            try:
                content = self.resolver.tree.read(path)
            except MigrateError:
                continue  # what cannot be read is told elsewhere
            if self._composing.search(content):
                yield path

    @cached_property
    def _composing(self) -> re.Pattern[bytes]:
        """A cheap look before parsing: such a key at the begin of a line, or within braces."""
        rejected = tuple(key for key, _ in self.resolver.dialect.rejected)
        words = "|".join(map(re.escape, self.resolver.dialect.keys + rejected))
        begin = rb"(?:^|[\r{,?]|\xef\xbb\xbf)\s*"
        return re.compile(rb"(?m)" + begin + rb"[\"']?(?:" + words.encode() + rb")[\"']?\s*:")

    def _targets(self, path: str) -> tuple[str, ...]:
        """What one file extends; nothing for a broken one."""
        resolver = self.resolver
        try:
            content = resolver.tree.read(path)
            if content not in self.said:
                if not self._composing.search(content):
                    return ()
                self.said[content] = said_by(resolver, resolver.document(path))
        except MigrateError as error:
            self.broken[path] = error
            return ()
        find, exists = resolver.dialect.find, resolver.tree.exists
        return tuple(intern(find(path, text, exists)) for text in self.said[content])

    def written(self, path: str) -> tuple[str, ...]:
        """What the composing keys of a config say, as its author wrote it."""
        return self.said.get(self.resolver.tree.read(path), ())

    @cached_property
    def extended(self) -> dict[str, dict[str, None]]:
        """Who extends each extended file, by the file's path, in path order at first."""
        found: dict[str, dict[str, None]] = {}
        for source, targets in self.links.items():
            for target in targets:
                found.setdefault(target, {})[source] = None
        return found

    def follow(self, changes: Iterable[Change]) -> None:
        """Take in changes that the tree has by now; costs what they touch, not what there is."""
        extended = self.extended
        for change in changes:
            for target in self.links.pop(change.path, ()):
                extended[target].pop(change.path, None)
            if self.broken.pop(change.path, None):
                self.__dict__.pop("guessed", None)
            if change.after is None or not self._is_live(change.path):
                continue
            self._take_in(change.path, self.links)
            for target in self.links.get(change.path, ()):
                extended.setdefault(target, {})[change.path] = None

    def links_to(self, path: str) -> list[Link]:
        """The `extends` items that name a file, by config, with their places."""
        sources = sorted(self.extended.get(path, ()))
        links = (link for source in sources for link in links_of(self.resolver, source))
        return [link for link in links if link.target == path]

    @cached_property
    def guessed(self) -> dict[str, list[Place]]:
        """Where a file seems to be named in configs that cannot be read: a text is enough.

        By file; one that only holds the root's own path counts as well as one that extends it.
        """
        found: dict[str, list[Place]] = {}
        dialect, tree = self.resolver.dialect, self.resolver.tree
        _ = self.links  # reading them is what finds the broken ones
        for path in self.broken:
            try:
                text = tree.read(path).decode("utf-8", "replace")
            except MigrateError:
                continue
            words = [*_words(text), *composing_words(text, dialect.keys)]
            for word in dict.fromkeys(words):
                place = Place(path, text[: text.find(word)].count("\n") + 1, 0)
                for target in {dialect.find(path, word, tree.exists), join(path, word), word}:
                    found.setdefault(target, []).append(place)
        return found

    def reach(self, path: str) -> frozenset[str]:
        """Every file in a config's chain, itself included, broken ones too."""
        seen: set[str] = set()
        waiting = [path]
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(self.links.get(current, ()))
        return frozenset(seen)

    def dependents(self, paths: Iterable[str]) -> Iterator[str]:
        """The live configs whose chain goes through any of these files, those files included.

        What the loader puts under others unasked, every live file may have under it.
        """
        waiting = list(paths)
        if any(map(self.resolver.dialect.is_implicit, waiting)):
            every = (*self.files, *self.fragments)
            waiting += [path for path in every if not path.startswith(".") and "/." not in path]
        seen: set[str] = set()
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(self.extended.get(current, ()))
        yield from sorted(path for path in seen if self.resolver.tree.exists(path))

    def named_by_values(self, sources: Iterable[str]) -> dict[str, str]:
        """Every config that a value of these composing configs, or of what they reach, names.

        By its path; each with one of those that name it.
        """
        reached = sorted({path for source in sources for path in self.reach(source)})
        named: dict[str, str] = {}
        for path in reached:
            if path not in self.broken and self.resolver.tree.exists(path):
                for target in self._values_of(path):
                    named.setdefault(target, path)
        return named

    def _values_of(self, path: str) -> frozenset[str]:
        if path not in self._values:
            try:
                self.note_values(self.resolver.document(path))
            except MigrateError:
                return frozenset()  # what cannot be read is told elsewhere
        return self._values[path]

    def note_values(self, document: Document) -> None:
        """Note which configs the values of a document name; later it need not be parsed again."""
        if document.path not in self._values:
            self._values[document.path] = frozenset(self._named_in(document))

    def _named_in(self, document: Document) -> Iterator[str]:
        layers = {id(node) for node in document.layer_nodes()}
        for node in document.nodes():
            if node.kind != SCALAR or not node.value.endswith(SUFFIXES) or id(node) in layers:
                continue
            for target in (node.value, join(document.path, node.value)):
                if target in self._known:
                    yield target

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.files)


_WORD = re.compile(r"[^\s\"'`,;:|<>(){}\[\]#]+\.ya?ml(?![\w.])")


def _words(text: str) -> list[str]:
    """What looks like the path of a YAML file in a text that nobody can parse."""
    return _WORD.findall(text)


def links_of(resolver: Resolver, path: str) -> list[Link]:
    """The `extends` items of one file. Raises InputError if it cannot be read."""
    document = resolver.document(path)
    return [
        Link(path, base.path, document.place(base.node.props)) for base in resolver.bases(document)
    ]


def said_by(resolver: Resolver, document: Document) -> tuple[str, ...]:
    """The `extends` items of a document as they are written. Raises InputError."""
    return tuple(intern(document.value(base.node)) for base in resolver.bases(document))
