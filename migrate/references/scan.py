"""Find every reference in a tree; the edits are proposed, nothing is applied."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from migrate.errors import InputError
from migrate.references.files import scanned
from migrate.references.finder import Finder
from migrate.references.forge import in_links
from migrate.references.found import EditFailure, Kind, NameMatch, in_unread, refer, settle
from migrate.references.halves import in_halves
from migrate.references.kinds import KINDS, kind_of
from migrate.references.large import named_plainly
from migrate.references.names import Names
from migrate.references.reference import CERTAIN, NOTE, Reference
from migrate.references.remembered import (
    ScanRecord,
    ScanStore,
    key_of,
    names_question_of,
    question_of,
)
from migrate.references.renames import IgnoredReference, Renames
from migrate.references.source import SourceText, in_utf_8
from migrate.references.tokens import has_suffix
from migrate.references.working_folder import in_folders
from migrate.trees.globs import matcher, matches
from migrate.trees.recording import digest_of
from migrate.trees.tree import Tree, read_once
from migrate.workers import HERE, PORTIONS, Workers, each_chunk

PARALLEL_FROM = 2000
"""Below so many files a second process costs more than it saves."""

SUSPECTS = 50
"""The same of files whose bytes may name a target: these are read as what they are."""

REMEMBERED_FROM = 500
"""Below so many files what was found is found again sooner than it is looked up."""


def scan(
    tree: Tree,
    renames: Renames | Iterable[str],
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    workers: Workers = HERE,
    among: Sequence[str] | None = None,
    store: ScanStore | None = None,
) -> list[Reference]:
    """Every reference to the old paths of `renames` (or to the given paths), by file and place.

    `include` and `exclude` are globs of files; `workers` share the work in a large tree; `among`
    narrows the scan to files that `naming` found before; `store` has what was found in the same
    bytes before. Of configs that are excluded only what their values name for sure is told, and
    nothing in them is rewritten.
    """
    wanted = renames if isinstance(renames, Renames) else Renames.looking_for(renames)
    if not wanted.targets:
        return []
    files = list(tree.files()) if among is not None else scanned(tree, wanted)
    chosen = [path for path in among if tree.exists(path)] if among is not None else files
    chosen = _within(chosen, include, exclude, wanted)
    record = _record(store, files, wanted)
    reader = _Reader(tree, wanted, frozenset(files), record is not None)
    if record is not None:
        record.ask_names(names_question_of(wanted, files))
    if workers.pool is not None and len(chosen) >= (PARALLEL_FROM if among is None else SUSPECTS):
        answers = _shared(reader, chosen, workers, record)
    else:
        answers = reader.all_of(chosen, record)
    if store is not None and record is not None:
        for answer in answers:
            record.note(*answer)
        store.save(record)
    found = [one for answer in answers for one in answer.references or ()]
    told = _unedited(found, exclude)
    return sorted(told, key=lambda reference: (reference.path, reference.line, reference.column))


def naming(
    tree: Tree,
    renames: Renames,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    store: ScanStore | None = None,
    workers: Workers = HERE,
) -> list[str]:
    """The files whose bytes may name any of these paths: a scan of one of them can be narrowed."""
    files = scanned(tree, renames)
    record = _record(store, files, renames)
    search = _Search(tree, Finder(renames), record is not None)
    chosen = _within(files, include, exclude, renames)
    fresh = record is None or record.empty
    if workers.pool is not None and fresh and len(chosen) >= PARALLEL_FROM:
        configs = list(filter(has_suffix, chosen))  # read here, they stay at hand
        others = [path for path in chosen if not has_suffix(path)]
        answers = search.all_of(configs)
        answers += each_chunk(search.all_of, others, PORTIONS * workers.number, workers.pool)
    else:
        answers = search.all_of(chosen, frozenset() if record is None else record.nothing)
    if store is not None and record is not None:
        for one in answers:
            if not one.named and one.key:
                record.note(one.key, None)
        store.save(record)
    found = {one.path for one in answers if one.named}
    return [path for path in chosen if path in found]


class _Searched(NamedTuple):
    """Whether the bytes of a file may name a target; `key` is what a record keeps it under."""

    path: str
    key: str
    named: bool


@dataclass
class _Search:
    """Searches the bytes of files, one by one; can be sent to another process."""

    tree: Tree
    finder: Finder
    remembers: bool

    def all_of(
        self, paths: Sequence[str], nothing: Collection[str] = frozenset()
    ) -> list[_Searched]:
        """What is new of these files; the keys of `nothing` are known to name nothing."""
        found = (self._one(path, nothing) for path in paths)
        return [one for one in found if one is not None]

    def _one(self, path: str, nothing: Collection[str]) -> _Searched | None:
        try:
            content = _looked_at(self.tree, path)
        except InputError:
            return _Searched(path, "", named=True)
        key = _key(self.tree, path, content) if self.remembers else ""
        if key in nothing:
            return None
        named = self.finder.may_name(in_utf_8(content), path)
        return _Searched(path, key, named) if named or key else None


def _looked_at(tree: Tree, path: str) -> bytes:
    """The bytes of a file; a config stays at hand for those who load it."""
    return tree.read(path) if has_suffix(path) else read_once(tree, path)


def _key(tree: Tree, path: str, content: bytes) -> str:
    """What a record keeps a file's answers under."""
    return key_of(path, digest_of(tree, path, content))


