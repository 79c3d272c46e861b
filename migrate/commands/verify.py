"""`migrate verify`: the gate. Everything that must hold before the legacy files go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from migrate.canonical import canonical
from migrate.changes import sha256
from migrate.commands.gates import not_run, run_gates
from migrate.commands.parallel import each_chunk
from migrate.commands.trust import trusted
from migrate.commands.workspace import Workspace
from migrate.errors import MigrateError
from migrate.evidence import Evidence
from migrate.findings import ERROR, NOTE, WARNING, Finding, fails
from migrate.legacy import MANIFEST, check_manifest
from migrate.locations import Place
from migrate.parity import Difference, Verdict, identical, judge
from migrate.plain import PlainLoader
from migrate.plan import Allowance, Planned, select
from migrate.pointers import still_named
from migrate.rules import check_rules
from migrate.told import told

if TYPE_CHECKING:
    from concurrent.futures import Executor


@dataclass
class Verified:
    """What the gate looked at, and what it found. `presets` maps a name to its verdict."""

    presets: dict[str, Verdict] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    checks: dict[str, int] = field(default_factory=dict)
    finalized: bool = False

    def failed(self, strict: bool) -> bool:
        """Whether the gate is closed."""
        return fails(self.findings, strict)


Check = Callable[[Workspace, Verified, list[Planned]], Iterator[Finding]]


def verify(
    workspace: Workspace,
    names: Iterable[str] = (),
    gates: bool = False,
    jobs: int = 1,
    pool: Executor | None = None,
) -> Verified:
    """Run every check; the plan's gate commands only with the user's word.

    `pool` is any executor that takes the presets in `jobs` portions. Raises MigrateError only
    where the plans themselves cannot be read.
    """
    chosen = select(workspace.plans, names)
    result = Verified(finalized=_finalized(workspace, chosen))
    checks: dict[str, Check] = {**CHECKS, "parity": partial(_parity, jobs=jobs, pool=pool)}
    for name, check in checks.items():
        found = list(check(workspace, result, chosen))
        result.checks[name] = len([finding for finding in found if finding.level == ERROR])
        result.findings += found
    result.findings += _gates(workspace, result, chosen, gates)
    used = {rule.identity for verdict in result.presets.values() for rule in verdict.used}
    allow = workspace.plans.profile.allow
    if len(chosen) == len(workspace.plans.presets):
        result.findings += (_unused(rule) for rule in allow if rule.identity not in used)
    return result


def _finalized(workspace: Workspace, chosen: list[Planned]) -> bool:
    done = all(planned.name in workspace.evidence for planned in chosen)
    return done and not workspace.tree.exists(MANIFEST)


def _unused(rule: Allowance) -> Finding:
    what = f"the allowance for {rule.path} matches no difference"
    hint = "remove it, or keep it for edits to come; --strict fails on it"
    return Finding("unused-allowance", what, rule.place, hint, WARNING)


def _gates(
    workspace: Workspace, result: Verified, chosen: list[Planned], word: bool
) -> list[Finding]:
    """The gate commands of the plan, if the user gave the word; else what was not run."""
    if not (word or trusted(workspace)):
        return not_run(chosen)
    applied = [planned for planned in chosen if planned.name in workspace.evidence]
    found = run_gates(workspace.root, applied)
    result.checks["gates"] = len(found)
    return found


# The checks, in the order in which they are reported.


def _manifest(workspace: Workspace, result: Verified, _: list[Planned]) -> Iterator[Finding]:
    """The frozen files are what they were."""
    if result.finalized:
        return
    try:
        yield from (Finding.of("manifest", fault) for fault in check_manifest(workspace.tree))
    except MigrateError as error:
        yield Finding.of("manifest", error)


def _applied(workspace: Workspace, result: Verified, chosen: list[Planned]) -> Iterator[Finding]:
    """Every preset is applied, by the plan and the legacy files as they are."""
    for planned in chosen:
        evidence = workspace.evidence.get(planned.name)
        if evidence is None:
            hint = f"migrate apply --preset {planned.name}"
            yield Finding("applied", f"{planned.name} is not applied", planned.place, hint)
        else:
            yield from _record(workspace, result, planned, evidence)


def _record(
    workspace: Workspace, result: Verified, planned: Planned, evidence: Evidence
) -> Iterator[Finding]:
    place = Place(evidence.target)
    if not workspace.tree.exists(evidence.target):
        yield Finding("applied", "was applied and is gone", place, "restore it")
        return
    if sha256(workspace.tree.read(evidence.target)) != evidence.digest:
        hint = "fine while parity holds; later edits are what presets are for"
        yield Finding("applied", "was edited after it was applied", place, hint, NOTE)
    if not result.finalized:
        yield from _same_legacy(workspace, planned, evidence)


def _same_legacy(workspace: Workspace, planned: Planned, evidence: Evidence) -> Iterator[Finding]:
    try:
        chain = workspace.rollout.legacy_chain(planned).chain
        resolved = workspace.rollout.legacy_plain.load(evidence.source)
    except MigrateError as error:
        yield Finding.of("evidence", error)
        return
    known = tuple((document.path, document.digest) for document in chain)
    same = identical(resolved, evidence.resolved, in_order=False)
    same = same or canonical(resolved) == canonical(evidence.resolved)
    if known != evidence.chain or not same:
        what = f"the evidence of {planned.name} speaks of another legacy config"
        hint = "restore the legacy tree, or apply the preset again"
        yield Finding("evidence", what, Place(evidence.source), hint)


def _parity(
    workspace: Workspace,
    result: Verified,
    chosen: list[Planned],
    jobs: int = 1,
    pool: Executor | None = None,
) -> Iterator[Finding]:
    """Every target says what the legacy config said, but for what the profile allows."""
    names = [planned.name for planned in chosen if planned.name in workspace.evidence]
    names = [name for name in names if workspace.tree.exists(workspace.evidence[name].target)]
    work = partial(verdicts, workspace)
    outcomes = each_chunk(work, names, jobs, pool)
    for name, outcome in zip(names, outcomes, strict=True):
        if isinstance(outcome, MigrateError):
            yield from (Finding.of("parity", fault) for fault in outcome.faults())
            continue
        result.presets[name] = outcome
        for difference, why in outcome.forbidden:
            yield _forbidden(workspace, workspace.plans.presets[name], difference, why)


def verdicts(workspace: Workspace, names: list[str]) -> list[Verdict | MigrateError]:
    """The verdict on each of these presets, or why there is none."""
    loader = PlainLoader(workspace.tree, workspace.dialect)
    found: list[Verdict | MigrateError] = []
    for name in names:
        evidence = workspace.evidence[name]
        try:
            new = loader.load(evidence.target)
        except MigrateError as error:
            found.append(error)
        else:
            found.append(judge(evidence.resolved, new, workspace.plans.profile))
    return found


def _forbidden(workspace: Workspace, planned: Planned, difference: Difference, why: str) -> Finding:
    """A forbidden difference, at the line that sets the value now."""
    place = Place(planned.preset.to)
    branch = workspace.resolver.resolve(planned.preset.to).branch
    path = difference.path
    while path:
        slot = branch.find(path)
        if slot is not None:
            place = slot.winner.place
            break
        path = path[:-1]
    forbidden = why.startswith("forbidden")
    hint = "take the edit back" if forbidden else _ALLOW
    what = f"{planned.name}: {told(difference)}: {why}"
    return Finding("parity", what, place, hint)


def _gone(workspace: Workspace, result: Verified, _: list[Planned]) -> Iterator[Finding]:
    """What was retired is gone, and no config names it."""
    retired = _retired(workspace)
    for path in sorted(retired):
        if workspace.tree.exists(path):
            what = "was deleted by the rollout and is there again"
            yield Finding("retired", what, Place(path), "delete it, or keep it under another name")
    for link in workspace.graph.dangling:
        level = ERROR if link.target in retired else WARNING
        what = f"extends {link.target}, which does not exist"
        yield Finding("retired", what, link.place, "extend what replaced it", level)


def _references(workspace: Workspace, result: Verified, _: list[Planned]) -> Iterator[Finding]:
    """No code, script, config or doc names what the rollout removed."""
    gone = sorted(path for path in _retired(workspace) if not workspace.tree.exists(path))
    for one in still_named(workspace.tree, workspace.plans, gone):
        if one.ignored:
            continue
        level = ERROR if one.dangles else WARNING if one.prose else NOTE
        what = f"names {one.target}, which the rollout removed"
        hint = one.reason if level == NOTE and one.reason else "name what replaced it"
        yield Finding("references", what, one.place, hint, level)


def _retired(workspace: Workspace) -> set[str]:
    """The files that applied steps deleted."""
    return {
        step.path
        for evidence in workspace.evidence.values()
        for step in evidence.steps
        if step.after is None
    }


def _rules(workspace: Workspace, result: Verified, _: list[Planned]) -> Iterator[Finding]:
    """The layer rules are kept."""
    try:
        yield from check_rules(workspace.plans, workspace.resolver)
    except MigrateError as error:
        yield from (Finding.of("rules", fault) for fault in error.faults())


_ALLOW = "take the edit back, or allow it with a reason in plans/parity.yaml"

CHECKS: dict[str, Check] = {
    "manifest": _manifest,
    "applied": _applied,
    "parity": _parity,
    "retired": _gone,
    "references": _references,
    "rules": _rules,
}
"""Every check by the name under which it is reported."""
