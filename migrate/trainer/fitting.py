"""Which declaration would make the dialect hold? Tried on the trainer's own answers, never guessed.

A declaration is changed one field after another, as long as fewer keys differ; what is told has
been held against every answer. More than one may fit the configs at hand: then both are told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from migrate.dialect import Dialect
from migrate.dialect.shipped import DIALECTS
from migrate.errors import MigrateError
from migrate.loading.trainer import PlainLoader
from migrate.locations import SUFFIXES, join, outside
from migrate.plan.dialects import dialect_faults, dialect_of
from migrate.plan.structs import Declaration
from migrate.trainer.answers import Answer
from migrate.trainer.compare import Comparison
from migrate.trees.tree import Tree
from migrate.yaml_text import LOADERS
from migrate.yaml_text.spelling import spell

Answered = tuple[str, dict[Any, Any]]
"""The path of a config, and the trainer's values of it."""
SettingText = dict[str, Any]
"""A declaration as a plan has it."""

SAMPLE = 12
"""So many configs are looked at in the search."""
_SEARCHES, _ROUNDS, _WIDTH, _TOLD = 4, 4, 3, 2
_FILES = 100
"""So many files are tried as the one that the loader always puts underneath."""
_UNREADABLE = 10_000
"""A config that a declaration cannot load counts as so many keys."""


class Fitting:
    """A search in one tree, from one dialect; `ignore` is what the trainer adds."""

    def __init__(self, tree: Tree, dialect: Dialect, ignore: Iterable[str]) -> None:
        self.tree = tree
        self.ignore = tuple(ignore)
        self._start: SettingText = json.loads(dialect.declared) if dialect.declared else {}
        if not dialect.declared and dialect.name != "extends":
            self._start = {"like": dialect.name}
        self._loaded: dict[str, dict[bytes, Any]] = {}

    def fitting(
        self, sample: Sequence[Answered], every: Callable[[], Iterable[Answered]]
    ) -> list[str]:
        """How a plan names what fits: the shortest declarations, two at most; none if none does.

        `sample` has configs that differ, `every` all answers: where what fits the sample does not
        fit all, the search goes on with some of those that it does not fit.
        """
        known, start = list(sample[:SAMPLE]), self._start
        for _ in range(_SEARCHES):
            found = self._search(start, known)
            if not found:
                return []
            left = {_text(said): self._differing(said, every()) for said in found}
            fits = [said for said in found if not left[_text(said)]]
            if fits:
                return [_text(said) for said in fits if not _says_more(said, fits)][:_TOLD]
            start = min(found, key=lambda said: len(left[_text(said)]))
            known += left[_text(start)]
        return []

    def _search(self, start: SettingText, sample: Sequence[Answered]) -> list[SettingText]:
        """What fits a sample: from one declaration on, one field after another."""
        states = [(self._distance(_dialect(start), sample), start)]
        for _ in range(_ROUNDS):
            tried: dict[Dialect, tuple[int, SettingText]] = {}
            for _, state in states:
                for said, dialect in self._variations(state, sample):
                    if _rules(dialect) not in tried:
                        tried[_rules(dialect)] = (self._distance(dialect, sample), said)
            better = [one for one in tried.values() if one[0] < states[0][0]]
            better.sort(key=lambda one: one[0])
            fits = [said for distance, said in better if not distance]
            if fits or not better:
                return fits
            states = better[:_WIDTH]
        return []

    def _distance(self, dialect: Dialect, sample: Iterable[Answered]) -> int:
        """How many keys differ; a config that the dialect cannot load counts as very many."""
        loader, comparison = self._loader(dialect), Comparison(dialect, self.ignore)
        checks = [comparison.with_dialect(loader, path, Answer(value)) for path, value in sample]
        return sum(_UNREADABLE if one.failed else len(one.differences) for one in checks)

    def _differing(self, said: SettingText, answers: Iterable[Answered]) -> list[Answered]:
        """Some of the answers that a declaration does not give."""
        dialect = _dialect(said)
        loader, comparison = self._loader(dialect), Comparison(dialect, self.ignore)
        found: list[Answered] = []
        for path, values in answers:
            check = comparison.with_dialect(loader, path, Answer(values))
            if check.failed or check.differences:
                found.append((path, values))
            if len(found) == SAMPLE:
                break
            loader.forget(path)  # there may be many
        return found

    def _loader(self, dialect: Dialect) -> PlainLoader:
        """What reads by a dialect; files are parsed once for each kind of loader."""
        return PlainLoader(self.tree, dialect, self._loaded.setdefault(dialect.loader, {}))

    def _variations(
        self, said: SettingText, sample: Sequence[Answered]
    ) -> Iterator[tuple[SettingText, Dialect]]:
        """Other dialects, and this one with one field changed, as far as a plan may say so."""
        changes = (*_CHANGES, *self._by_answers(_dialect(said), sample))
        others = [*({"like": name} for name in DIALECTS), *({**said, **one} for one in changes)]
        for other in others:
            with suppress(msgspec.ValidationError):
                yield other, _dialect(other)

    def _by_answers(self, dialect: Dialect, sample: Sequence[Answered]) -> Iterator[SettingText]:
        """What only the files and the answers can say: keys and files."""
        loader = self._loader(dialect)
        composing: dict[str, None] = {}
        lacking: dict[Any, None] = {}
        adds = False
        for path, values in sample:
            try:
                composing.update(dict.fromkeys(self._naming(path, loader.own(path))))
                ours = loader.load(path)
            except MigrateError:
                continue
            lacking.update(dict.fromkeys(key for key in ours if key not in values))
            adds = adds or any(key not in ours for key in values)
        for key in composing:
            yield {"keys": [key]}
            yield from ({"keys": [key], "base_dirs": folders} for folders in _FOLDERS)
        kept = [key for key in lacking if isinstance(key, str)]
        if kept:
            yield {"not_inherited": kept}
        if adds:
            files = [path for path in self.tree.files() if path.endswith(SUFFIXES)]
            files.sort(key=lambda path: path.count("/"))
            yield from ({"implicit_base": path} for path in files[:_FILES])

    def _naming(self, path: str, own: Mapping[Any, Any]) -> Iterator[str]:
        """The top-level keys of a file that name a config, or a list of them."""
        for key, value in own.items():
            named = value if isinstance(value, list) else [value]
            if isinstance(key, str) and named and all(self._is_config(path, one) for one in named):
                yield key

    def _is_config(self, path: str, name: Any) -> bool:
        if not isinstance(name, str) or not name or "\0" in name:
            return False
        places = (join(path, name), join("", name))
        there = (place for place in places if not outside(place))
        return name.endswith(SUFFIXES) or any(map(self.tree.exists, there))


