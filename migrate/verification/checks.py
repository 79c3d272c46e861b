"""What must hold before the legacy files go; a closer look where something shows."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from migrate.changes import sha256
from migrate.errors import MigrateError
from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.locations import Place, dotted
from migrate.parity import ABSENT, Difference, Verdict
from migrate.parity.format import format_difference, value_text
from migrate.plan import PlannedPreset
from migrate.rollout.evidence import Evidence, plan_digest
from migrate.rollout.legacy import LineEnds, only_line_ends
from migrate.rollout.missed_edits import MissedEdit, recorded_otherwise, unexplained
from migrate.rollout.reference_updates import still_named
from migrate.rules import check_rules, check_style
from migrate.verification.acceptances import JudgedDifferences, OpenDifference, place_of, to_retire
from migrate.verification.context import VerifyContext
from migrate.verification.result import DifferenceCounts, VerifyResult
from migrate.verification.so_far import plans_hold

Check = Callable[[VerifyContext, VerifyResult], Iterator[Finding]]

# The checks, in the order in which they are reported.


def _manifest(gate: VerifyContext, result: VerifyResult) -> Iterator[Finding]:
    """The frozen files are what they were."""
    if gate.legacy_gone:
        return
    for fault in gate.manifest_faults:
        finding = Finding.of("manifest", fault)
        path = finding.place.path if finding.place is not None else ""
        if not isinstance(fault, LineEnds) and gate.may_be_merged(path):
            hint = (
                f"{finding.hint}; if git merged an edit into it, `migrate port` carries that over"
            )
            finding = finding._replace(hint=hint)
        yield finding


def _applied(gate: VerifyContext, result: VerifyResult) -> Iterator[Finding]:
    """Every preset is applied, by the plan and the legacy files as they are."""
    for planned in gate.chosen:
        seen = gate.examined[planned.name]
        if not seen.applied:
            if not gate.so_far or gate.legacy_gone:
                yield _pending(gate, planned)
            continue
        if seen.plan != plan_digest(planned):
            yield _stale(gate, planned)
        if seen.evidence_differs:
            evidence = gate.evidence(planned.name)
            if evidence is not None:
                yield from _record(gate, result, planned, evidence)
    yield from _unplanned(gate)


def _stale(gate: VerifyContext, planned: PlannedPreset) -> Finding:
    """A preset whose plan changed, and whether its step can be redone."""
    what = f"the plan of {planned.name} changed since it was applied"
    hint = f"migrate apply --preset {planned.name}"
    evidence = gate.evidence(planned.name)
    if gate.legacy_gone:
        hint = "undo that change of the plan: a step cannot be redone without the legacy tree"
    elif evidence is not None and _is_edited(gate, evidence):
        hint = (
            f"undo that change of the plan: {evidence.target} was edited by hand, so its step"
            " cannot be redone; what differs on purpose is accepted (see `parity`)"
        )
    return Finding("applied", what, planned.place, hint)


def _is_edited(gate: VerifyContext, evidence: Evidence) -> bool:
    """Whether a target is there and was edited by hand; line ends may be git's."""
    if not gate.tree.exists(evidence.target):
        return False
    content = gate.tree.read(evidence.target)
    edited = sha256(content) != evidence.digest
    return edited and not only_line_ends(content, evidence.digest)


def _pending(gate: VerifyContext, planned: PlannedPreset) -> Finding:
    """A preset that waits for its step, and what keeps the step from being taken."""
    if gate.legacy_gone:
        what = f"{planned.name} has no evidence, and the legacy tree is gone"
        evidence = gate.plans.layout.evidence(planned.name)
        hint = f"restore {evidence} from version control, or take {planned.name} out of the plan"
        return Finding("applied", what, planned.place, hint)
    what, hint = f"{planned.name} is not applied", f"migrate apply --preset {planned.name}"
    missing = sorted(gate.old.missing_in(_old_paths(gate, planned)))
    if missing:
        what += f", and {', '.join(missing)} was deleted"
        hint = f"restore it, or take {planned.name} out of {planned.file}"
    return Finding("applied", what, planned.place, hint)


