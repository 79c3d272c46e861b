"""The trainer itself as judge: old against new by its own loader, and the trainer against us.

Asked only with the person's word, since it runs code of the tree; the answer is never recalled.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from migrate.changes import Change
from migrate.errors import MigrateError
from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.loading.trainer import PlainLoader
from migrate.locations import LEGACY, KeyPath, Place
from migrate.parity.format import format_difference
from migrate.plan import PlannedPreset
from migrate.rollout.legacy import ATTRIBUTES, is_frozen
from migrate.trainer.answers import AGAIN, AGAIN_HINT, Answer, Answers
from migrate.trainer.ask import Asker
from migrate.trainer.compare import (
    Comparison,
    disagreement,
    files_of,
    fitting_hint,
    place_of,
    way_out,
)
from migrate.trainer.fitting import Answered, Fitting
from migrate.trainer.session import Progress, session
from migrate.workspace.workspace import Workspace

RULE = "trainer"
_UNDO = "presets that were applied by the wrong dialect are undone and applied again"
_TOLD, _MOST = 20, 500
"""So many differences of one config, and findings in all, are told one by one."""


class _Side(NamedTuple):
    """One config that is asked for: what reads it for the dialect, and where it stands for that."""

    asked: str
    """Its path in the copy."""
    loader: PlainLoader
    path: str


def check_trainer(
    workspace: Workspace,
    chosen: list[PlannedPreset],
    asker: Asker,
    progress: Progress | None = None,
) -> Iterator[Finding]:
    """One error for each key in which the trainer does not agree. Raises NotStarted, Refused."""
    more = 0
    for number, one in enumerate(_Check(workspace, asker).findings(chosen, progress)):
        if number < _MOST or one.level != ERROR:
            yield one
        else:
            more += 1
    if more:
        yield Finding(RULE, f"{more} more differences", None, "correct these first, then run again")


class _Check:
    def __init__(self, workspace: Workspace, asker: Asker) -> None:
        self.workspace = workspace
        self.rollout = workspace.rollout
        self.asker = asker
        self.compared = Comparison(workspace.dialect, asker.trainer.ignore)
        self.new_loader = PlainLoader(workspace.tree, workspace.dialect)
        self.differing: set[str] = set()

    def findings(self, chosen: list[PlannedPreset], progress: Progress | None) -> Iterator[Finding]:
        old = {one.name: side for one in chosen if (side := self._old(one)) is not None}
        new = {one.name: side for one in chosen if (side := self._new(one)) is not None}
        files = files_of(self.new_loader, [side.path for side in new.values()])
        with session(self.asker, files) as asking:
            rounds: list[tuple[dict[str, _Side], Answers]] = []
            # The new ones first: the old files are laid over the same copy.
            for sides, changes in ((new, []), (old, self._old_layout())):
                configs = list(dict.fromkeys(side.asked for side in sides.values()))
                if configs:
                    rounds.insert(0, (sides, asking.ask(configs, changes, progress)))
            for _, said in rounds:
                yield from self._general(said)
            for planned in chosen:
                known = [(sides.get(planned.name), said) for sides, said in rounds]
                pair = [(side, said) for side, said in known if side is not None]
                yield from self._preset(planned, pair)
            yield from self._fitting(rounds)

    def _fitting(self, rounds: list[tuple[dict[str, _Side], Answers]]) -> Iterator[Finding]:
        """What would make the dialect hold, by the last answers that there are: the new configs."""
        sides, said = rounds[-1] if rounds else ({}, None)
        if said is None or not self.differing:
            return
        paths = {side.path: side.asked for side in sides.values()}
        tree = next(iter(sides.values())).loader.tree
        search = Fitting(tree, self.workspace.dialect, self.asker.trainer.ignore)

        def every() -> Iterator[Answered]:
            for path, asked in paths.items():
                yield from ((path, values) for _, values in said.values([asked]))

        sample = [one for one in every() if one[0] in self.differing]
        fits = search.fitting(sample, every) if sample else []
        hint = fitting_hint(fits, self.workspace.layout.tree_file)
        if hint:
            yield Finding(RULE, f"another dialect fits: {hint}", None, _UNDO, NOTE)

    # What is asked.

    def _old(self, planned: PlannedPreset) -> _Side | None:
        """The old config at its old place; None where its files are gone, or cannot be read."""
        evidence = self.workspace.evidence.get(planned.name)
        frozen = evidence.source if evidence is not None else self.rollout.frozen(planned)
        if not self.rollout.old.tree.exists(frozen):
            return None
        return _Side(self.rollout.live(frozen), self.rollout.legacy_plain, frozen)

    def _new(self, planned: PlannedPreset) -> _Side | None:
        evidence = self.workspace.evidence.get(planned.name)
        if evidence is None or not self.workspace.tree.exists(evidence.target):
            return None
        return _Side(evidence.target, self.new_loader, evidence.target)

    def _old_layout(self) -> list[Change]:
        """What lays the old files, as they are today, at their old places."""
        tree = self.rollout.old.tree
        frozen = [path for path in tree.files() if is_frozen(path) and path != ATTRIBUTES]
        return [Change(self.rollout.live(path), None, tree.read(path), "old") for path in frozen]

    # What is told.

    def _general(self, said: Answers) -> Iterator[Finding]:
        if said.forgetful is not None:
            yield Finding(RULE, AGAIN, Place(said.forgetful), AGAIN_HINT)
        if said.unasked:
            first, *others = said.unasked
            what = f"the trainer {said.stopped}, when it is asked for this config"
            what += f"; {len(others)} more were not asked" if others else ""
            yield Finding(RULE, what, Place(first), "run it by hand on this config")
        for path in said.changed:
            what = "changed while the trainer was asked"
            hint = "if nobody else writes it, the trainer does"
            yield Finding(RULE, what, Place(path), hint, WARNING)

    def _preset(
        self, planned: PlannedPreset, pair: list[tuple[_Side, Answers]]
    ) -> Iterator[Finding]:
        values: list[tuple[Any, Any]] = []
        for side, said in pair:
            if side.asked in said.unasked:
                continue
            answer = said.of(side.asked)
            yield from self._one(planned, side, answer)
            if answer.values is not None and (ours := _loaded(side)) is not None:
                values.append((answer.values, ours))
        if len(values) == 2:
            yield from self._parity(planned, pair[1][0], values)

    def _one(self, planned: PlannedPreset, side: _Side, answer: Answer) -> Iterator[Finding]:
        """Where the trainer does not make of a config what the dialect makes of it."""
        found = self.compared.with_dialect(side.loader, side.path, answer)
        place, name = Place(side.path), planned.name
        if found.failed:
            yield Finding(RULE, f"{name}: {found.failed}", place, "run it by hand on this config")
        told = found.differences[:_TOLD]
        if told or found.unloadable:
            self.differing.add(side.path)
        hint = way_out(told, self.workspace.layout.tree_file)
        for difference in told:
            what = f"{name}: {disagreement(difference, self.workspace.dialect.name)}"
            yield Finding(RULE, what, self._origin(side, difference.path), hint)
        if len(found.differences) > _TOLD:
            more = len(found.differences) - _TOLD
            yield Finding(RULE, f"{name}: {more} more keys differ", place, hint)
        if found.tagged:
            what = f"{name}: {found.tagged} values behind a tag are not compared"
            yield Finding(RULE, what, place, "only the trainer can make them", NOTE)
        if answer.moved:
            what = f"{name}: the trainer leaves the folder that it is asked in"
            yield Finding(RULE, what, place, "it is put back for each config", NOTE)

    def _parity(
        self, planned: PlannedPreset, new: _Side, values: list[tuple[Any, Any]]
    ) -> Iterator[Finding]:
        """Old against new by the trainer. Where only the record of the old one is left, nothing is
        asked that `parity` and the new config by itself do not answer."""
        plans = self.workspace.plans
        for difference, why in self.compared.old_with_new(values[0], values[1], plans.profile):
            what = f"{planned.name}: by the trainer, {format_difference(difference)}: {why}"
            hint = f"the run is another one: correct the dialect in {plans.layout.tree_file}, undo"
            hint += f" and apply it again; or allow the key in {plans.layout.profile}"
            yield Finding(RULE, what, self._origin(new, difference.path), hint)

    def _origin(self, side: _Side, path: KeyPath) -> Place:
        frozen = side.path.startswith(f"{LEGACY}/")
        return place_of(self.rollout.legacy if frozen else self.workspace.resolver, side.path, path)


def _loaded(side: _Side) -> dict[Any, Any] | None:
    try:
        return side.loader.load(side.path)
    except MigrateError:
        return None
