"""`migrate flatten`: each config as one file, no plan needed."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from migrate.changes import Change, ChangeSet
from migrate.errors import Refused, raise_all
from migrate.flatten import Account, Onto, Origins, RestatedKey, flatten, parsed, with_comments
from migrate.resolve import Resolved
from migrate.workspace.config_names import locate
from migrate.workspace.view import View


class FlattenOptions(NamedTuple):
    """How a file is wanted: `origins` tells where each line came from, and writes it behind the
    lines of a file; `minimal` leaves to the parents what they say alike."""

    origins: bool = False
    minimal: bool = False


AS_IT_IS = FlattenOptions()


@dataclass(frozen=True)
class FlattenResult:
    """One config as one file."""

    path: str
    content: bytes
    comments: Account
    origins: Origins = ()
    """Where each line came from, if that was asked for."""
    follows: tuple[RestatedKey, ...] = ()
    """What was left to the parents, which say the same, if the least was wanted."""


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
    view: View,
    path: str,
    onto: Sequence[str] = (),
    target: str | None = None,
    wanted: FlattenOptions = AS_IT_IS,
) -> FlattenResult:
    """Write one config as a file on top of the named parents; with none, everything is inlined.

    `target` says where the file will stand, so that its links lead to the parents from there.
    """
    resolved = view.resolver.resolve(path)
    onto_ = _onto(view, target or path, onto)
    flat = flatten(
        view.resolver, resolved, onto_, with_origins=wanted.origins, minimal=wanted.minimal
    )
    follows = flat.follows if wanted.minimal else ()
    return FlattenResult(path, flat.content, flat.comments, flat.origins, follows)


def text_of(view: View, flat: FlattenResult) -> str:
    """The file's text, lines ended by line feeds, without a byte order mark."""
    return parsed(view.resolver, flat.path, flat.content).text


def with_origin_comments(view: View, flat: FlattenResult) -> FlattenResult:
    """The same file with its origins in comments.

    Raises Refused where the result does not load to the same values.
    """
    document = parsed(view.resolver, flat.path, flat.content)
    return replace(flat, content=with_comments(document, flat.origins))


def flat_file(
    view: View, path: str, onto: Sequence[str], output: str, wanted: FlattenOptions = AS_IT_IS
) -> FlatFiles:
    """Write one config to a file of the tree, whatever stands there."""
    return FlatFiles((_file(view, path, onto, view.path(output), wanted),))


def flat_files(
    view: View,
    paths: Sequence[str],
    onto: Sequence[str],
    folder: str,
    wanted: FlattenOptions = AS_IT_IS,
) -> FlatFiles:
    """Write configs into a folder, laid out as they stand below the folder they have in common.

    Raises Refused where another file would be written over.
    """
    common = posixpath.commonpath([posixpath.dirname(path) for path in paths])
    inside = view.path(folder)
    files = []
    for path in paths:
        target = posixpath.join(inside, posixpath.relpath(path, common or "."))
        files.append(_file(view, path, onto, posixpath.normpath(target), wanted))
    over = [file for file in files if file.change.before not in (None, file.change.after)]
    hint = "name a new folder, or move that file away"
    raise_all([Refused("is there already, and is another file", f.path, hint) for f in over])
    return FlatFiles(tuple(files))


def _file(
    view: View, path: str, onto: Sequence[str], target: str, wanted: FlattenOptions
) -> FlatFile:
    flat = flatten_config(view, path, onto, target, wanted)
    if wanted.origins:
        flat = with_origin_comments(view, flat)
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