def _unplanned(gate: VerifyContext) -> Iterator[Finding]:
    """Evidence of a preset that no plan has any more: nobody compares it."""
    folder, retired = gate.plans.layout.evidence_folder, gate.plans.accepted.retired

    def known(name: str) -> bool:
        return name in gate.plans.presets or name in retired

    for path in gate.tree.files():
        name, suffix = posixpath.splitext(path.removeprefix(f"{folder}/"))
        if path.startswith(f"{folder}/") and suffix == ".json" and not known(name):
            what = f"is the evidence of {name}, which no plan has any more"
            evidence = gate.evidence(name)
            if evidence is not None and gate.tree.exists(evidence.target):
                hint = f"put the preset back into a plan: {evidence.target} is there"
                yield Finding("applied", what, Place(path), hint)
            else:
                hint = "put the preset back into a plan, or say why it was deleted"
                yield Finding("applied", what, Place(path), hint, command=to_retire(name))


def _record(
    gate: VerifyContext, result: VerifyResult, planned: PlannedPreset, evidence: Evidence
) -> Iterator[Finding]:
    tree, place = gate.tree, Place(evidence.target)
    if not tree.exists(evidence.target):
        if planned.name not in gate.plans.accepted.retired:
            what, hint = "was applied and is gone", "restore it, or say why it was deleted"
            yield Finding("applied", what, place, hint, command=to_retire(planned.name))
        return
    if gate.compares and _is_edited(gate, evidence):
        hint = "fine while parity holds; later edits are what presets are for"
        yield Finding("applied", "was edited after it was applied", place, hint, NOTE)
    # Where only line ends differ, the manifest's finding says it for all of them.
    if not result.finalized and not any(isinstance(one, LineEnds) for one in gate.manifest_faults):
        yield from _same_legacy(gate, planned, evidence)


def _same_legacy(
    gate: VerifyContext, planned: PlannedPreset, evidence: Evidence
) -> Iterator[Finding]:
    """The frozen files are those that the evidence speaks of, or what a later step found."""
    rollout = gate.workspace.rollout
    others = [one for one in gate.workspace.evidence.values() if one.name != evidence.name]
    path = unexplained(evidence, rollout, others)
    if path is None and not recorded_otherwise(evidence, rollout):
        return
    what = f"the evidence of {planned.name} speaks of another legacy config"
    hint = f"restore {path or 'the evidence'} from version control"
    yield Finding("evidence", what, Place(path or gate.plans.layout.evidence(evidence.name)), hint)


def _edits(gate: VerifyContext, result: VerifyResult) -> Iterator[Finding]:
    """Whatever was edited in the old files has arrived in the presets that replaced them."""
    if result.finalized:
        return
    yield from _moved(gate)
    for planned in gate.chosen:
        missed = gate.missed.get(planned.name, [])
        if isinstance(missed, MigrateError):
            yield from (Finding.of("edits", fault) for fault in missed.faults())
        else:
            yield from (_behind(planned, edit) for edit in missed)


def _moved(gate: VerifyContext) -> Iterator[Finding]:
    """What changed in the files of presets that wait for their step: told, and no fault."""
    if not gate.old.moved:
        return
    users: dict[str, list[str]] = {}
    for planned in gate.chosen:
        if not gate.examined[planned.name].applied:
            for path in _old_paths(gate, planned):
                users.setdefault(path, []).append(planned.name)
    for file in gate.old.moved_in(users):
        keys = "; ".join(map(format_difference, file.changed)) or "no value, only its text"
        what = f"changed since it was frozen: {keys}"
        if file.before is None:
            what = "is extended since the tree was frozen"
        hint = f"its next step migrates what stands there now: {', '.join(users[file.frozen])}"
        yield Finding("edits", what, Place(file.path), hint, WARNING if gate.so_far else NOTE)


def _old_paths(gate: VerifyContext, planned: PlannedPreset) -> tuple[str, ...]:
    try:
        return gate.workspace.rollout.legacy_chain(planned).paths
    except MigrateError:
        return ()  # the preset's own step says what is wrong


