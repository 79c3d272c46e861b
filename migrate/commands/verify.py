"""`migrate verify`: the gate. Everything that must hold before the legacy files go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from migrate.canonical import canonical
from migrate.changes import sha256
from migrate.commands.examine import Ask, Examined, Part, Unit
from migrate.commands.gates import not_run, run_gates
from migrate.commands.parallel import HERE, PORTIONS, Workers, chunks
from migrate.commands.trust import trusted
from migrate.commands.verified import Compared, Verified
from migrate.commands.workspace import Workspace
from migrate.errors import MigrateError
from migrate.evidence import Evidence, read_evidence
from migrate.findings import ERROR, NOTE, WARNING, Finding
from migrate.graph import Link, links_of
from migrate.legacy import MANIFEST, check_manifest
from migrate.locations import Place
from migrate.parity import Difference, Verdict, identical
from migrate.plain import PlainLoader
from migrate.plan import Allowance, Planned, select
from migrate.pointers import still_named
from migrate.resolve import Resolver
from migrate.rules import Layers, check_rules, check_style
from migrate.rules.glance import Glance, Glances, crowded
from migrate.told import told
from migrate.trace import Watched

Progress = Callable[[str, int, int], None]


def verify(
    workspace: Workspace,
    names: Iterable[str] = (),
    gates: bool = False,
    workers: Workers = HERE,
) -> Verified:
    """Run every check; the plan's gate commands only with the user's word.

    Raises MigrateError only where the plans themselves, or the evidence, cannot be read.
    """
    chosen = select(workspace.plans, names)
    result = checked(workspace, chosen, workers)
    result.findings += gates_of(workspace, result, chosen, gates)
    return result


def checked(
    workspace: Workspace,
    chosen: list[Planned],
    workers: Workers = HERE,
    progress: Progress | None = None,
    strict: bool = False,
) -> Verified:
    """Every check but the gate commands: an answer that is made from the tree alone.

    `strict` adds what `lint` finds worth knowing, since its warnings close the gate then.
    """
    gate = _Gate(workspace, chosen)
    gate.examine(workers, progress)
    result = Verified(finalized=gate.finalized)
    checks = {**CHECKS, "style": _style} if strict else CHECKS
    for name, check in checks.items():
        found = list(check(gate, result))
        result.checks[name] = len([finding for finding in found if finding.level == ERROR])
        result.findings += found
    if len(chosen) == len(workspace.plans.presets):
        result.findings += gate.unused()
    return result


def gates_of(
    workspace: Workspace, result: Verified, chosen: list[Planned], word: bool
) -> list[Finding]:
    """Run the gate commands of the plan, if the user gave the word; else say what was not run."""
    if not (word or trusted(workspace)):
        return not_run(chosen)
    applied = [planned for planned in chosen if planned.name in result.presets]
    found = run_gates(workspace.root, applied)
    result.checks["gates"] = len(found)
    return found


class _Gate:
    """The tree under inspection: what was seen of each preset, and the means for a closer look."""

    def __init__(self, workspace: Workspace, chosen: list[Planned]) -> None:
        self.workspace = workspace
        self.plans = workspace.plans
        self.chosen = chosen
        self.examined: dict[str, Examined] = {}
        self.tree = workspace.tree
        self.frozen = self.tree.exists(MANIFEST)

    def examine(self, workers: Workers, progress: Progress | None) -> None:
        """Look at each preset on its own, here or wherever the workers are."""
        ask, units = self._ask(), [self._unit(planned) for planned in self.chosen]
        if workers.pool is None:
            watched = self.tree if isinstance(self.tree, Watched) else Watched(self.tree)
            found = ask.each(units, watched)
        else:
            parts = workers.pool.map(ask.part, chunks(units, PORTIONS * workers.number))
            found = (one for part in parts for one in self._joined(part))
        for number, one in enumerate(found):
            self.examined[one.unit.name] = one
            if progress is not None:
                progress(one.unit.name, number, len(units))

    def _ask(self) -> Ask:
        presets = [planned.preset for planned in self.plans.presets.values()]
        shared = {path for preset in presets for path in preset.extends}
        shared |= {self.plans.legacy_path(path) for preset in presets for path in preset.inline}
        shared |= {
            self.plans.legacy_path(preset.from_) for preset in presets if preset.to in shared
        }
        return Ask(
            root=self.workspace.root,
            limits=self.workspace.limits,
            dialect=self.workspace.dialect,
            profile=self.plans.profile,
            rules=self.plans.rules,
            base=self.plans.base,
            frozen=self.frozen,
            shared=frozenset(shared),
        )

    def _unit(self, planned: Planned) -> Unit:
        preset = planned.preset
        return Unit(planned.name, self.plans.legacy_path(preset.from_), preset.to)

    def _joined(self, part: Part) -> list[Examined]:
        if isinstance(self.tree, Watched):
            self.tree.join(part.digests, part.asked, part.moved)
        return part.examined

    @property
    def finalized(self) -> bool:
        """Whether the rollout is over and the legacy tree gone."""
        return not self.frozen and all(self.examined[one.name].applied for one in self.chosen)

    def evidence(self, name: str) -> Evidence | None:
        """The record of a preset, read for a closer look."""
        return read_evidence(self.tree, name)

    @cached_property
    def retired(self) -> set[str]:
        """The files that applied steps deleted, of presets that were not chosen too."""
        found = {path for one in self.examined.values() for path in one.retired}
        for name in self.plans.presets:
            evidence = self.evidence(name) if name not in self.examined else None
            steps = evidence.steps if evidence is not None else ()
            found |= {step.path for step in steps if step.after is None}
        return found

    def glances(self) -> dict[str, Glance]:
        """A glance at every file that may be a preset, by its path."""
        found = {one.unit.target: one.glance for one in self.examined.values()}
        looking = Glances(self.plans.rules, self.plans.base, self.loader)
        for path in Layers(self.plans, self.workspace.resolver).candidates():
            if path not in found:
                found[path] = looking.at(path)
        return {path: glance for path, glance in found.items() if glance is not None}

    @cached_property
    def loader(self) -> PlainLoader:
        """The trainer's loader, for what was not examined."""
        return PlainLoader(self.tree, self.workspace.dialect)

    def unused(self) -> Iterator[Finding]:
        """The allowances of the profile that excused nothing in any preset."""
        verdicts = [one.verdict for one in self.examined.values()]
        used = {
            rule.identity
            for verdict in verdicts
            if isinstance(verdict, Verdict)
            for rule in verdict.used
        }
        return (_unused(rule) for rule in self.plans.profile.allow if rule.identity not in used)


