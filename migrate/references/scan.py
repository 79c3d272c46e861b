"""Find every reference in a tree; the edits are proposed, nothing is applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from migrate.errors import InputError
from migrate.references.files import scanned
from migrate.references.finder import Finder
from migrate.references.forge import in_links
from migrate.references.found import Found, Kind, Unedited, in_unread, refer, settle
from migrate.references.halves import in_halves
from migrate.references.kinds import KINDS, kind_of
from migrate.references.large import named_plainly
from migrate.references.names import Names
from migrate.references.reference import CERTAIN, NOTE, Reference
from migrate.references.renames import Ignore, Renames
from migrate.references.source import Source, in_utf_8
from migrate.references.tokens import has_suffix
from migrate.references.working_folder import in_folders
from migrate.trees.globs import matches
from migrate.trees.tree import Tree

PARALLEL_FROM = 2000
"""Below so many files a second process costs more than it saves."""


def scan(
    tree: Tree,
    renames: Renames | Iterable[str],
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    jobs: int = 1,
    among: Sequence[str] | None = None,
) -> list[Reference]:
    """Every reference to the old paths of `renames` (or to the given paths), by file and place.

    `include` and `exclude` are globs of files; `jobs` is the number of processes for a large tree;
    `among` narrows the scan to files that `naming` found before. Of configs that are excluded only
    what their values name for sure is told, and nothing in them is rewritten.
    """
    wanted = renames if isinstance(renames, Renames) else Renames.looking_for(renames)
    if not wanted.targets:
        return []
    files = list(tree.files()) if among is not None else scanned(tree, wanted)
    chosen = [path for path in among if tree.exists(path)] if among is not None else files
    chosen = _within(chosen, include, exclude, wanted)
    reader = _Reader(tree, wanted, frozenset(files))
    if jobs > 1 and len(chosen) >= PARALLEL_FROM:
        found = _parallel(reader, chosen, jobs)
    else:
        found = [reference for path in chosen for reference in reader.references(path)]
    told = _unedited(found, exclude)
    return sorted(told, key=lambda reference: (reference.path, reference.line, reference.column))


def naming(
    tree: Tree, renames: Renames, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> list[str]:
    """The files whose bytes may name any of these paths: a scan of one of them can be narrowed."""
    finder = Finder(renames)
    found = []
    for path in _within(scanned(tree, renames), include, exclude, renames):
        try:
            if finder.may_name(in_utf_8(tree.read(path))):
                found.append(path)
        except InputError:
            found.append(path)
    return found


def _within(
    files: Sequence[str], include: Sequence[str], exclude: Sequence[str], renames: Renames
) -> list[str]:
    """The files to look into; what is not migrated may need a file that goes all the same."""
    inside = "" if renames.config_root == "." else f"{renames.config_root}/"
    return [
        path
        for path in files
        if (not include or matches(path, include))
        and (not matches(path, exclude) or (path.startswith(inside) and has_suffix(path)))
    ]


def _unedited(found: Iterable[Reference], exclude: Sequence[str]) -> Iterator[Reference]:
    """The same; what an excluded config names stays as it is written."""
    for one in found:
        if not exclude or not matches(one.path, exclude):
            yield one
        elif one.certainty == CERTAIN and not one.prose:
            reason = one.reason if one.edit is None else "not rewritten: the plan excludes the file"
            yield one._replace(edit=None, reason=reason)


def _parallel(reader: _Reader, files: Sequence[str], jobs: int) -> list[Reference]:
    from concurrent.futures import ProcessPoolExecutor  # only large trees need it

    size = max(1, len(files) // (jobs * 8))
    chunks = [files[start : start + size] for start in range(0, len(files), size)]
    with ProcessPoolExecutor(jobs) as pool:
        return [reference for part in pool.map(reader.all_of, chunks) for reference in part]


@dataclass
class _Reader:
    """Reads files one by one; can be sent to another process."""

    tree: Tree
    renames: Renames
    files: frozenset[str]

    def __post_init__(self) -> None:
        self.finder = Finder(self.renames)
        self.names = Names(self.renames, self.tree, self.files)

    def all_of(self, paths: Sequence[str]) -> list[Reference]:
        """The references of several files."""
        return [reference for path in paths for reference in self.references(path)]

    def references(self, path: str) -> Iterator[Reference]:
        """The references of one file, each place once."""
        try:
            content = self.tree.read(path)
        except InputError as error:
            if _known(path):
                yield from self._plain(path, error.what)
            return
        if not self.finder.may_name(in_utf_8(content)):
            return
        kind = kind_of(path, content, self.renames.config_root, self.renames.composing)
        if kind is None or (_binary(content) and not _known(path)):
            return
        source = Source.of(path, content)
        self.names.begin()
        if source.unread:
            prose = kind is KINDS["markdown"]
            names = in_unread(source, self.names, source.unread, prose)
        else:
            prose = kind is KINDS["markdown"]
            halves = in_halves(source, self.names, prose)
            entered = in_folders(source, self.names, prose)
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
                ignored = isinstance(said, Ignore)
                yield Reference(
                    path, line, 1, (0, 0), kind.name, target, target, CERTAIN, None, prose,
                    f"ignored by the plan: {said.reason}" if isinstance(said, Ignore) else reason,
                    ignored,
                )  # fmt: skip
        except InputError:
            return  # the note says why

    def _once(self, kind: Kind, source: Source, found: Iterable[Found]) -> Iterator[Reference]:
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


def _editable(kind: Kind, source: Source, references: list[Reference]) -> list[Reference]:
    """The references of a file; without their edits where the kind's editor cannot make them."""
    edits = [(one.span, one.edit) for one in references if one.edit is not None]
    if kind.edit is None or not edits:
        return references
    try:
        kind.edit(source.text, edits)
    except Unedited as error:
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