def _behind(planned: PlannedPreset, edit: MissedEdit) -> Finding:
    """An edit that a preset lacks, and how it gets it."""
    what = f"{planned.name} is behind: {edit.what} in {edit.place}, after it was migrated"
    hint = "`migrate port` carries it over"
    if edit.is_back:
        what = f"{planned.name} may be behind: {edit.place} is back, and says {edit.what}"
        hint = "`migrate port` carries over what is new in it, and retires it"
    elif edit.conflicts:
        what += f"; here it is {value_text(edit.here)}"
        hint = f"set `{dotted(edit.key)}` to {value_text(edit.today)} in {edit.file}"
        if edit.today is ABSENT:
            hint = f"take `{dotted(edit.key)}` out of {edit.file}, or take back that edit"
    return Finding("edits", what, edit.home, hint)


def _parity(gate: VerifyContext, result: VerifyResult) -> Iterator[Finding]:
    """Every target says what the legacy config said, but for what is allowed or accepted."""
    for planned in gate.chosen:
        verdict = gate.examined[planned.name].verdict
        if isinstance(verdict, MigrateError):
            yield from (Finding.of("parity", fault) for fault in verdict.faults())
        elif verdict is not None:
            judged = gate.acceptances.judged(planned, verdict)
            counts = len(verdict.allowed), len(judged.open), len(judged.accepted)
            result.presets[planned.name] = DifferenceCounts(*counts)
            for one in unexcused(gate, planned, judged) if gate.compares else ():
                yield _forbidden(gate, planned, one)
    if gate.compares:
        yield from gate.acceptances.unused(gate.chosen)


def unexcused(
    gate: VerifyContext, planned: PlannedPreset, judged: JudgedDifferences
) -> Iterator[OpenDifference]:
    """The open differences that no check but parity tells of."""
    for one in judged.open:
        place = place_of(gate.workspace.resolver.resolve(planned.preset.to), one.difference.path)
        told_of = (place, one.difference.path) in gate.missing_at
        if not told_of and not _arrived(gate, planned, one.difference):
            yield one


def _arrived(gate: VerifyContext, planned: PlannedPreset, difference: Difference) -> bool:
    """Whether the old files by now say the same as the preset: somebody carried an edit over."""
    config = gate.old_config(planned) if not gate.finalized else None
    try:
        return config is not None and config.arrived(difference)
    except MigrateError:
        return False  # what cannot be read is a finding of `edits`


def _forbidden(gate: VerifyContext, planned: PlannedPreset, one: OpenDifference) -> Finding:
    """A forbidden difference, at the line that sets the value now."""
    place = place_of(gate.workspace.resolver.resolve(planned.preset.to), one.difference.path)
    what = f"{planned.name}: {format_difference(one.difference)}: {one.why}"
    other = gate.acceptances.instead_of(one)
    if other is not None:
        what += f"; accepted is {value_text(other.was)} -> {value_text(other.now)}"
    hint = "take the edit back, or accept it"
    if one.ruled:
        hint = "take the edit back; if it is meant all the same, accept it"
    parent = _sets_it_too(gate, planned, place, one.difference)
    if parent is not None:
        hint += f" (for {parent}, whose file sets it, is enough)"
    return Finding("parity", what, place, hint, command=one.command)


def _sets_it_too(
    gate: VerifyContext, planned: PlannedPreset, place: Place, difference: Difference
) -> str | None:
    """The parent in whose file an overlay's value stands, if it differs there too."""
    parent = gate.acceptances.targets.get(place.path)
    seen = gate.examined.get(parent) if parent is not None and parent != planned.name else None
    if seen is None or not isinstance(seen.verdict, Verdict):
        return None
    same = any(other.path == difference.path for other, _ in seen.verdict.forbidden)
    return parent if same else None