def _unused(rule: Allowance) -> Finding:
    what = f"the allowance for {rule.path} matches no difference"
    hint = "remove it, or keep it for edits to come; --strict fails on it"
    return Finding("unused-allowance", what, rule.place, hint, WARNING)


Check = Callable[[_Gate, Verified], Iterator[Finding]]

# The checks, in the order in which they are reported.


def _manifest(gate: _Gate, result: Verified) -> Iterator[Finding]:
    """The frozen files are what they were."""
    if result.finalized:
        return
    try:
        yield from (Finding.of("manifest", fault) for fault in check_manifest(gate.tree))
    except MigrateError as error:
        yield Finding.of("manifest", error)


def _applied(gate: _Gate, result: Verified) -> Iterator[Finding]:
    """Every preset is applied, by the plan and the legacy files as they are."""
    for planned in gate.chosen:
        seen = gate.examined[planned.name]
        if not seen.applied:
            hint = f"migrate apply --preset {planned.name}"
            yield Finding("applied", f"{planned.name} is not applied", planned.place, hint)
        elif seen.unlike:
            evidence = gate.evidence(planned.name)
            if evidence is not None:
                yield from _record(gate.workspace, result, planned, evidence)


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


def _parity(gate: _Gate, result: Verified) -> Iterator[Finding]:
    """Every target says what the legacy config said, but for what the profile allows."""
    for planned in gate.chosen:
        verdict = gate.examined[planned.name].verdict
        if isinstance(verdict, MigrateError):
            yield from (Finding.of("parity", fault) for fault in verdict.faults())
        elif verdict is not None:
            compared = Compared(len(verdict.allowed), len(verdict.forbidden))
            result.presets[planned.name] = compared
            for difference, why in verdict.forbidden:
                yield _forbidden(gate.workspace, planned, difference, why)


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


