"""`migrate table`: the keys of many presets side by side, and where few differ from the rest."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from migrate.errors import InputError, MissingFile, raise_all
from migrate.locations import KeyPath, Place
from migrate.parity import ABSENT, find, names_key
from migrate.parity.values import children, token
from migrate.plan import Plans, covers, load_plans, parse_pattern
from migrate.workspace.config_names import ConfigName, NamedConfig, config_names, side
from migrate.workspace.parallel import Progress, telling
from migrate.workspace.runnable import planned_files, runnable, short_names, those_that_run
from migrate.workspace.view import View

DIFFERS, ALL = "differs", "all"
_ASKED = 50
"""In so many presets names near to an unknown key are looked for."""


class Column(NamedTuple):
    """One preset: its name, its file, and the columns that it extends."""

    name: str
    path: str
    extends: tuple[str, ...] = ()


class Cell(NamedTuple):
    """A value, or `ABSENT`. `inherited`: the preset's own file says nothing of the key, and a
    preset that it extends, in a column of the same table, has the same value."""

    value: Any
    inherited: bool = False
    origin: Place | None = None


class TableRow(NamedTuple):
    """One key in every column. `odd` says of each whether it leaves the majority."""

    key: KeyPath
    cells: tuple[Cell, ...]
    odd: tuple[bool, ...]

    @property
    def differs(self) -> bool:
        """Whether two presets have two values, or one has none."""
        return any(self.odd)


@dataclass(frozen=True)
class Table:
    """Keys by presets; `total` is how many keys there are, those that are not shown among them."""

    columns: tuple[Column, ...]
    rows: list[TableRow]
    total: int
    faults: list[InputError] = field(default_factory=list)


def table(
    view: View,
    configs: Sequence[str] = (),
    keys: Sequence[str] = (),
    which: str | None = None,
    odd_first: bool = False,
    with_origins: bool = False,
    progress: Progress | None = None,
) -> Table:
    """Lay the keys of the named configs, or of every preset, side by side.

    `which` is `differs` (the default, unless keys are named) or `all`; `keys` are patterns;
    `progress` is told of each config that is loaded. Raises InputError for what names no config,
    and for a key that no preset has.
    """
    patterns = [_pattern(key) for key in keys]
    faults: list[InputError] = []
    sheet = _Sheet(view, configs, faults, progress)
    if not sheet.values:
        raise_all(faults)
    sheet.refuse_unknown(keys, patterns)
    rows = list(sheet.rows(patterns, with_origins))
    differing = which == DIFFERS or (which is None and not keys)
    shown = [row for row in rows if row.differs] if differing else rows
    if odd_first:
        # Rows in which nobody is odd come last; else few before many.
        shown.sort(key=lambda row: sum(row.odd) or len(row.odd) + 1)
    return Table(tuple(sheet.columns), shown, len(rows), faults)


def _pattern(key: str) -> KeyPath:
    try:
        return parse_pattern(key)
    except ValueError as error:
        hint = "write a dotted key; * is any one level, ** any number"
        raise InputError(f"{key!r} is not a key pattern: {error}", None, hint) from None


def plans_of(view: View) -> Plans | None:
    """The plans, None where there are none. Raises InputError for plans with faults."""
    try:
        return load_plans(view.tree, view.layout.plans)
    except MissingFile:
        return None


class _Sheet:
    """The columns with their values; who cannot be loaded is a fault and no column."""

    def __init__(
        self,
        view: View,
        configs: Sequence[str],
        faults: list[InputError],
        progress: Progress | None,
    ) -> None:
        self.view = view
        plans = plans_of(view)
        names = dict(planned_files(plans, view.tree)) if plans is not None else {}
        self._planned = {path: name for name, path in names.items()}
        runs = runnable(plans, view.loader, view.layout)
        chosen = those_that_run(config_names(view, configs), runs) if configs else self._all(runs)
        self.values: list[dict[Any, Any]] = []
        self._own: list[dict[Any, Any]] = []
        loaded: list[ConfigName] = []
        for one in telling(chosen, progress):
            try:
                values, own = self._loaded(one)
            except InputError as error:
                faults.append(error)
                continue
            loaded.append(one)
            self.values.append(view.dialect.compared(values))
            self._own.append(own)
        self.columns = self._named(loaded)
        if not configs:
            self._beside_parents()

    def _all(self, runs: Iterable[str]) -> list[ConfigName]:
        chosen = [ConfigName(path, path, alone=False) for path in runs]
        if not chosen:
            hint = "name configs, globs or folders, as in `migrate table configs`"
            raise InputError("there is no preset to lay out", self.view.root, hint)
        return chosen

    def _loaded(self, one: ConfigName) -> tuple[dict[Any, Any], dict[Any, Any]]:
        if one.path is None:
            return side(self.view, one).python, {}
        try:
            return self.view.loader.load(one.path), self.view.loader.own(one.path)
        except InputError:
            self.view.resolver.resolve(one.path)  # it says what is wrong with its place, if it can
            raise

    def _named(self, loaded: list[ConfigName]) -> list[Column]:
        paths = [one.path or one.label for one in loaded]
        short = short_names(one.path for one in loaded if one.path is not None)
        taken = set(self._planned.values())
        columns = []
        for one, path in zip(loaded, paths, strict=True):
            name = self._planned.get(path) or short.get(path, path)
            clash = path not in self._planned and name in taken
            above = self._bases(one) & set(paths) if one.path is not None else set()
            columns.append(Column(path if clash else name, path, tuple(sorted(above))))
        return columns

    def _bases(self, one: ConfigName) -> set[str]:
        return set(self.view.loader.bases(one.path or ""))

    def _beside_parents(self) -> None:
        """Put each preset behind the one that it extends."""
        below: dict[str, list[int]] = {}
        for number, column in enumerate(self.columns):
            below.setdefault(column.extends[0] if column.extends else "", []).append(number)
        order: list[int] = []
        waiting = below.get("", [])[::-1]
        while waiting:
            number = waiting.pop()
            order.append(number)
            waiting += below.get(self.columns[number].path, [])[::-1]
        self.columns = [self.columns[number] for number in order]
        self.values = [self.values[number] for number in order]
        self._own = [self._own[number] for number in order]

    def refuse_unknown(self, keys: Sequence[str], patterns: Sequence[KeyPath]) -> None:
        """Raises InputError for a key that none of the presets has, with the names near to it."""
        for key, pattern in zip(keys, patterns, strict=True):
            if not any(names_key(pattern, values) for values in self.values):
                raise self._unknown(key, pattern)

    def _unknown(self, key: str, pattern: KeyPath) -> InputError:
        from migrate.commands.missing import near_keys  # only for a wrong key

        near: dict[str, None] = {}
        paths = [column.path for column in self.columns if self.view.tree.exists(column.path)]
        for path in paths[:_ASKED]:
            near.update(dict.fromkeys(near_keys(self.view.resolver.resolve(path), pattern)))
        names = list(near)[:3]
        hint = "`migrate table --all` lists every key"
        if paths:
            hint = f"`migrate explain {shlex.quote(paths[0])}` lists the keys of one of them"
        if names:
            hint = f"did you mean {' or '.join(names)}?"
        return InputError(f"no preset has the key `{key}`", None, hint)

    def rows(self, patterns: Sequence[KeyPath], with_origins: bool) -> Iterator[TableRow]:
        """Every key, sections together, in the order in which the presets have them."""
        places = [self._places(column) if with_origins else None for column in self.columns]
        number = {column.path: index for index, column in enumerate(self.columns)}
        for path, values in _laid_out(self.values, patterns):
            tokens = [token(value) for value in values]
            cells = []
            for index, column in enumerate(self.columns):
                above = any(tokens[number[base]] == tokens[index] for base in column.extends)
                silent = above and find(self._own[index], path) is ABSENT
                inherited = silent and values[index] is not ABSENT
                place = places[index]
                origin = place.origin(path) if place and values[index] is not ABSENT else None
                cells.append(Cell(values[index], inherited, origin))
            yield TableRow(path, tuple(cells), _odd(tokens))

    def _places(self, column: Column) -> NamedConfig:
        known = column.path if self.view.tree.exists(column.path) else None
        return side(self.view, ConfigName(column.path, known))


def _odd(tokens: Sequence[Hashable]) -> tuple[bool, ...]:
    """Who has another value than most; of values that are as common, the first counts."""
    majority = Counter(tokens).most_common(1)[0][0]
    return tuple(one != majority for one in tokens)


class _Key:
    """A node in the tree of all keys: its part of the path, what is below it, the values of those
    configs for which it is no section."""

    def __init__(self, part: Any) -> None:
        self.part = part
        self.below: dict[Hashable, _Key] = {}
        self.values: dict[int, Any] = {}


def _laid_out(
    configs: Sequence[Any], patterns: Sequence[KeyPath]
) -> Iterator[tuple[KeyPath, list[Any]]]:
    """Every key with its value in each config; a section's own row where one has no section."""
    root = _Key(None)
    for number, config in enumerate(configs):
        for path, value in _entries(config, patterns):
            node = root
            for part in path:
                known = part if type(part) is str else token(part)
                if known not in node.below:
                    node.below[known] = _Key(part)
                node = node.below[known]
            node.values[number] = value
    yield from _walk(root, (), configs)


def _walk(node: _Key, path: KeyPath, configs: Sequence[Any]) -> Iterator[tuple[KeyPath, list[Any]]]:
    if node.values and path:
        if node.below:  # a section in others: what they have there is no plain value
            yield path, [find(config, path) for config in configs]
        else:
            yield path, [node.values.get(number, ABSENT) for number in range(len(configs))]
    for inner in node.below.values():
        yield from _walk(inner, (*path, inner.part), configs)


def _entries(config: Any, patterns: Sequence[KeyPath]) -> Iterable[tuple[KeyPath, Any]]:
    return _covered((), config, patterns) if patterns else _leaves((), config)


def _covered(
    path: KeyPath, value: Any, patterns: Sequence[KeyPath]
) -> Iterator[tuple[KeyPath, Any]]:
    """What the patterns name, down to the leaves; a list item only where a pattern goes there."""
    if path and any(covers(pattern, path) for pattern in patterns):
        yield from _leaves(path, value)
        return
    for step, inner in children(value):
        yield from _covered((*path, step), inner, patterns)


def _leaves(path: KeyPath, value: Any) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves((*path, key), inner)
    else:
        yield path, value
