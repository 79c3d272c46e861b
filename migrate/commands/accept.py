"""`migrate accept`: record differences that are intended, so that the gate guards all others."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrate.changes import ChangeSet
from migrate.errors import InputError, MigrateError, Refused, near_names, raise_all
from migrate.locations import KeyPath, dotted, printable
from migrate.parity import Difference, Verdict
from migrate.plan import Acceptance, PlannedPreset, covers, parse_pattern, select
from migrate.plan.accepting import accepting, bringing_back, retiring, taking_back
from migrate.rollout.evidence import read_evidence
from migrate.verification.acceptances import OpenDifference, RetiredPreset, to_retire
from migrate.verification.checks import unexcused
from migrate.verification.context import VerifyContext
from migrate.workers import HERE
from migrate.workspace.git_record import refuse_ignored
from migrate.workspace.workspace import Workspace


@dataclass(frozen=True)
class Recorded:
    """What one call records or takes back. `left` are the differences that the profile forbids by
    name, and that nobody accepted by word."""

    changes: ChangeSet
    accepted: tuple[Acceptance, ...] = ()
    removed: tuple[Acceptance, ...] = ()
    retired: tuple[RetiredPreset, ...] = ()
    brought_back: tuple[RetiredPreset, ...] = ()
    known: tuple[Acceptance, ...] = ()
    """What was asked for and is accepted already, by the preset itself or by a parent."""
    left: tuple[OpenDifference, ...] = ()


@dataclass(frozen=True)
class Listing:
    """What is accepted, and what of that nothing needs any more."""

    accepted: tuple[Acceptance, ...]
    retired: tuple[RetiredPreset, ...]
    unused: frozenset[tuple[str, str]]
    """Preset and key."""


def accept(
    workspace: Workspace,
    names: Sequence[str],
    patterns: Sequence[str],
    reason: str,
    even_forbidden: bool = False,
) -> Recorded:
    """Propose to accept the forbidden differences of these presets, at the keys that the patterns
    cover; of all applied presets for no name, at every key for no pattern.

    Without a pattern, what the profile forbids by name is left. Raises InputError for an unknown
    preset, a key that does not differ and an empty reason, Refused for a preset that is not applied
    and for a key that the profile forbids.
    """
    _refuse_no_reason(reason)
    chosen = _applied(workspace, names)
    gate = VerifyContext(workspace, chosen)
    gate.examine(HERE, None)
    wanted = _Keys(gate, chosen, patterns)
    accepted: dict[tuple[str, str], Acceptance] = {}
    known: list[Acceptance] = []
    left: list[OpenDifference] = []
    for planned in chosen:
        judged = gate.acceptances.judged(planned, _verdict(gate, planned))
        for difference, one in judged.accepted:
            if wanted.named(difference, one.key):
                again = one.preset == planned.name and one.reason != reason and patterns
                known.append(one)
                if again:
                    accepted[one.preset, one.key] = one._replace(reason=reason)
        for open_one in unexcused(gate, planned, judged):
            if not wanted.named(open_one.difference, open_one.accepting.key):
                continue
            if open_one.ruled and not even_forbidden:
                left.append(open_one)
                continue
            at = planned.name, open_one.accepting.key
            before = accepted.get(at, open_one.accepting)
            ruled = open_one.ruled or before.even_forbidden
            accepted[at] = open_one.accepting._replace(reason=reason, even_forbidden=ruled)
        for one in accepted.values():
            gate.acceptances.add(one)  # an overlay inherits what its parent accepts now
    if patterns:
        raise_all([_forbidden(one) for one in left])
        raise_all(list(wanted.unmet()))
    changes = accepting(workspace.tree, workspace.layout, list(accepted.values()))
    _refuse_ignored(workspace)
    return Recorded(
        ChangeSet.of(changes), tuple(accepted.values()), known=tuple(known), left=tuple(left)
    )


def _refuse_no_reason(reason: str) -> None:
    if not reason.strip():
        hint = 'say why in a few words: --reason "..."'
        raise InputError("the reason is empty", None, hint)
    try:
        reason.encode()
    except UnicodeError:
        raise InputError("the reason is not UTF-8", None, "write it in UTF-8") from None


def _refuse_ignored(workspace: Workspace) -> None:
    folder, path = workspace.layout.plans, workspace.layout.accepted
    refuse_ignored(workspace.root, workspace.tree, [folder], [path])


def _applied(workspace: Workspace, names: Sequence[str]) -> list[PlannedPreset]:
    """The chosen presets, all of them applied. Raises Refused for a named one that is not."""
    chosen = select(workspace.plans, names)
    faults: list[MigrateError] = []
    for planned in chosen if names else ():
        evidence = workspace.evidence.get(planned.name)
        if evidence is None:
            hint = f"migrate apply --preset {shlex.quote(planned.name)}"
            what = f"{planned.name} is not applied yet: there is no record to differ from"
            faults.append(Refused(what, planned.place, hint))
        elif not workspace.tree.exists(evidence.target):
            hint = f"restore it, or say why it was deleted: {to_retire(planned.name)}"
            faults.append(Refused("was applied and is gone", evidence.target, hint))
    raise_all(faults)
    return [planned for planned in chosen if planned.name in workspace.evidence]


def _verdict(gate: VerifyContext, planned: PlannedPreset) -> Verdict:
    """What the profile makes of a preset. Raises the error by which it cannot be read."""
    verdict = gate.examined[planned.name].verdict
    if isinstance(verdict, MigrateError):
        raise verdict
    return verdict or Verdict()


def _forbidden(one: OpenDifference) -> Refused:
    what = f"{one.preset}: {dotted(one.difference.path)} is {one.why}"
    hint = f"take the edit back; if it is meant all the same: {one.command}"
    return Refused(what, None, hint)


class _Keys:
    """The keys that a person named: each as it is spelled, else as a pattern."""

    def __init__(
        self, gate: VerifyContext, chosen: Iterable[PlannedPreset], patterns: Sequence[str]
    ) -> None:
        self.gate = gate
        self.chosen = list(chosen)
        self.patterns = patterns
        self._exact = self._spelled()
        self._parsed = {text: _pattern(text) for text in patterns if text not in self._exact}
        self._met: set[str] = set()

    def _spelled(self) -> set[str]:
        """The patterns that are keys of differences, letter by letter."""
        found: set[str] = set()
        for planned in self.chosen if self.patterns else ():
            judged = self.gate.acceptances.judged(planned, _verdict(self.gate, planned))
            for difference, one in judged.accepted:
                found |= {dotted(difference.path), one.key}
            for open_one in judged.open:
                found |= {dotted(open_one.difference.path), open_one.accepting.key}
        self.differing = sorted(found)
        return found.intersection(self.patterns)

    def named(self, difference: Difference, key: str) -> bool:
        """Whether a difference, accepted at a key, is among what was named."""
        met = {text for text in self._exact if text in (dotted(difference.path), key)}
        met |= {text for text, parsed in self._parsed.items() if covers(parsed, difference.path)}
        self._met |= met
        return bool(met) or not self.patterns

    def unmet(self) -> Iterator[InputError]:
        """A letter for each that names no difference."""
        for text in self.patterns:
            if text not in self._met:
                yield self._letter(text)

    def _letter(self, text: str) -> InputError:
        near = near_names(text, self.differing)
        hint = f"did you mean {' or '.join(near)}?" if near else ""
        for planned in self.chosen:
            parsed = self._parsed.get(text)
            for difference, rule in _verdict(self.gate, planned).allowed:
                if parsed is not None and covers(parsed, difference.path):
                    what = f"{printable(text)} differs in {planned.name} and is allowed already"
                    return InputError(what, rule.place, f"by `{rule.path}`: {rule.reason}")
        names = ", ".join(planned.name for planned in self.chosen[:_SHOWN])
        more = f" and {len(self.chosen) - _SHOWN} more" if len(self.chosen) > _SHOWN else ""
        what = f"{printable(text)} does not differ in {names or 'any preset'}{more}"
        return InputError(what, None, hint or "`migrate verify` lists what differs")


_SHOWN = 4


def _pattern(text: str) -> KeyPath:
    try:
        return parse_pattern(text)
    except ValueError as error:
        hint = "write a dotted key; * is any one level, ** any number"
        raise InputError(f"{text!r} is not a key pattern: {error}", None, hint) from None


# Taking back, retiring, listing.


def remove(workspace: Workspace, names: Sequence[str], patterns: Sequence[str]) -> Recorded:
    """Propose to take back the acceptances of these presets, at the keys that the patterns cover.

    Raises InputError for a preset or a key of which nothing is accepted.
    """
    accepted = workspace.plans.accepted
    faults: list[MigrateError] = []
    for name in names:
        if not accepted.of(name):
            near = near_names(name, accepted.values)
            hint = f"did you mean {' or '.join(near)}?" if near else _LIST
            faults.append(
                InputError(f"no difference of `{printable(name)}` is accepted", None, hint)
            )
    raise_all(faults)
    there = [one for one in accepted.each() if not names or one.preset in names]
    keys = {one.key for one in there}
    removed: dict[tuple[str, str], Acceptance] = {}
    for text in patterns or ("**",):
        parsed = None if text in keys else _pattern(text)
        found = [one for one in there if _covered(one, text, parsed)]
        if not found:
            near = near_names(text, sorted(keys))
            hint = f"did you mean {' or '.join(near)}?" if near else _LIST
            faults.append(InputError(f"nothing is accepted at {printable(text)}", None, hint))
        removed.update({(one.preset, one.key): one for one in found})
    raise_all(faults)
    changes = taking_back(workspace.tree, workspace.layout, list(removed.values()))
    return Recorded(ChangeSet.of(changes), removed=tuple(removed.values()))


_LIST = "`migrate accept --list` shows what is"


def _covered(one: Acceptance, text: str, parsed: KeyPath | None) -> bool:
    if parsed is None:
        return one.key == text
    return text == "**" or covers(parsed, one.path)


def retire(workspace: Workspace, names: Sequence[str], reason: str) -> Recorded:
    """Propose to record why presets were deleted: their evidence stays, and nobody misses them.

    Raises InputError for a preset that nobody knows, Refused for one that is not applied or whose
    file is still there.
    """
    _refuse_no_reason(reason)
    raise_all([fault for name in names for fault in _not_gone(workspace, name)])
    retired = [RetiredPreset(name, reason) for name in dict.fromkeys(names)]
    changes = retiring(workspace.tree, workspace.layout, {one.preset: reason for one in retired})
    _refuse_ignored(workspace)
    return Recorded(ChangeSet.of(changes), retired=tuple(retired))


def _not_gone(workspace: Workspace, name: str) -> Iterator[MigrateError]:
    """Why a preset cannot be retired."""
    plans, tree = workspace.plans, workspace.tree
    planned = plans.presets.get(name)
    evidence = read_evidence(tree, name, workspace.layout)
    if evidence is None and planned is None:
        near = near_names(name, plans.presets)
        hint = f"did you mean {' or '.join(near)}?" if near else "`migrate status` lists them"
        yield InputError(f"no preset is called `{printable(name)}`", None, hint)
    elif evidence is None and planned is not None:
        hint = f"take it out of {planned.file}: it leaves no record"
        yield Refused(f"{name} is not applied", planned.place, hint)
    elif evidence is not None and tree.exists(evidence.target):
        others = {one.preset.to for one in plans.presets.values() if one.name != name}
        if evidence.target not in others:
            what = f"still exists, so {name} is not retired"
            yield Refused(what, evidence.target, "delete it, then run this again")


def bring_back(workspace: Workspace, names: Sequence[str]) -> Recorded:
    """Propose that presets are no longer said to be deleted. Raises InputError for others."""
    retired = workspace.plans.accepted.retired
    faults = [
        InputError(f"`{printable(name)}` is not recorded as retired", None, _LIST)
        for name in names
        if name not in retired
    ]
    raise_all(faults)
    found = [RetiredPreset(name, retired[name]) for name in dict.fromkeys(names)]
    changes = bringing_back(workspace.tree, workspace.layout, [one.preset for one in found])
    return Recorded(ChangeSet.of(changes), brought_back=tuple(found))


def listed(workspace: Workspace, names: Sequence[str] = ()) -> Listing:
    """What is accepted for these presets; for all for no name. Raises InputError for others."""
    accepted = workspace.plans.accepted
    wanted = [
        name for name in names if name not in accepted.values and name not in accepted.retired
    ]
    select(workspace.plans, wanted)
    there = tuple(one for one in accepted.each() if not names or one.preset in names)
    presets = [workspace.plans.presets[name] for name in workspace.evidence]
    chosen = [planned for planned in presets if accepted.of(planned.name)]
    gate = VerifyContext(workspace, chosen)
    gate.examine(HERE, None)
    for planned in chosen:
        verdict = gate.examined[planned.name].verdict
        if isinstance(verdict, Verdict):
            gate.acceptances.judged(planned, verdict)
    unused = frozenset((one.preset, one.key) for one in gate.acceptances.idle())
    retired = (RetiredPreset(*item) for item in accepted.retired.items())
    return Listing(there, tuple(one for one in retired if not names or one.preset in names), unused)


def differing(workspace: Workspace, names: Sequence[str], accepted: bool = False) -> list[str]:
    """The dotted keys at which a person may accept something; or those that are accepted."""
    if accepted:
        each = workspace.plans.accepted.each()
        return sorted({one.key for one in each if not names or one.preset in names})
    chosen = _applied(workspace, names)
    gate = VerifyContext(workspace, chosen)
    gate.examine(HERE, None)
    judged = (gate.acceptances.judged(one, _verdict(gate, one)) for one in chosen)
    return sorted({one.accepting.key for each in judged for one in each.open})
