"""Does the dialect hold? What the trainer makes of a config, beside what we make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from migrate.dialect import Dialect
from migrate.errors import MigrateError
from migrate.loading.trainer import PlainLoader
from migrate.locations import KeyPath, Place, dotted
from migrate.parity import ABSENT, Difference, Verdict, differences, judge
from migrate.parity.format import value_text
from migrate.parity.values import token
from migrate.plan import Profile, covers, parse_pattern
from migrate.resolve import Resolver
from migrate.rollout.missed_edits import set_at
from migrate.trainer.answers import Answer
from migrate.yaml_text import Opaque

_OBJECT = "object "
"""How the tag of a value begins that is an object of the trainer's own (`program.Spelling`)."""


class DialectCheck(NamedTuple):
    """One config by the trainer and by the dialect. `failed` says why one of them has no values;
    of a difference the old side is the dialect's, the new side the trainer's."""

    failed: str = ""
    differences: tuple[Difference, ...] = ()
    neither: str = ""
    """Why the dialect cannot load what the trainer cannot load either."""
    unloadable: bool = False
    """Whether it is the dialect that cannot load it."""
    tagged: int = 0
    """Values behind a tag, which only the trainer can make: they are not compared."""


class Comparison:
    """Compares by one dialect, leaving out what the trainer adds."""

    def __init__(self, dialect: Dialect, ignore: Iterable[str]) -> None:
        self.dialect = dialect
        self.ignored: list[KeyPath] = [parse_pattern(text) for text in ignore]

    def with_dialect(self, loader: PlainLoader, path: str, answer: Answer) -> DialectCheck:
        """The trainer's values of a config beside those of the dialect's loader."""
        try:
            ours = loader.load(path)
        except MigrateError as error:
            if answer.values is None:
                return DialectCheck(neither=str(error))
            return DialectCheck(
                f"the trainer loads it, dialect {self.dialect.name} does not: {error}",
                unloadable=True,
            )
        if answer.values is None:
            return DialectCheck(f"the trainer {answer.failed}")
        found = [
            one
            for one in differences(
                self.dialect.compared(ours), self.dialect.compared(answer.values)
            )
            if not self._is_ignored(one)
        ]
        told = tuple(one for one in found if not isinstance(one.old, Opaque))
        return DialectCheck(differences=told, tagged=len(found) - len(told))

    def old_with_new(
        self,
        old: tuple[dict[Any, Any], dict[Any, Any]],
        new: tuple[dict[Any, Any], dict[Any, Any]],
        profile: Profile,
    ) -> Iterator[tuple[Difference, str]]:
        """What the profile forbids between two answers of the trainer, and why.

        Each side is what the trainer says, then what the dialect says; what it forbids between
        the latter as well is told elsewhere.
        """
        known = {_token(one) for one, _ in self._judged(old[1], new[1], profile).forbidden}
        for one, why in self._judged(old[0], new[0], profile).forbidden:
            if not self._is_ignored(one) and _token(one) not in known:
                yield one, why

    def _judged(self, old: dict[Any, Any], new: dict[Any, Any], profile: Profile) -> Verdict:
        return judge(self.dialect.compared(old), self.dialect.compared(new), profile)

    def _is_ignored(self, difference: Difference) -> bool:
        return any(covers(pattern, difference.path) for pattern in self.ignored)


def _token(difference: Difference) -> tuple[Any, ...]:
    sides = (difference.old, difference.new)
    return difference.path, *(one if one is ABSENT else token(one) for one in sides)


def disagreement(difference: Difference, dialect: str) -> str:
    """One difference in a line: `training.lr: 1 by dialect extends, 2 by the trainer`."""
    ours, theirs = value_text(difference.old), value_text(difference.new)
    kind = _object(difference.new)
    if kind:
        theirs = f"an object of type {kind}"
    elif difference.kind == "type":
        ours += f" ({type(difference.old).__name__})"
        theirs += f" ({type(difference.new).__name__})"
    return f"{dotted(difference.path)}: {ours} by dialect {dialect}, {theirs} by the trainer"


def way_out(found: Sequence[Difference], tree_file: str) -> str:
    """What to do about differences with the dialect."""
    keys = ", ".join(f"`{dotted(one.path)}`" for one in found[:3] if one.path)
    if all(one.old is ABSENT or _object(one.new) for one in found):
        return (
            f"where the trainer adds or converts {keys}, name it in {tree_file}: `trainer: ignore:`"
        )
    return f"declare in {tree_file} how the trainer composes; docs/dialects.md has the fields"


def fitting_hint(fits: Sequence[str], tree_file: str) -> str:
    """What to declare, where that is known to make the dialect hold; "" where nothing is known."""
    if not fits:
        return ""
    named = " or ".join(f"`dialect: {text}`" for text in fits)
    which = "; its loader says which" if len(fits) > 1 else ""
    return f"{named} in {tree_file} reads all of them as the trainer does{which}"


def _object(value: Any) -> str:
    """The type of an object of the trainer's own; "" for what a file can say."""
    is_object = isinstance(value, Opaque) and value.tag.startswith(_OBJECT)
    return value.tag.removeprefix(_OBJECT) if is_object else ""


def files_of(loader: PlainLoader, paths: Iterable[str]) -> set[str]:
    """The files that configs are made of, as far as the dialect can follow them."""
    found: set[str] = set()
    for path in paths:
        found.add(path)
        with suppress(MigrateError):
            loader.load(path)
            found.update(loader.chain(path))
    return found


def place_of(resolver: Resolver, path: str, key: KeyPath) -> Place:
    """The line that sets a value, or what is around it, as we read the config; else the config."""
    try:
        return set_at(resolver.resolve(path), key)
    except MigrateError:
        return Place(path)  # it can be loaded, but could not be written again
