"""Resolves the configs of a tree: every file is read once, each base with its own bases first."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from migrate.dialect import EXTENDS, Dialect
from migrate.errors import BrokenChain, InputError, MigrateError, MissingFile, Refused, near_names
from migrate.limits import BASES
from migrate.locations import LEGACY, SUFFIXES, outside
from migrate.resolve.branch import EMPTY, Branch, merge, read_branch, shown
from migrate.resolve.combine import Below, Combiner, Part
from migrate.resolve.not_found import oddity
from migrate.trees.tree import Tree
from migrate.yaml_text import (
    LOADERS,
    MAPPING,
    SCALAR,
    SEQUENCE,
    Document,
    Entry,
    Node,
    chain_too_large,
    decode,
    values_at_most,
)


class Base(NamedTuple):
    """One file that a config extends, as its author wrote it."""

    path: str
    node: Node


class Resolved:
    """A config with all it extends. `chain` is every file once, by precedence, itself last.

    Shared between callers and never changed; `depth` is how many files extend one another in a
    row, `part` what a dialect of more rules goes by, `below` the files that it is laid over, as
    they are resolved: those that it extends, or what the loader puts there.
    """

    def __init__(
        self,
        document: Document,
        branch: Branch,
        chain: tuple[Document, ...],
        bases: tuple[Base, ...],
        depth: int,
        part: Part | None = None,
        dialect: Dialect = EXTENDS,
        below: tuple[Resolved, ...] = (),
    ) -> None:
        self.document = document
        self.below = below
        self.branch = branch
        self.chain = chain
        self.bases = bases
        self.depth = depth
        self.part = part
        self.dialect = dialect

    @property
    def path(self) -> str:
        """The config's own file."""
        return self.document.path

    def saying(self, branch: Branch, chain: tuple[Document, ...] | None = None) -> Resolved:
        """The same config, had it come to other values, by other files."""
        chain = chain or self.chain
        part, dialect = self.part, self.dialect
        return Resolved(
            self.document, branch, chain, self.bases, self.depth, part, dialect, self.below
        )

    @property
    def python(self) -> dict[Any, Any]:
        """The resolved config: what the trainer sees."""
        return self.branch.python

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The paths of the chain."""
        return tuple(document.path for document in self.chain)


Store = dict[tuple[str, bytes], Document]
"""Parsed files by path and content: resolvers of trees that differ a little can share one."""


KEPT = 256
"""So many configs that nothing extends are kept; an older one is parsed anew if it is asked for."""


NEAR = 8
"""For so many missing files the nearest names are looked for; the letter of another has none."""


class Resolver:
    """Resolves configs of one tree. What others extend is read and parsed once.

    Memory grows with the shared files, hardly with the configs.
    """

    def __init__(self, tree: Tree, dialect: Dialect = EXTENDS, store: Store | None = None) -> None:
        self.tree = tree
        self.dialect = dialect
        self._store = {} if store is None else store
        self._documents: dict[str, Document] = {}
        self._resolved: dict[str, Resolved] = {}
        self._open: list[str] = []
        self._weighed: set[str] = set()
        self._weight = 0
        self._too_heavy: dict[str, str] = {}
        """Configs whose chains hold too many values, with the file that was one too many."""
        self._extended: set[str] = set()
        self._last: dict[str, None] = {}
        self._bases: dict[str, tuple[Base, ...]] = {}
        self._nearest: dict[str, list[str]] = {}
        self._loader = LOADERS[dialect.loader]
        self._combiner = None if dialect.plain else Combiner(dialect)

    def document(self, path: str) -> Document:
        """Parse one file. Raises InputError."""
        if path not in self._documents:
            content = self.tree.read(path)
            document = self._store.get((path, content))
            if document is None:
                self._admit(path, content)
                document = Document(
                    path, content, self.dialect.keys, self._loader, self.tree.limits
                )
                self._store[path, content] = document
            self._check(document)
            self._documents[path] = document
            self._keep(path)
        return self._documents[path]

    def _keep(self, path: str) -> None:
        """Forget the config that was parsed longest ago, if nothing extends it."""
        self._last[path] = None
        if len(self._last) > KEPT:
            oldest = next(iter(self._last))
            del self._last[oldest]
            if oldest not in self._extended:
                self.forget(oldest)

    def _check(self, document: Document) -> None:
        """Refuse what is no part of the dialect."""
        for key, hint in self.dialect.rejected:
            entry = document.layer(key)
            if entry is not None:
                what = f"uses `{key}:`, which this dialect does not read"
                raise BrokenChain(what, document.place(entry.start), hint)
        for pattern, hint in self.dialect.refuses:
            if found := re.search(pattern, document.text):
                name = self.dialect.name
                what = f"holds `{found[0]}`, which {name} rewrites before it reads the file"
                raise Refused(what, document.place(found.start()), hint)
        if self._loader.unique:
            _check_unique(document, self._loader.texts_only)
        if self.dialect.nested:
            _check_nested(document, self.dialect)

    def resolve(self, path: str) -> Resolved:
        """Resolve one config, each base with its own bases first.

        Raises InputError for a missing file, a cycle, or anything that is not a config.
        """
        if path in self._resolved:
            return self._resolved[path]
        if self._open:
            return self._resolve(path)
        self._weighed, self._weight = set(), 0
        try:
            return self._resolve(path)
        except MigrateError as error:
            # Who keeps the letter must not keep what was parsed, by way of the frames.
            error.__traceback__ = None
            if self._weight > self.tree.limits.chain_nodes:
                gc.collect()  # nodes hold one another, and the collector runs seldom
            raise error from None

    def _resolve(self, path: str) -> Resolved:
        document = self.document(path)
        self._weigh(path, [document])
        if path not in self._bases:
            self._bases[path] = tuple(self.bases(document))
        bases = self._bases[path]
        if bases and self.dialect.is_implicit(path):
            what = f"extends {bases[0].path}, and the loader puts it under others"
            place = document.place(bases[0].node.props)
            raise Refused(what, place, "write out there what it extends")
        self._open.append(path)
        try:
            below = [self._base(document, base) for base in bases]
            if self.dialect.nested:
                _check_levels(document, bases, below, self.dialect)
            if self.dialect.revisit == "error":
                _check_apart(document, bases, below, self.dialect)
            below = below or self._implicit(path)
        finally:
            self._open.pop()
        branch, part = self._merged(document, below)
        depth = 1 + max((base.depth for base in below), default=0)
        files = self.dialect.each_once([base.paths for base in below])
        documents = {one.path: one for base in below for one in base.chain}
        chain = (*(documents[file] for file in files), document)
        resolved = Resolved(document, branch, chain, bases, depth, part, self.dialect, tuple(below))
        self._resolved[path] = resolved
        return resolved

    def _implicit(self, path: str) -> list[Resolved]:
        """What the loader puts under a file that names no base. Raises InputError."""
        below = self.dialect.implicit(path)
        if below is None:
            return []
        if not self.tree.exists(below):
            what = f"dialect {self.dialect.name} puts {below} under it, which does not exist"
            raise MissingFile(what, path, "correct `implicit_base:`, or choose another root")
        self._extended.add(below)
        resolved = self.resolve(below)
        self._weigh(path, resolved.chain)
        return [resolved]

    def below(self, parents: Sequence[Resolved], path: str) -> Below | None:
        """What the file `path` is laid over if it extends these; None for nothing at all.

        Raises InputError and Refused as `resolve`.
        """
        under = list(parents) or self._implicit(path)
        if not under:
            return None
        if self._combiner is not None:
            return self._combiner.below([one.part for one in under if one.part is not None])
        branch = EMPTY
        for one in under:
            branch = merge(branch, one.branch)
        return Below(branch, (branch,))

    def each(self, paths: Iterable[str]) -> Iterator[Resolved]:
        """Resolve many configs one after another. Of each only what others extend is kept.

        Memory then grows with the shared files, not with the configs. Raises as `resolve`.
        """
        for path in paths:
            extended = path in self._resolved
            resolved = self.resolve(path)
            if not extended:
                self.forget(path)
            yield resolved

    def forget(self, path: str) -> None:
        """Keep nothing of a config: it changed, or nobody asks for it again."""
        self._too_heavy.clear()
        self._drop(path)

    def _drop(self, path: str) -> None:
        self._last.pop(path, None)
        document = self._documents.pop(path, None)
        if document is not None:
            self._store.pop((path, document.source), None)
        self._resolved.pop(path, None)
        self._bases.pop(path, None)

    def _merged(self, document: Document, bases: list[Resolved]) -> tuple[Branch, Part | None]:
        """A file on its resolved bases; for a dialect of more rules, with what it is made of."""
        own = read_branch(document, document.entries, document.root)
        if self._combiner is None:
            branch = EMPTY
            for base in bases:
                branch = merge(branch, base.branch)
            return merge(branch, own), None
        composes = any(document.layer(key) is not None for key in self.dialect.keys)
        below = tuple(base.part for base in bases if base.part is not None)
        implicit = self.dialect.is_implicit(document.path)
        part = self._combiner.part(document.path, own, composes, below, implicit)
        return self._combiner.final(part.whole), part

    def _weigh(self, path: str, documents: Iterable[Document]) -> None:
        """Count the values of files that are new in this chain. Raises Refused for too many."""
        for document in documents:
            if document.path not in self._weighed:
                self._weighed.add(document.path)
                self._weight += document.root.size if document.root is not None else 1
                if self._weight > self.tree.limits.chain_nodes:
                    raise self._too_large(path, document.path)

    def _admit(self, path: str, content: bytes) -> None:
        """Refuse a file that would be too much for the chain before it is parsed."""
        limits = self.tree.limits
        if not self._open or 3 * len(content) < limits.chain_nodes - self._weight:
            return
        text = decode(path, content)
        if self._weight + values_at_most(text, path, limits, exactly=True) > limits.chain_nodes:
            raise self._too_large(path, path)

    def _too_large(self, path: str, last: str) -> Refused:
        for known in self._weighed:  # the next chain may be as large
            self._drop(known)
        self._weight = self.tree.limits.chain_nodes + 1
        whole = self._open[0] if self._open else path
        self._too_heavy[whole] = last
        return chain_too_large(whole, last, self.tree.limits)

    def _base(self, document: Document, base: Base) -> Resolved:
        self._extended.add(base.path)
        if base.path in self._too_heavy:  # whoever extends it is so as well
            raise self._too_large(document.path, self._too_heavy[base.path])
        if base.path in self._resolved:
            self._weigh(document.path, self._resolved[base.path].chain)
            return self._resolved[base.path]
        if base.path in self._open:
            place = document.place(base.node.props)
            cycle = [*self._open[self._open.index(base.path) :], base.path]
            raise BrokenChain("extends itself", place, " -> ".join(cycle) + "; remove one of these")
        if len(self._open) >= self.tree.limits.chain:
            limit, place = self.tree.limits.chain, document.place(base.node.props)
            hint = f"{limit} files in a row are the limit; extend fewer levels, or --max-chain"
            raise BrokenChain("extends too many files in a row", place, hint)
        if outside(base.path):
            place = document.place(base.node.props)
            hint = "extend a file below the root, or name a wider --root"
            what = f"extends {base.path}, which is outside the root"
            raise self._odd(document, base) or BrokenChain(what, place, hint)
        try:
            return self.resolve(base.path)
        except InputError as error:
            if error.place is None or error.place.path != base.path or error.place.line:
                raise
            odd = self._odd(document, base)
            if odd is not None:
                raise odd from None
            if not isinstance(error, MissingFile):
                raise
            place = document.place(base.node.props)
            what = f"extends {base.path}, which does not exist"
            raise MissingFile(what, place, self._near(base.path, document.path)) from None

    def _odd(self, document: Document, base: Base) -> InputError | None:
        """The letter about a base whose name is more than a misspelt path."""
        text, place = str(document.value(base.node)), document.place(base.node.props)
        odd = oddity(self.tree, self.dialect, document.path, text)
        if odd is None:
            return None
        if odd.what:
            return MissingFile(f"extends {text}, {odd.what}", place, odd.hint)
        return MissingFile(f"extends {base.path}, which does not exist", place, odd.hint)

    def _near(self, path: str, source: str) -> str:
        # Looking for near names takes a second in a large tree: not for each of many.
        if path not in self._nearest and len(self._nearest) < NEAR:
            known = [known for known in self.tree.files() if known.endswith(SUFFIXES)]
            # Only a frozen file builds on frozen files: the legacy tree goes in the end.
            frozen = path.startswith(f"{LEGACY}/")
            alike = [one for one in known if one.startswith(f"{LEGACY}/") is frozen]
            self._nearest[path] = near_names(path, alike)
        names = [self.dialect.link(one, source) for one in self._nearest.get(path, ())]
        general = "correct the path; it is relative to the file that names it"
        return f"did you mean {' or '.join(names)}?" if names else general

    def bases(self, document: Document) -> Iterator[Base]:
        """The files that a document extends, in list order. Raises InputError."""
        for key in self.dialect.keys:
            entry = document.layer(key)
            if entry is not None:
                items = _items(document, entry, key, self.dialect.form)
                if len(items) > BASES:
                    what = f"`{key}` names {len(items):,} files; the limit is {BASES:,}"
                    raise Refused(what, document.place(entry.start), "extend fewer files")
                for node in items:
                    yield Base(self._base_path(document, node, key), node)

    def _base_path(self, document: Document, node: Node, key: str) -> str:
        value = document.value(node)
        if not isinstance(value, str) or not value or "\0" in value:
            what = f"`{key}` holds {shown(value)}, not a path"
            raise InputError(what, document.place(node.props), "write a path, or a list of paths")
        if self.dialect.home and value.startswith("~"):
            hint = "extend a file below the root, or name a wider --root"
            what = f"extends {value}, which is outside the root"
            raise BrokenChain(what, document.place(node.props), hint)
        return self.dialect.find(document.path, value, self.tree.exists)


def _items(document: Document, entry: Entry, key: str, form: str) -> list[Node]:
    node = entry.value.resolved()
    place = document.place(entry.start)
    if form == "path" and node.kind == SEQUENCE:
        raise InputError(f"`{key}` is a list", place, "write one path; this dialect reads no list")
    if node.kind == SEQUENCE:
        return node.items
    if node.kind == SCALAR and document.value(node) is None:
        return []
    if node.kind == MAPPING:
        raise InputError(f"`{key}` is a mapping", place, "write a path, or a list of paths")
    if form == "list":
        raise InputError(
            f"`{key}` is not a list", place, "write a list; this dialect reads no path"
        )
    return [entry.value]


def _check_unique(document: Document, texts_only: bool) -> None:
    """Refuse a key that one mapping has twice, as the loader does."""
    for lost, won in document.duplicates:
        if not texts_only or isinstance(document.values.key(won.key), str):
            what = f"the key {won.key.value!r} is given twice"
            hint = f"the first one is in line {document.line(lost.start)}; keep one of them"
            raise InputError(what, document.place(won.start), hint)


def _check_nested(document: Document, dialect: Dialect) -> None:
    """Refuse a composing key below the top level, where the loader would follow it."""
    own = {id(entry) for entry in document.root.entries} if document.root is not None else set()
    for node in document.nodes():
        for entry in node.entries if node.kind == MAPPING else ():
            if (
                entry.key.kind == SCALAR
                and entry.key.value in dialect.keys
                and id(entry) not in own
            ):
                what = f"`{entry.key.value}` below the top level is not supported"
                hint = f"{dialect.name} puts the base below this key; write that mapping out"
                raise Refused(what, document.place(entry.start), hint)


def _check_levels(
    document: Document, bases: Iterable[Base], resolved: Iterable[Resolved], dialect: Dialect
) -> None:
    """Refuse a base that has a base: a loader that follows the key anywhere reads one level."""
    for base, found in zip(bases, resolved, strict=True):
        if found.bases:
            what = f"extends {base.path}, which extends another file"
            hint = f"{dialect.name} reads one level and takes that key of the base for data"
            raise Refused(what, document.place(base.node.props), hint)


def _check_apart(
    document: Document, bases: Iterable[Base], resolved: Iterable[Resolved], dialect: Dialect
) -> None:
    """Refuse a file that is reached twice, as the loader does."""
    seen: set[str] = set()
    for base, one in zip(bases, resolved, strict=True):
        twice = sorted(seen.intersection(one.paths))
        if twice:
            what = f"reaches {twice[0]} twice, by {base.path} the second time"
            hint = f"the loader of {dialect.name} fails there; extend it in one place"
            raise InputError(what, document.place(base.node.props), hint)
        seen.update(one.paths)