def _gone(gate: VerifyContext, result: VerifyResult) -> Iterator[Finding]:
    """What every preset has done without is gone, and no config names it."""
    left = {one.path: one for one in gate.leftovers}
    for path, one in left.items():
        what = "is left over: every preset that used it is migrated"
        hint = "`migrate apply --all` retires it"
        behind = [name for name in one.users if gate.lacks_edit_of(name, one.frozen)]
        if behind:
            verb = "lacks" if len(behind) == 1 else "lack"
            what += f", but {', '.join(behind)} {verb} what was edited here"
            hint = "`migrate port` carries that over, and retires it"
        links = [link for link in gate.workspace.graph.links_to(path) if link.source not in left]
        if links:
            what += f", but {links[0].place} still extends it"
            hint = (
                f"`migrate adopt {links[0].source}` plans that one, or name the file under `keep:`"
            )
        yield Finding("retired", what, Place(path), hint)
    for path in sorted(gate.retired - left.keys()):
        if gate.tree.exists(path):
            what = "was deleted by the rollout and is there again"
            yield Finding("retired", what, Place(path), "delete it, or keep it under another name")
    for link in gate.dangling:
        if link.source in left:
            continue
        level = ERROR if link.target in gate.retired else WARNING
        what = f"extends {link.target}, which does not exist"
        hint = "extend what replaced it"
        if link.target in gate.retired:
            what = f"extends {link.target}, which the rollout removed"
            planned = gate.workspace.rollout.targets.get(link.source)
            hint = f"`migrate adopt {link.source}` plans it, with what that file said"
            if planned is not None:
                hint = f"`migrate apply --preset {planned.name}` migrates it"
        yield Finding("retired", what, link.place, hint, level)


def _references(gate: VerifyContext, result: VerifyResult) -> Iterator[Finding]:
    """No code, script, config or doc names what the rollout removed."""
    gone = sorted(path for path in gate.retired if not gate.tree.exists(path))
    said = {link.place for link in gate.dangling}
    for one in still_named(gate.tree, gate.plans, gone, gate.scans):
        if one.ignored or one.place in said:
            continue
        if not one.target:
            yield Finding("references", one.reason, one.place, "look into it yourself", NOTE)
            continue
        what = f"names {one.target}, which the rollout removed"
        moved = gate.old.applied.moved.get(one.target)
        hint = one.reason if not one.dangles and one.reason else "name what replaced it"
        hint = f"name {moved}, where it is now" if moved else hint
        yield Finding("references", what, one.place, hint, ERROR if one.dangles else WARNING)


def _rules(gate: VerifyContext, result: VerifyResult) -> Iterator[Finding]:
    """The layer rules are kept."""
    said = {link.place for link in gate.dangling} | {Place(one.path) for one in gate.leftovers}
    try:
        only = _applied_targets(gate) if gate.so_far else ()
        if gate.so_far and not only:
            return
        for found in check_rules(gate.plans, gate.workspace.resolver, only, gate.passed()):
            left = found.place is not None and Place(found.place.path) in said
            if found.place not in said and not left:
                yield found
    except MigrateError as error:
        yield from (Finding.of("rules", fault) for fault in error.faults())


def _applied_targets(gate: VerifyContext) -> list[str]:
    return [one.target for one in gate.examined.values() if one.applied]


def _style(gate: VerifyContext, result: VerifyResult) -> Iterator[Finding]:
    """What `lint` finds beside the layer rules."""
    only = _applied_targets(gate) if gate.so_far else ()
    if only or not gate.so_far:
        yield from check_style(gate.plans, gate.workspace.resolver, only)


def _plans(gate: VerifyContext, result: VerifyResult) -> Iterator[Finding]:
    """The plans of presets that wait hold: each step could be taken now."""
    yield from plans_hold(gate)


CHECKS: dict[str, Check] = {
    "manifest": _manifest,
    "applied": _applied,
    "edits": _edits,
    "parity": _parity,
    "retired": _gone,
    "references": _references,
    "rules": _rules,
}
"""Every check by the name under which it is reported."""

STRICT: dict[str, Check] = {"style": _style}
"""What is asked as well where warnings close the gate."""

SO_FAR: dict[str, Check] = {"plan": _plans}
"""What is asked as well where presets may wait for their step."""
