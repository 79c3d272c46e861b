"""`migrate flatten`: one config as one file, no plan needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.changes import Change, ChangeSet
from migrate.flatten import Account, Onto, flatten
from migrate.resolve import Resolved
from migrate.workspace.config_names import locate
from migrate.workspace.view import View


@dataclass(frozen=True)
class Flattened:
    """One config as one file."""

    path: str
    content: bytes
    comments: Account


@dataclass(frozen=True)
class FlatFile:
    """The same, and the one change that writes it to `path`."""

    flat: Flattened
    path: str
    changes: ChangeSet


def flatten_config(
    view: View, config: str, onto: Sequence[str] = (), output: str | None = None
) -> Flattened:
    """Write one config as a file on top of the named parents; with none, everything is inlined.

    `output` says where the file will stand, so that its links lead to the parents from there.
    """
    path = locate(view, config)
    resolved = view.resolver.resolve(path)
    place = view.path(output) if output is not None else path
    flat = flatten(view.resolver, resolved, _onto(view, place, onto))
    return Flattened(path, flat.content, flat.comments)


def flat_file(view: View, config: str, onto: Sequence[str], output: str) -> FlatFile:
    """Write one config to a file of the tree; the options are those of `flatten_config`."""
    flat = flatten_config(view, config, onto, output)
    path = view.path(output)
    before = view.tree.read(path) if view.tree.exists(path) else None
    change = Change(path, before, flat.content, f"flatten {flat.path}")
    return FlatFile(flat, path, ChangeSet.of([change]))


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
