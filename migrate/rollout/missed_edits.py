"""Edits of the old files that came after a preset was migrated, and have not arrived in it."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

from migrate.errors import MigrateError
from migrate.loading.trainer import PlainLoader
from migrate.locations import Index, KeyPath, Place, dotted, overlap, parse_dotted
from migrate.parity import Difference, differences, equal, find
from migrate.parity.format import value_text
from migrate.plan import PlannedPreset
from migrate.resolve import Resolved, Resolver
from migrate.rollout.context import Rollout
from migrate.rollout.evidence import Evidence


class MissedEdit(NamedTuple):
    """One key that the old chain says otherwise than when the preset was migrated.

    Values are `ABSENT` where there is none; a list is one value.
    """

    key: KeyPath
    recorded: Any
    """What the old chain said when the preset was migrated."""
    today: Any
    """What it says now."""
    here: Any
    """What the preset says now, which is not that."""
    place: Place
    """Where the old files say it."""
    home: Place
    """Where the preset says it, or the section in which it would."""

    file: str
    """The file in which to make the edit: the preset, or another one that it inherits from."""
    is_back: bool = False
    """Whether the old file was retired and is back, as a merge leaves it: then it may be older than
    the record, and only `port` looks for what it was made from."""

    @property
    def conflicts(self) -> bool:
        """Whether the preset was changed too, to something else."""
        return not equal(self.here, self.recorded)

    @property
    def what(self) -> str:
        """The edit in words: `training.lr: 0.1 -> 0.2`."""
        before, now = value_text(self.recorded), value_text(self.today)
        return f"{dotted(self.key)}: {before} -> {now}"


class OldConfig:
    """One applied preset's old config as it is today, beside its record and what it became."""

    def __init__(
        self, rollout: Rollout, planned: PlannedPreset, evidence: Evidence, live: Resolver
    ):
        self.rollout = rollout
        self.planned = planned
        self.evidence = evidence
        self.live = live

    @property
    def changed(self) -> bool:
        """Whether any file of the old chain is not what the evidence says."""
        return self.rollout.old.differs_from(self.evidence.chain)

    def missed(self) -> list[MissedEdit]:
        """The edits that the preset lacks. What the plan overrides is changed on purpose.

        Raises InputError where the old chain, or the preset, cannot be read.
        """
        if not self.changed:
            return []
        old = self.rollout.legacy_chain(self.planned)
        new = self.live.resolve(self.evidence.target)
        found: list[MissedEdit] = []
        for key in self.edited():
            today, here = find(self.today, key), find(self._here, key)
            if not equal(today, here):
                recorded, home = find(self.evidence.resolved, key), set_at(new, key)
                place = self.rollout.old.live_place(set_at(old, key))
                own = home.path in self.rollout.old.applied.targets
                file = home.path if own else self.evidence.target
                is_back = place.path in self.rollout.old.applied.retired
                edit = MissedEdit(key, recorded, today, here, place, home, file, is_back)
                found.append(edit)
        return found

    def lacks_edit_of(self, frozen: str) -> bool:
        """Whether one of its old files changed since, and the preset lacks something.

        Raises InputError as `missed`.
        """
        recorded = dict(self.evidence.chain).get(frozen)
        known = recorded is None or recorded == self.rollout.old.digest(frozen)
        return not known and bool(self.missed())

    def edited(self) -> list[KeyPath]:
        """The keys whose value the old chain changed, and that the plans want to follow."""
        keys = dict.fromkeys(whole_values(one.path) for one in self.edits())
        overridden = [parse_dotted(key) for key in self.planned.preset.override]
        return [
            key
            for key in keys
            if not any(overlap(key, other) for other in overridden) and not self._is_declined(key)
        ]

    def _is_declined(self, key: KeyPath) -> bool:
        """Whether the file that says a key today is one of which nobody wants the edit."""
        declined = self.rollout.plans.declined
        if not declined:
            return False
        path = set_at(self.rollout.legacy_chain(self.planned), key).path
        return (self.rollout.live(path), self.rollout.old.digest(path)) in declined

    def arrived(self, difference: Difference) -> bool:
        """Whether the preset differs from its record as the old chain by now does too."""
        key = whole_values(difference.path)
        return self.changed and equal(find(self.today, key), find(self._here, key))

    def edits(self) -> list[Difference]:
        """Everything that the old chain says otherwise than its record."""
        return differences(self.evidence.resolved, self.today)

    @cached_property
    def today(self) -> dict[Any, Any]:
        """The old config as it is today. Raises InputError."""
        return self.rollout.legacy_plain.load(self.evidence.source)

    @cached_property
    def _here(self) -> dict[Any, Any]:
        return PlainLoader(self.live.tree, self.rollout.dialect).load(self.evidence.target)


def whole_values(path: KeyPath) -> KeyPath:
    """The key path up to the first list, which is one value."""
    for length, part in enumerate(path):
        if isinstance(part, Index):
            return path[:length]
    return path


def set_at(resolved: Resolved, key: KeyPath) -> Place:
    """Where a config sets a key, or the nearest section around it; else its own file."""
    found = resolved.branch.nearest(key)
    return found[0].winner.place if found is not None else Place(resolved.path)


def unexplained(evidence: Evidence, rollout: Rollout, others: list[Evidence]) -> str | None:
    """A frozen file that is not what this evidence says, and that no later step put there."""
    known = {*evidence.brought, *(item for other in others for item in other.chain)}
    digests = rollout.old.frozen_digests
    for path, digest in evidence.chain:
        found = digests.get(path)
        if found != digest and (path, found) not in known:
            return path
    return None


def recorded_otherwise(evidence: Evidence, rollout: Rollout) -> bool:
    """Whether the legacy tree, where it is what this evidence says, comes to something else."""
    digests = rollout.old.frozen_digests
    if any(digests.get(path) != digest for path, digest in evidence.chain):
        return False  # a later step put newer texts there
    frozen = Resolver(rollout.old.below, rollout.dialect)
    try:
        chain = frozen.resolve(evidence.source).chain
        resolved = PlainLoader(rollout.old.below, rollout.dialect).load(evidence.source)
    except MigrateError:
        return True
    return not evidence.matches(
        tuple((document.path, document.digest) for document in chain), resolved
    )