def _record(store: ScanStore | None, files: Sequence[str], renames: Renames) -> ScanRecord | None:
    """What was found before in the files of a tree that is large enough for that."""
    if store is None or len(files) < REMEMBERED_FROM:
        return None
    record = store.load()
    if record is not None:
        record.ask(question_of(renames))
    return record


def _within(
    files: Sequence[str], include: Sequence[str], exclude: Sequence[str], renames: Renames
) -> list[str]:
    """The files to look into; what is not migrated may need a file that goes all the same."""
    inside = "" if renames.config_root == "." else f"{renames.config_root}/"
    wanted, unwanted = matcher(include), matcher(exclude)
    return [
        path
        for path in files
        if (not include or wanted(path))
        and (not unwanted(path) or (path.startswith(inside) and has_suffix(path)))
    ]


def _unedited(found: Iterable[Reference], exclude: Sequence[str]) -> Iterator[Reference]:
    """The same; what an excluded config names stays as it is written."""
    for one in found:
        if not exclude or not matches(one.path, exclude):
            yield one
        elif one.certainty == CERTAIN and not one.prose:
            reason = one.reason if one.edit is None else "not rewritten: the plan excludes the file"
            yield one._replace(edit=None, reason=reason)


class _Answer(NamedTuple):
    """What a file names; None where its bytes name nothing.

    `key` is what a record keeps it under; empty where none does, the file cannot be read whole, or
    the answer depends on more than the tree.
    """

    key: str
    references: tuple[Reference, ...] | None


def _of_record(record: ScanRecord, key: str) -> _Answer | None:
    """What is known already need not be noted again: it comes without its key."""
    references = record.recall(key)
    return None if references is None else _Answer("", references)


def _shared(
    reader: _Reader, files: Sequence[str], workers: Workers, record: ScanRecord | None
) -> list[_Answer]:
    """The answers of many files; those that a record has stay with this process."""
    known: list[_Answer] = []
    if record is not None and not record.empty:
        recalled = {path: reader.recalled(path, record) for path in files}
        known = [answer for answer in recalled.values() if answer is not None]
        files = [path for path, answer in recalled.items() if answer is None]
    return [*known, *each_chunk(reader.all_of, files, PORTIONS * workers.number, workers.pool)]


