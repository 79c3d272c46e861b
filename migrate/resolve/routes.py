"""By which files a config reaches each file of its chain, where there is more than one way."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from migrate.dialect import Dialect
from migrate.resolve.branch import EMPTY, Branch, Setting, merge, read_branch
from migrate.resolve.combine import Combiner, Part
from migrate.resolve.resolver import Resolved
from migrate.yaml_text import Document, Entry

Route = tuple[str, ...]
"""The files from a config down to one of its chain, each of which extends the next."""

MOST = 1000
"""So many visits are told apart: each file may double them."""


class RoutedSetting(Setting):
    """One file saying one key, at one visit of it."""

    __slots__ = ("route",)

    def __init__(self, document: Document, entry: Entry, route: Route) -> None:
        super().__init__(document, entry)
        self.route = route


class Routes(NamedTuple):
    """A config whose settings know by which visit of their file they were said.

    `by_file` has every route to each file that is reached more than once, in the order in which
    they are visited; `counting` those of them by which it is merged.
    """

    resolved: Resolved
    by_file: dict[str, tuple[Route, ...]]
    counting: dict[str, tuple[Route, ...]]


def routes(resolved: Resolved) -> Routes | None:
    """The same config with its routes; None where there are too many of them to be told apart.

    It is merged anew by the same rules, each visit of a file by itself.
    """
    if _visits(resolved, {}) > MOST:
        return None
    every: dict[str, list[Route]] = {}
    for route in _routes(resolved, (resolved.path,)):
        every.setdefault(route[-1], []).append(route)
    by_file = {path: tuple(known) for path, known in every.items() if len(known) > 1}
    if not by_file:
        return Routes(resolved, {}, {})
    counting = {path: _counting(resolved.dialect, known) for path, known in by_file.items()}
    dialect = resolved.dialect
    if dialect.plain:
        branch = _plain(resolved, (resolved.path,))
    else:
        combiner = Combiner(dialect)
        branch = combiner.final(_part(combiner, dialect, resolved, (resolved.path,)).whole)
    return Routes(resolved.saying(branch), by_file, counting)


def _counting(dialect: Dialect, known: tuple[Route, ...]) -> tuple[Route, ...]:
    """Where a file counts once, it is the first time that it is reached."""
    return known[:1] if dialect.revisit == "once" else known


def _visits(resolved: Resolved, known: dict[int, int]) -> int:
    if id(resolved) not in known:
        known[id(resolved)] = 1 + sum(_visits(one, known) for one in resolved.below)
    return known[id(resolved)]


def _routes(resolved: Resolved, route: Route) -> Iterator[Route]:
    """Every route, in merge order: what is below a file comes before it."""
    for one in resolved.below:
        yield from _routes(one, (*route, one.path))
    yield route


def _own(resolved: Resolved, route: Route) -> Branch:
    document = resolved.document
    return read_branch(
        document, document.entries, document.root, partial(RoutedSetting, route=route)
    )


def _plain(resolved: Resolved, route: Route) -> Branch:
    branch = EMPTY
    for one in resolved.below:
        branch = merge(branch, _plain(one, (*route, one.path)))
    return merge(branch, _own(resolved, route))


def _part(combiner: Combiner, dialect: Dialect, resolved: Resolved, route: Route) -> Part:
    document = resolved.document
    below = tuple(_part(combiner, dialect, one, (*route, one.path)) for one in resolved.below)
    composes = any(document.layer(key) is not None for key in dialect.keys)
    implicit = dialect.is_implicit(document.path)
    return combiner.part(document.path, _own(resolved, route), composes, below, implicit)