def _gone(gate: _Gate, result: Verified) -> Iterator[Finding]:
    """What was retired is gone, and no config names it."""
    for path in sorted(gate.retired):
        if gate.tree.exists(path):
            what = "was deleted by the rollout and is there again"
            yield Finding("retired", what, Place(path), "delete it, or keep it under another name")
    for link in _dangling(gate):
        level = ERROR if link.target in gate.retired else WARNING
        what = f"extends {link.target}, which does not exist"
        yield Finding("retired", what, link.place, "extend what replaced it", level)


def _dangling(gate: _Gate) -> list[Link]:
    """Links of live configs to files that do not exist, by source."""
    seen = {one.unit.target: one.glance for one in gate.examined.values() if one.glance}
    found: list[Link] = []
    for path in gate.workspace.graph.composing():
        bases = seen[path].shape.bases if path in seen else _bases(gate.loader, path)
        if not all(map(gate.tree.exists, bases)):
            links = _links(gate.workspace.resolver, path)
            found += (link for link in links if not gate.tree.exists(link.target))
    return sorted(found, key=lambda link: (link.source, link.place.line))


def _bases(loader: PlainLoader, path: str) -> list[str]:
    try:
        return loader.bases(path)
    except MigrateError:
        return []  # what cannot be loaded is a finding elsewhere


def _links(resolver: Resolver, path: str) -> list[Link]:
    try:
        return links_of(resolver, path)
    except MigrateError:
        return []


def _references(gate: _Gate, result: Verified) -> Iterator[Finding]:
    """No code, script, config or doc names what the rollout removed."""
    gone = sorted(path for path in gate.retired if not gate.tree.exists(path))
    for one in still_named(gate.tree, gate.plans, gone):
        if one.ignored:
            continue
        level = ERROR if one.dangles else WARNING if one.prose else NOTE
        what = f"names {one.target}, which the rollout removed"
        hint = one.reason if level == NOTE and one.reason else "name what replaced it"
        yield Finding("references", what, one.place, hint, level)


def _rules(gate: _Gate, result: Verified) -> Iterator[Finding]:
    """The layer rules are kept."""
    glances = gate.glances()
    layer = {glance.shape.fusion for glance in glances.values()}
    shapes = {path: one.shape for path, one in glances.items() if path not in layer}
    loud = crowded(gate.plans.rules, shapes)
    seen = {path: one.shape for path, one in glances.items() if one.quiet and path not in loud}
    try:
        yield from check_rules(gate.plans, gate.workspace.resolver, seen=seen)
    except MigrateError as error:
        yield from (Finding.of("rules", fault) for fault in error.faults())


_ALLOW = "take the edit back, or allow it with a reason in plans/parity.yaml"


def _style(gate: _Gate, result: Verified) -> Iterator[Finding]:
    """What `lint` finds beside the layer rules."""
    yield from check_style(gate.plans, gate.workspace.resolver)


CHECKS: dict[str, Check] = {
    "manifest": _manifest,
    "applied": _applied,
    "parity": _parity,
    "retired": _gone,
    "references": _references,
    "rules": _rules,
}
"""Every check by the name under which it is reported."""
