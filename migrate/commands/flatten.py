"""`migrate flatten`: each config as one file, no plan needed."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from migrate.changes import Change, ChangeSet
from migrate.errors import Refused, raise_all
from migrate.flatten import Account, Onto, flatten
from migrate.resolve import Resolved
from migrate.workspace.config_names import locate
from migrate.workspace.view import View


@dataclass(frozen=True)
class FlattenResult:
    """One config as one file."""

    path: str
    content: bytes
    comments: Account


@dataclass(frozen=True)
class FlatFile:
    """The same, and the one change that writes it, if the file is not just so already."""

    flat: FlattenResult
    path: str
    change: Change


@dataclass(frozen=True)
class FlatFiles:
    """Several of them, and the changes of all."""

    files: tuple[FlatFile, ...]

    @property
    def changes(self) -> ChangeSet:
        """What writes them."""
        return ChangeSet.of([file.change for file in self.files])


def flatten_config(
    view: View, path: str, onto: Sequence[str] = (), target: str | None = None
) -> FlattenResult:
    """Write one config as a file on top of the named parents; with none, everything is inlined.

    `target` says where the file will stand, so that its links lead to the parents from there.
    """
    resolved = view.resolver.resolve(path)
    flat = flatten(view.resolver, resolved, _onto(view, target or path, onto))
    return FlattenResult(path, flat.content, flat.comments)


def flat_file(view: View, path: str, onto: Sequence[str], output: str) -> FlatFiles:
    """Write one config to a file of the tree, whatever stands there."""
    return FlatFiles((_file(view, path, onto, view.path(output)),))


def flat_files(view: View, paths: Sequence[str], onto: Sequence[str], folder: str) -> FlatFiles:
    """Write configs into a folder, laid out as they stand below the folder they have in common.

    Raises Refused where another file would be written over.
    """
    common = posixpath.commonpath([posixpath.dirname(path) for path in paths])
    inside = view.path(folder)
    files = []
    for path in paths:
        target = posixpath.join(inside, posixpath.relpath(path, common or "."))
        files.append(_file(view, path, onto, posixpath.normpath(target)))
    over = [file for file in files if file.change.before not in (None, file.change.after)]
    hint = "name a new folder, or move that file away"
    raise_all([Refused("is there already, and is another file", f.path, hint) for f in over])
    return FlatFiles(tuple(files))


def _file(view: View, path: str, onto: Sequence[str], target: str) -> FlatFile:
    flat = flatten_config(view, path, onto, target)
    before = view.tree.read(target) if view.tree.exists(target) else None
    return FlatFile(flat, target, Change(target, before, flat.content, f"flatten {path}"))


def _onto(view: View, place: str, onto: Sequence[str]) -> Onto:
    paths = [locate(view, parent) for parent in onto]
    parents: list[Resolved] = [view.resolver.resolve(path) for path in paths]
    return Onto(
        parents=tuple(parents),
        links=tuple(view.dialect.link(path, place) for path in paths),
        retained=frozenset(known for parent in parents for known in parent.paths),
        kept_bases=tuple(paths),
        place=place,
    )
