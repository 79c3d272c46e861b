"""`migrate inspect` and `migrate flatten`: look at any config, no plan needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from migrate.commands.workspace import Workspace
from migrate.flatten import Account, Onto, flatten
from migrate.locations import relative
from migrate.resolve import Resolved


@dataclass(frozen=True)
class Inspected:
    """A config's chain in merge order, and what the trainer sees."""

    path: str
    chain: tuple[str, ...]
    resolved: dict[Any, Any]


def inspect(workspace: Workspace, config: str) -> Inspected:
    """Resolve one config. Raises InputError."""
    resolved = workspace.resolver.resolve(workspace.path(config))
    return Inspected(resolved.path, resolved.paths, resolved.python)


@dataclass(frozen=True)
class Flattened:
    """One config as one file."""

    path: str
    content: bytes
    comments: Account


def flatten_config(
    workspace: Workspace, config: str, onto: Sequence[str] = (), output: str | None = None
) -> Flattened:
    """Write one config as a file on top of the named parents; with none, everything is inlined.

    `output` says where the file will stand, so that its links lead to the parents from there.
    """
    path = workspace.path(config)
    resolved = workspace.resolver.resolve(path)
    place = workspace.path(output) if output is not None else path
    flat = flatten(workspace.resolver, resolved, _onto(workspace, place, onto))
    return Flattened(path, flat.content, flat.comments)


def _onto(workspace: Workspace, place: str, onto: Sequence[str]) -> Onto:
    paths = [workspace.path(parent) for parent in onto]
    parents: list[Resolved] = [workspace.resolver.resolve(path) for path in paths]
    return Onto(
        parents=tuple(parents),
        links=tuple(relative(path, place) for path in paths),
        retained=frozenset(known for parent in parents for known in parent.paths),
        kept_bases=tuple(paths),
    )
