"""What the trainer itself makes of configs, for `inspect --trainer` and `init --trainer`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from migrate.errors import DialectFails, InputError, MigrateError, raise_all
from migrate.trainer.answers import Answers
from migrate.trainer.ask import Asker
from migrate.trainer.compare import Comparison, DialectCheck, disagreement, set_at, way_out
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


def live_paths(view: View, given: Sequence[str]) -> list[str]:
    """The configs of the tree as it is that a command line names. Raises InputError."""
    for name in given:
        if name.startswith((LEGACY, GIT)):
            what = f"the trainer reads the tree as it is, not {name}"
            raise InputError(what, None, "`verify --trainer` asks it for old configs too")
    return config_paths(view, given)


def by_trainer(
    view: View, asker: Asker, paths: Sequence[str], progress: Progress | None = None
) -> Iterator[TrainerValues]:
    """Ask for configs of the tree as it is, in their order.

    Raises NotStarted, Refused, and DialectFails where the trainer does not answer for all.
    """
    comparison = Comparison(view.dialect, asker.trainer.ignore)
    with session(asker) as asking:
        answers = asking.ask(paths, progress=progress)
        _refuse_unsure(answers)
        for path in paths:
            answer = answers.of(path)
            check = comparison.with_dialect(view.loader, path, answer)
            yield TrainerValues(path, answer.values, check)


def _refuse_unsure(answers: Answers) -> None:
    if answers.forgetful is not None:
        what = "the trainer gives another answer when it is asked again: it keeps what it loaded"
        hint = "ask it by `command:`, which starts a process for each config"
        raise DialectFails(what, answers.forgetful, hint)
    if answers.unasked:
        what = f"the trainer {answers.stopped}, when it is asked for this config"
        raise DialectFails(what, answers.unasked[0], "run it by hand on this config")


def require_dialect(
    view: View, asker: Asker, paths: Sequence[str], progress: Progress | None = None
) -> None:
    """Raises DialectFails, key by key, where the trainer does not agree; else as `by_trainer`."""
    faults: list[MigrateError] = []
    for one in by_trainer(view, asker, paths, progress):
        faults += check_letters(view, one) if len(faults) < _TOLD else []
    raise_all(faults)


def check_letters(view: View, one: TrainerValues) -> Iterator[DialectFails]:
    """What is to be said of one config in which the dialect does not hold."""
    if one.check.failed:
        yield DialectFails(one.check.failed, one.path, "run it by hand on this config")
    told = one.check.differences[:_TOLD]
    hint = way_out(told, view.layout.tree_file)
    for difference in told:
        place = set_at(view.resolver, one.path, difference.path)
        yield DialectFails(disagreement(difference, view.dialect.name), place, hint)
    if len(one.check.differences) > _TOLD:
        more = len(one.check.differences) - _TOLD
        yield DialectFails(f"{more} more keys differ", one.path, hint)