_FOLDERS = (["file"], ["root"], ["root", "file"], ["file", "root"], ["prefix"])
_CHANGES: tuple[SettingText, ...] = (
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


def _dialect(said: SettingText) -> Dialect:
    """What a plan with this declaration would mean. Raises ValidationError for one that is none."""
    if set(said) == {"like"}:
        return DIALECTS[said["like"]]
    declaration = msgspec.convert(said, Declaration)
    for _, what, _ in dialect_faults(declaration):
        raise msgspec.ValidationError(what)
    return dialect_of(declaration)


def _rules(dialect: Dialect) -> Dialect:
    """A dialect without what it is called: the same for two names of the same rules."""
    return dialect._replace(name="", source="", declared="", signs=())


def _says_more(said: SettingText, others: Iterable[SettingText]) -> bool:
    """Whether one of the others says less, and nothing else: fewer fields, or fewer folders."""
    return any(
        one is not said and all(_includes(said.get(field), one[field]) for field in one)
        for one in others
    )


def _includes(more: Any, less: Any) -> bool:
    lists = isinstance(more, list) and isinstance(less, list)
    return set(less) <= set(more) if lists else bool(more == less)


_FIELDS = Declaration.__struct_encode_fields__


def _text(said: SettingText) -> str:
    if set(said) == {"like"}:
        return str(said["like"])
    return _flow({name: said[name] for name in _FIELDS if name in said})


def _flow(value: Any) -> str:
    """A declaration as a flow mapping of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{spell(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return spell(value) if isinstance(value, str) else json.dumps(value)
