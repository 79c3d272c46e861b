"""What the trainer itself makes of configs, for `inspect --trainer` and `init --trainer`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from migrate.errors import DialectFails, InputError, raise_all
from migrate.trainer.answers import AGAIN, AGAIN_HINT, Answers
from migrate.trainer.ask import Asker
from migrate.trainer.compare import (
    Comparison,
    DialectCheck,
    disagreement,
    files_of,
    fitting_hint,
    place_of,
    way_out,
)
from migrate.trainer.fitting import SAMPLE, Answered, Fitting
from migrate.trainer.session import Progress, session
from migrate.workspace.config_names import GIT, LEGACY, config_paths
from migrate.workspace.view import View

_TOLD = 20
"""Differences of one config, and configs that differ, that `init` tells one by one."""


class TrainerValues(NamedTuple):
    """What the trainer makes of one config, None where it fails; and whether the dialect holds."""

    path: str
    values: dict[Any, Any] | None
    check: DialectCheck

    @property
    def holds(self) -> bool:
        """Whether the trainer agrees with the dialect."""
        return not (self.check.failed or self.check.differences)


class TrainerLook(NamedTuple):
    """What the trainer makes of some configs, in their order; `fits` are the declarations, as a
    plan has them, by which all of them would be read as it reads them."""

    found: list[TrainerValues]
    fits: list[str]


def live_paths(view: View, given: Sequence[str]) -> list[str]:
    """The configs of the tree as it is that a command line names. Raises InputError."""
    for name in given:
        if name.startswith((LEGACY, GIT)):
            what = f"the trainer reads the tree as it is, not {name}"
            raise InputError(what, None, "`verify --trainer` asks it for old configs too")
    return config_paths(view, given)


def by_trainer(
    view: View,
    asker: Asker,
    paths: Sequence[str],
    progress: Progress | None = None,
    keep: bool = True,
) -> TrainerLook:
    """Ask for configs of the tree as it is; `keep` their values, or only how they compare.

    Raises NotStarted, Refused, and DialectFails where the trainer does not answer for all.
    """
    comparison = Comparison(view.dialect, asker.trainer.ignore)
    found: list[TrainerValues] = []
    sample: list[Answered] = []
    with session(asker, files_of(view.loader, paths)) as asking:
        answers = asking.ask(paths, progress=progress)
        _refuse_unsure(answers)
        for path in paths:
            answer = answers.of(path)
            check = comparison.with_dialect(view.loader, path, answer)
            one = TrainerValues(path, answer.values, check)
            if not one.holds and answer.values is not None and len(sample) < SAMPLE:
                sample.append((path, answer.values))
            found.append(one if keep else one._replace(values=None))
        search = Fitting(view.tree, view.dialect, asker.trainer.ignore)
        fits = search.fitting(sample, lambda: answers.values(paths)) if sample else []
    return TrainerLook(found, fits)


def _refuse_unsure(answers: Answers) -> None:
    if answers.forgetful is not None:
        raise DialectFails(AGAIN, answers.forgetful, AGAIN_HINT)
    if answers.unasked:
        what = f"the trainer {answers.stopped}, when it is asked for this config"
        raise DialectFails(what, answers.unasked[0], "run it by hand on this config")


def require_dialect(
    view: View, asker: Asker, paths: Sequence[str], progress: Progress | None = None
) -> None:
    """Raises DialectFails, key by key, where the trainer does not agree; else as `by_trainer`."""
    look = by_trainer(view, asker, paths, progress, keep=False)
    raise_all(list(islice(look_letters(view, look), _TOLD)))


def look_letters(view: View, look: TrainerLook) -> Iterator[DialectFails]:
    """What is to be said of the configs in which the dialect does not hold."""
    hint = fitting_hint(look.fits, view.layout.tree_file)
    for one in look.found:
        yield from _letters(view, one, hint)


def _letters(view: View, one: TrainerValues, fitting: str) -> Iterator[DialectFails]:
    if one.check.neither:
        what = f"neither the trainer nor dialect {view.dialect.name} loads it: {one.check.neither}"
        yield DialectFails(what, one.path, "correct the config")
    if one.check.failed:
        by_hand = "run it by hand on this config"
        hint = fitting if one.check.unloadable and fitting else by_hand
        yield DialectFails(one.check.failed, one.path, hint)
    told = one.check.differences[:_TOLD]
    hint = fitting or way_out(told, view.layout.tree_file)
    for difference in told:
        place = place_of(view.resolver, one.path, difference.path)
        yield DialectFails(disagreement(difference, view.dialect.name), place, hint)
    if len(one.check.differences) > _TOLD:
        more = len(one.check.differences) - _TOLD
        yield DialectFails(f"{more} more keys differ", one.path, hint)
