"""Which declaration would make the dialect hold? Tried on the trainer's own answers, never guessed.

A declaration is changed one field after another, as long as fewer keys differ; what is told has
been held against every answer. More than one may fit the configs at hand: then both are told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from migrate.dialect import Dialect
from migrate.dialect.shipped import DIALECTS
from migrate.errors import MigrateError
from migrate.loading.trainer import PlainLoader
from migrate.plan.dialects import dialect_faults, dialect_of
from migrate.plan.structs import Declaration
from migrate.trainer.answers import Answer
from migrate.trainer.compare import Comparison
from migrate.trees.tree import Tree
from migrate.yaml_text import LOADERS
from migrate.yaml_text.spelling import spell

Answered = tuple[str, dict[Any, Any]]
"""The path of a config, and the trainer's values of it."""
Said = dict[str, Any]
"""A declaration as a plan has it."""

SAMPLE = 12
"""So many configs are looked at in the search."""
_ROUNDS, _WIDTH, _TOLD = 4, 3, 2
_FILES = 100
"""So many files are tried as the one that the loader always puts underneath."""
_UNREADABLE = 10_000
"""A config that a declaration cannot load counts as so many keys."""
_SUFFIXES = (".yaml", ".yml")


class Fitting:
    """A search in one tree, from one dialect; `ignore` is what the trainer adds."""

    def __init__(self, tree: Tree, dialect: Dialect, ignore: Iterable[str]) -> None:
        self.tree = tree
        self.ignore = tuple(ignore)
        self._start: Said = json.loads(dialect.declared) if dialect.declared else {}
        if not dialect.declared and dialect.name != "extends":
            self._start = {"like": dialect.name}
        self._loaded: dict[str, dict[bytes, Any]] = {}

    def fitting(
        self, sample: Sequence[Answered], every: Callable[[], Iterable[Answered]]
    ) -> list[str]:
        """How a plan names what fits: the shortest declarations, two at most; none if none does.

        `sample` has configs that differ, `every` all answers.
        """
        sample = sample[:SAMPLE]
        states = [(self._distance(self._start, sample), self._start)]
        for _ in range(_ROUNDS):
            tried = {
                _text(said): (self._distance(said, sample), said)
                for before, state in states
                for said in self._variations(state, sample)
                if before
            }
            better = sorted(
                (one for one in tried.values() if one[0] < states[0][0]), key=lambda one: one[0]
            )
            fits = [said for distance, said in better if not distance]
            fits = [said for said in fits if not self._distance(said, every())]
            if fits or not better:
                return [_text(said) for said in fits[:_TOLD]]
            states = better[:_WIDTH]
        return []

    def _distance(self, said: Said, answers: Iterable[Answered]) -> int:
        """How many keys differ; a very large number for what is no dialect."""
        dialect = _dialect(said)
        if dialect is None:
            return _UNREADABLE * SAMPLE
        loader = PlainLoader(self.tree, dialect, self._loaded.setdefault(dialect.loader, {}))
        comparison = Comparison(dialect, self.ignore)
        checks = (comparison.with_dialect(loader, path, Answer(values)) for path, values in answers)
        return sum(_UNREADABLE if one.failed else len(one.differences) for one in checks)

    def _variations(self, said: Said, sample: Sequence[Answered]) -> Iterator[Said]:
        dialect = _dialect(said)
        if dialect is None:
            return
        yield from ({"like": name} for name in DIALECTS)
        for change in (*_CHANGES, *self._by_answers(dialect, sample)):
            yield {**said, **change}

    def _by_answers(self, dialect: Dialect, sample: Sequence[Answered]) -> Iterator[Said]:
        """What only the files and the answers can say: keys and files."""
        loader = PlainLoader(self.tree, dialect, self._loaded.setdefault(dialect.loader, {}))
        composing: dict[str, None] = {}
        lacking: dict[Any, None] = {}
        adds = False
        for path, values in sample:
            try:
                composing.update(dict.fromkeys(_naming(loader.own(path))))
                ours = loader.load(path)
            except MigrateError:
                continue
            lacking.update(dict.fromkeys(key for key in ours if key not in values))
            adds = adds or any(key not in ours for key in values)
        for key in composing:
            yield from ({"keys": [key], "base_dirs": folders} for folders in _FOLDERS)
        kept = [key for key in lacking if isinstance(key, str)]
        if kept:
            yield {"not_inherited": kept}
        if adds:
            files = [path for path in self.tree.files() if path.endswith(_SUFFIXES)]
            files.sort(key=lambda path: path.count("/"))
            yield from ({"implicit_base": path} for path in files[:_FILES])


_FOLDERS = (["file"], ["root"], ["root", "file"], ["file", "root"], ["prefix"])
_CHANGES: tuple[Said, ...] = (
    {"merge": "shallow"},
    {"merge": "deep"},
    {"revisit": "once"},
    {"order": "earlier"},
    {"order": "later"},
    {"mapping_over_other": "replace"},
    {"mapping_over_other": "omegaconf"},
    {"keeps_key": True},
    {"linear": True},
    {"in_place": True},
    {"delete": {"key": "_delete_"}},
    {"delete": {"key": "_override_"}},
    {"delete": {"value": "---"}},
    *({"loader": name} for name in LOADERS),
    *({"base_dirs": folders} for folders in _FOLDERS),
)


def _dialect(said: Said) -> Dialect | None:
    """What a plan with this declaration would mean; None for one that would be refused."""
    if set(said) == {"like"}:
        return DIALECTS.get(said["like"])
    try:
        declaration = msgspec.convert(said, Declaration)
    except msgspec.ValidationError:
        return None
    return None if any(dialect_faults(declaration)) else dialect_of(declaration)


def _naming(own: Mapping[Any, Any]) -> Iterator[str]:
    """The top-level keys of a file that hold a path of a config, or a list of paths."""
    for key, value in own.items():
        named = value if isinstance(value, list) else [value]
        paths = [one for one in named if isinstance(one, str) and one.endswith(_SUFFIXES)]
        if isinstance(key, str) and paths and len(paths) == len(named):
            yield key


def _text(said: Said) -> str:
    return said["like"] if set(said) == {"like"} else _flow(said)


def _flow(value: Any) -> str:
    """A declaration as a flow mapping of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{spell(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return spell(value) if isinstance(value, str) else json.dumps(value)