@dataclass
class _Reader:
    """Reads files one by one; can be sent to another process."""

    tree: Tree
    renames: Renames
    files: frozenset[str]
    remembers: bool = False
    """Whether a record keeps the answers."""

    def __post_init__(self) -> None:
        self.finder = Finder(self.renames)
        self.names = Names(self.renames, self.tree, self.files)

    def all_of(self, paths: Sequence[str], record: ScanRecord | None = None) -> list[_Answer]:
        """The answers of several files, but for those that say nothing to anybody."""
        found = (self._answer(path, record) for path in paths)
        return [one for one in found if one.key or one.references]

    def recalled(self, path: str, record: ScanRecord) -> _Answer | None:
        """What a record has of a file as it is now."""
        try:
            return _of_record(record, _key(self.tree, path, _looked_at(self.tree, path)))
        except InputError:
            return None

    def _answer(self, path: str, record: ScanRecord | None) -> _Answer:
        """The references of one file, each place once."""
        try:
            content = _looked_at(self.tree, path)
        except InputError as error:
            return _Answer("", tuple(self._plain(path, error.what) if _known(path) else ()))
        key = _key(self.tree, path, content) if self.remembers else ""
        known = _of_record(record, key) if record is not None else None
        if known is not None:
            return known
        if not self.finder.may_name(in_utf_8(content), path):
            return _Answer(key, None)
        found = tuple(self._references(path, content))
        return _Answer("" if self.names.looked_outside else key, found)

    def _references(self, path: str, content: bytes) -> Iterator[Reference]:
        kind = kind_of(path, content, self.renames.config_root, self.renames.composing)
        if kind is None or (_binary(content) and not _known(path)):
            return
        source = SourceText.of(path, content)
        self.names.begin()
        if source.unread:
            prose = kind is KINDS["markdown"]
            names = in_unread(source, self.names, source.unread, prose)
        else:
            prose = kind is KINDS["markdown"]
            halves = in_halves(source, self.names, prose)
            entered = in_folders(source, self.names, prose, kind is KINDS["shell"])
            links = in_links(source, self.names, prose)
            names = chain(kind.find(source, self.names), halves, entered, links)
        found = settle(list(names), self.renames)
        yield from _editable(kind, source, list(self._once(kind, source, found)))
        if self.names.overrun:
            yield _note(path, "not scanned to the end: it holds too many patterns")

    def _plain(self, path: str, why: str) -> Iterator[Reference]:
        """What a file names that is not read as its kind, and a note of that."""
        kind = kind_of(path, b"", self.renames.config_root, self.renames.composing)
        if kind is None:
            return
        yield _note(path, f"not scanned: {why}")
        prose = kind is KINDS["markdown"]
        reason = f"not rewritten: the file {why}"
        try:
            for target, line in named_plainly(self.tree, path, self.renames.targets):
                said = self.renames.moves[target]
                ignored = isinstance(said, IgnoredReference)
                if isinstance(said, IgnoredReference):
                    why_left = f"ignored by the plan: {said.reason}"
                else:
                    why_left = reason
                yield Reference(
                    path, line, 1, (0, 0), kind.name, target, target, CERTAIN, None, prose,
                    why_left, ignored,
                )  # fmt: skip
        except InputError:
            return  # the note says why

    def _once(
        self, kind: Kind, source: SourceText, found: Iterable[NameMatch]
    ) -> Iterator[Reference]:
        """A reference for each place."""
        seen: set[tuple[int, int]] = set()
        for one in found:
            reference = refer(kind.name, source, one, self.renames)
            if (
                reference
                and (reference.line, reference.column) not in seen
                and reference.target != source.path
            ):
                seen.add((reference.line, reference.column))
                yield reference


def _editable(kind: Kind, source: SourceText, references: list[Reference]) -> list[Reference]:
    """The references of a file; without their edits where the kind's editor cannot make them."""
    edits = [(one.span, one.edit) for one in references if one.edit is not None]
    if kind.edit is None or not edits:
        return references
    try:
        kind.edit(source.text, edits)
    except EditFailure as error:
        reason = f"not rewritten: the editor does not take the file ({error})"
        return [
            one if one.edit is None else one._replace(edit=None, reason=reason)
            for one in references
        ]
    return references


def _note(path: str, reason: str) -> Reference:
    """What is told of a whole file."""
    return Reference(path, 0, 0, (0, 0), "file", "", "", NOTE, reason=reason)


def _known(path: str) -> bool:
    return any(kind.claims(path) for kind in KINDS.values())


def _binary(content: bytes) -> bool:
    return b"\0" in content and in_utf_8(content) is content
