"""What of the forbidden differences was accepted: by a preset's own entries, or by its parents'."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from migrate.findings import WARNING, Finding
from migrate.loading.trainer import PlainLoader
from migrate.locations import Index, KeyPath, Place
from migrate.parity import (
    ABSENT,
    Difference,
    Verdict,
    acceptance,
    accepted_key,
    excuse,
    find,
    is_ruled,
)
from migrate.parity.format import difference_values
from migrate.plan import Acceptance, PlannedPreset, Plans
from migrate.resolve import Resolved, Resolver
from migrate.rollout.evidence import Evidence


class OpenDifference(NamedTuple):
    """A forbidden difference of one preset that nobody accepted."""

    preset: str
    difference: Difference
    why: str
    key: KeyPath
    """The key at which it would be accepted."""
    accepting: Acceptance
    """What would accept it, but for the reason."""

    @property
    def ruled(self) -> bool:
        """Whether the profile forbids it by name."""
        return is_ruled(self.why)

    @property
    def command(self) -> str:
        """The command that accepts it, but for the reason."""
        return to_accept(self.preset, self.accepting.key, self.ruled)


class RetiredPreset(NamedTuple):
    """A preset that was deleted on purpose, and why."""

    preset: str
    reason: str


class JudgedDifferences(NamedTuple):
    """The forbidden differences of one preset, apart."""

    accepted: tuple[tuple[Difference, Acceptance], ...] = ()
    open: tuple[OpenDifference, ...] = ()


class Acceptances:
    """The accepted differences of all presets, and which of them anything needed.

    An overlay inherits what its parent accepted, as long as the value comes from there.
    """

    def __init__(
        self,
        plans: Plans,
        resolver: Resolver,
        loader: PlainLoader,
        evidence: Callable[[str], Evidence | None],
    ) -> None:
        self.plans = plans
        self.resolver = resolver
        self.loader = loader
        self.evidence = evidence
        self.known = {name: dict(each) for name, each in plans.accepted.values.items()}
        self.targets = {planned.preset.to: name for name, planned in plans.presets.items()}
        self._needed: set[tuple[str, str]] = set()
        self._judged: set[str] = set()

    def add(self, one: Acceptance) -> None:
        """Judge from now on as if this were in the file."""
        self.known.setdefault(one.preset, {})[one.key] = one

    def judged(self, planned: PlannedPreset, verdict: Verdict) -> JudgedDifferences:
        """The forbidden differences of an applied preset. Raises InputError if it is unreadable."""
        self._judged.add(planned.name)
        evidence = self.evidence(planned.name) if verdict.forbidden else None
        if evidence is None:
            return JudgedDifferences()
        old, new = evidence.resolved, self.loader.load(evidence.target)
        accepted: list[tuple[Difference, Acceptance]] = []
        still_open: list[OpenDifference] = []
        for difference, why in verdict.forbidden:
            found = self.excusing(planned.name, evidence.target, difference, (old, new), why)
            if found is not None:
                self._needed.add((found.preset, found.key))
                accepted.append((difference, found))
                continue
            key = accepted_key(difference, old, new)
            wanted = acceptance(planned.name, key, old, new, "", is_ruled(why))
            still_open.append(OpenDifference(planned.name, difference, why, key, wanted))
            self._needed.add((planned.name, wanted.key))  # the finding speaks of it
        return JudgedDifferences(tuple(accepted), tuple(still_open))

    def instead_of(self, one: OpenDifference) -> Acceptance | None:
        """What was accepted for the key of an open difference: another value."""
        return self.known.get(one.preset, {}).get(one.accepting.key)

    def excusing(
        self, name: str, target: str, difference: Difference, sides: tuple[Any, Any], why: str
    ) -> Acceptance | None:
        """The acceptance of a difference between the two sides of a preset; None if there is none.

        `why` says why it is forbidden. Raises InputError for a target that cannot be resolved.
        """
        ruled = is_ruled(why)
        own = excuse(self.known.get(name, {}), difference, *sides, ruled)
        if own is not None or len(self.known) - (name in self.known) == 0:
            return own
        resolved = self.resolver.resolve(target)
        setter = _setter(resolved, difference, sides[1])
        waiting = [target]
        for path in waiting:
            parent = self.targets.get(path)
            if parent is not None and parent != name:
                found = excuse(self.known.get(parent, {}), difference, *sides, ruled)
                if found is not None:
                    return found
            if path != setter:  # above the file that sets the value nobody decides on it
                bases = self.resolver.resolve(path).bases
                waiting += [base.path for base in bases if base.path not in waiting]
        return None

    def idle(self) -> Iterator[Acceptance]:
        """Acceptances that nothing needed of presets that were judged, and those of presets that
        are not applied or that no plan has."""
        for name, entries in self.known.items():
            unknown = name not in self.plans.presets
            if name in self._judged or unknown or self.evidence(name) is None:
                yield from (one for one in entries.values() if (name, one.key) not in self._needed)

    def unused(self, chosen: Iterable[PlannedPreset]) -> Iterator[Finding]:
        """Acceptances of these presets, once they were judged, that nothing needs any more, and
        those of presets that no plan has; retired presets that are there."""
        names = {planned.name for planned in chosen}
        for one in self.idle():
            if one.preset in names or one.preset not in self.plans.presets:
                yield self._unused(one)
        for name in names.intersection(self.plans.accepted.retired):
            evidence = self.evidence(name)
            if evidence is not None and self.loader.tree.exists(evidence.target):
                what = f"says that {name} is retired, but {evidence.target} exists"
                place = Place(self.plans.layout.accepted)
                yield Finding(UNUSED, what, place, "remove it", WARNING, to_bring_back(name))

    def _unused(self, one: Acceptance) -> Finding:
        what = f"accepts {described(one)}, but it no longer differs in this way"
        if one.preset not in self.plans.presets:
            what = f"accepts {described(one)}, but no plan contains {one.preset}"
        elif self.evidence(one.preset) is None:
            what = f"accepts {described(one)}, but {one.preset} is not applied"
        command = to_remove(one.preset, one.key)
        return Finding(UNUSED, what, one.place, "remove it", WARNING, command)


UNUSED = "unused-acceptance"


def described(one: Acceptance) -> str:
    """An acceptance on one line: the preset, the key, both values."""
    was, now = difference_values(Difference((), one.was, one.now))
    return f"{one.preset}: {one.key}: {was} -> {now}"


def _setter(resolved: Resolved, difference: Difference, new: Any) -> str | None:
    """The file that sets what differs; None where the key is gone and no file says why."""
    path = difference.path
    last_is_key = bool(path) and not isinstance(path[-1], Index)
    if difference.new is ABSENT and last_is_key and isinstance(find(new, path[:-1]), dict):
        return None
    while path:
        slot = resolved.branch.find(path)
        if slot is not None:
            return slot.winner.document.path
        path = path[:-1]
    return None


def place_of(resolved: Resolved, path: KeyPath) -> Place:
    """Where a config sets a key, or the nearest section around it; else its own file."""
    while path:
        slot = resolved.branch.find(path)
        if slot is not None:
            return slot.winner.place
        path = path[:-1]
    return Place(resolved.path)


# The commands to paste: a shell and `parse_dotted` read back just these names and keys.

_REASON = '--reason "..."'


def to_accept(preset: str, key: str, even_forbidden: bool = False) -> str:
    """The command that accepts what differs at a dotted key."""
    more = " --even-forbidden" if even_forbidden else ""
    return f"migrate accept {_named(preset, key)}{more} {_REASON}"


def to_remove(preset: str, key: str) -> str:
    """The command that takes an acceptance back."""
    return f"migrate accept --remove {_named(preset, key)}"


def to_retire(preset: str) -> str:
    """The command that says why a preset is gone."""
    return f"migrate accept --retired {shlex.quote(preset)} {_REASON}"


def to_bring_back(preset: str) -> str:
    """The command that takes that back."""
    return f"migrate accept --remove --retired {shlex.quote(preset)}"


def _named(preset: str, key: str) -> str:
    return f"--preset {shlex.quote(preset)} --key {shlex.quote(key)}"
