"""How rollout steps look: the preview of `plan`, the record of `apply`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from migrate.changes import Change, ChangeSet
from migrate.layout import Layout
from migrate.locations import dotted, printable, printable_block
from migrate.parity import Difference
from migrate.parity.format import format_difference
from migrate.plan import PlannedPreset
from migrate.report.dropped import account_data, dropped_lines, follows_data, follows_lines
from migrate.report.origins import origins_data
from migrate.report.paint import Paint, columns, plural
from migrate.report.refs import reference_data
from migrate.rollout.evidence import difference_sides
from migrate.rollout.missed_edits import MissedEdit
from migrate.rollout.old_tree import MovedFile
from migrate.rollout.steps import Proposal, Sweep

if TYPE_CHECKING:
    from migrate.commands.undo import UndoResult

if TYPE_CHECKING:
    from migrate.references.reference import Reference
    from migrate.workspace.steps import Step

KINDS = {"create": "+", "modify": "~", "delete": "-"}
COLOURS = {"create": "green", "modify": "yellow", "delete": "red"}


def step_lines(step: Step, paint: Paint) -> Iterator[str]:
    """The preview of one step."""
    proposal = step.proposal
    written, chain = proposal.written, proposal.proof.chain
    yield f"{paint(proposal.name, 'bold')}  {written.source} -> {written.target}"
    yield f"  merges {len(written.chain)} -> {len(chain)}: {', '.join(map(printable, chain))}"
    yield from _redone(step, paint)
    yield from _chain(proposal)
    yield from moved_lines(proposal.moved, paint)
    yield from _inlined(proposal)
    yield from _unused(proposal, paint)
    yield from _follows(proposal)
    yield from _comments(proposal)
    yield from _references(proposal, paint)
    yield from _files(step.landing, paint)
    yield from _parity(proposal)


def word_lines(step: Step, paint: Paint) -> Iterator[str]:
    """What of a step needs a person's word: shown of every step, however many there are."""
    proposal = step.proposal
    yield from _redone(step, paint)
    yield from moved_lines(proposal.moved, paint)
    yield from _unused(proposal, paint)
    for one in proposal.followed.references:
        if not one.prose and not proposal.followed.rewrites(one):
            yield _reference(proposal, one, paint)
    yield from _inherited(proposal)


def mention_lines(step: Step, paint: Paint) -> Iterator[str]:
    """The names in prose that stay as they are."""
    proposal = step.proposal
    for one in proposal.followed.references:
        if one.prose and not proposal.followed.rewrites(one):
            yield _reference(proposal, one, paint)


def _redone(step: Step, paint: Paint) -> Iterator[str]:
    if step.redone:
        yield paint("  applied before, and its plan changed: it is redone", "yellow")


def _chain(proposal: Proposal) -> Iterator[str]:
    yield "  chain before, in merge order:"
    for number, (path, _) in enumerate(proposal.written.chain, 1):
        yield f"    {number:2}  {printable(path)}"


def moved_lines(moved: Iterable[MovedFile], paint: Paint) -> Iterator[str]:
    """The old files that changed since they were frozen, each with the keys whose value did."""
    for file in moved:
        if file.before is None:
            yield paint(f"  joined since the tree was frozen: {printable(file.path)}", "yellow")
            continue
        yield paint(f"  changed since it was frozen: {printable(file.path)}", "yellow")
        yield from (f"    {format_difference(difference)}" for difference in file.changed)
        if not file.changed:
            yield "    no value, only its text"


def sweep_lines(sweep: Sweep, paint: Paint, pending: bool) -> Iterator[str]:
    """The leftovers that go, or went; and what still holds others."""
    word = "would retire" if pending else "retired"
    for one in sweep.leftovers:
        users = ", ".join(map(printable, one.users))
        yield f"{word} {paint(printable(one.path), 'bold')}: left over by {users}"
    for one, names in sweep.waiting:
        presets = ", ".join(map(printable, names))
        verb = "has" if len(names) == 1 else "have"
        line = f"stays: {printable(one.path)}, until {presets} {verb} what was edited there"
        yield paint(line, "yellow")
    for link in sweep.held:
        yield paint(f"stays: {printable(link.target)}, which {link.place} still extends", "yellow")


def behind_lines(behind: Iterable[tuple[str, MissedEdit]], paint: Paint) -> Iterator[str]:
    """The edits that applied presets lack."""
    for name, edit in behind:
        lacks = "may lack" if edit.is_back else "lacks"
        what = f"behind: {printable(name)} {lacks} {edit.what} of {edit.place}"
        yield paint(f"{what}; its place is {printable(edit.file)}", "yellow")


def behind_data(behind: Iterable[tuple[str, MissedEdit]]) -> list[dict[str, Any]]:
    """The same for scripts."""
    return [
        {
            "preset": name,
            "key": dotted(edit.key),
            **difference_sides(Difference(edit.key, edit.recorded, edit.today)),
            "from": str(edit.place),
            "file": edit.file,
        }
        for name, edit in behind
    ]


def sweep_data(sweep: Sweep) -> dict[str, Any]:
    """The same for scripts."""
    return {
        "files": [{"path": one.path, "presets": list(one.users)} for one in sweep.leftovers],
        "held": [
            {"path": link.target, "by": link.place.path, "line": link.place.line}
            for link in sweep.held
        ],
        "references": [
            {**reference_data(one), "rewritten": sweep.followed.rewrites(one)}
            for one in sweep.followed.references
        ],
    }


def _moved_data(file: MovedFile) -> dict[str, Any]:
    """The same of one file for scripts."""
    keys = [
        {"key": dotted(one.path), **difference_sides(one), "difference": format_difference(one)}
        for one in file.changed
    ]
    return {"file": file.path, "frozen": file.before is not None, "keys": keys}


def _inlined(proposal: Proposal) -> Iterator[str]:
    inlined = proposal.written.inlined
    if not inlined:
        return
    total = sum(map(len, inlined.values()))
    yield f"  inlines {plural(total, 'key')} of {plural(len(inlined), 'file')}:"
    rows = [(printable(path), str(len(keys)), _short(keys)) for path, keys in inlined.items()]
    yield from columns(rows, right=[1], indent="    ")


def _short(keys: list[str], limit: int = 3) -> str:
    more = f" and {len(keys) - limit} more" if len(keys) > limit else ""
    return ", ".join(map(printable, keys[:limit])) + more


def _unused(proposal: Proposal, paint: Paint) -> Iterator[str]:
    for path, key in proposal.written.unused:
        yield paint(f"  planned, but never active: {key} of {path}", "yellow")


def _follows(proposal: Proposal) -> Iterator[str]:
    follows = proposal.written.follows
    if follows:
        yield f"  pins left to the parent: {plural(len(follows), 'key')}; `pins: keep` keeps them"
        yield from follows_lines(follows, "    ")


def _comments(proposal: Proposal) -> Iterator[str]:
    comments = proposal.written.comments
    yield f"  comments: {comments.kept} kept, {len(comments.dropped)} dropped"
    yield from dropped_lines(comments.dropped, "    ")


def _references(proposal: Proposal, paint: Paint) -> Iterator[str]:
    found = proposal.followed.references
    if not found:
        return
    rewritten = sum(map(proposal.followed.rewrites, found))
    yield f"  references: {rewritten} rewritten, {len(found) - rewritten} left"
    yield from (f"  {_reference(proposal, one, paint)}" for one in found)


def _reference(proposal: Proposal, one: Reference, paint: Paint) -> str:
    if not one.target:
        return paint(f"  {printable(one.path)}: {one.reason}", "yellow")
    written = f"  {one.place}: {printable(one.written)}"
    if proposal.followed.rewrites(one):
        return f"{written} -> {printable(one.edit or 'dropped')}"
    reason = one.reason or "likely; --likely rewrites it"
    word = "prose" if one.prose else one.certainty
    return paint(f"{written} ({word}: {reason})", "yellow")


def _files(changes: ChangeSet, paint: Paint) -> Iterator[str]:
    if not changes:
        yield "  files: landed together with the next step"
        return
    yield "  files:"
    rows = [
        (paint(KINDS[change.kind], COLOURS[change.kind]), printable(change.path), change.why)
        for change in changes
    ]
    widest = max(len(path) for _, path, _ in rows)
    for sign, path, why in rows:
        yield f"    {sign} {path:{widest}}  {why}".rstrip()


def _parity(proposal: Proposal) -> Iterator[str]:
    verdict = proposal.proof.verdict
    order = f", {plural(len(verdict.order), 'mapping')} in another order" if verdict.order else ""
    yield f"  parity: holds, {plural(len(verdict.allowed), 'allowed difference')}{order}"
    for difference, rule in verdict.allowed:
        yield f"    {format_difference(difference)} ({rule.reason})"
    yield from (f"  {line}" for line in _inherited(proposal))
    if proposal.dependents:
        yield f"  parity of dependents: {', '.join(map(printable, proposal.dependents))}"


def _inherited(proposal: Proposal) -> Iterator[str]:
    for difference in proposal.inherited:
        told = format_difference(difference)
        yield f"  inherited from a parent that was edited after its step: {told}"


ShownDiff = Callable[[Change], Iterable[str]]
"""Makes lines of one change."""


def diff_lines(
    changes: ChangeSet, paint: Paint, layout: Layout, shown: ShownDiff | None = None
) -> Iterator[str]:
    """The step as a unified diff; evidence, which is long and made by machine, only by name.

    `shown` says how the diff of one change is shown, if not line for line.
    """
    for change in changes:
        if change.path.startswith(f"{layout.evidence_folder}/"):
            yield paint(f"+++ b/{change.path} (evidence)", "bold")
        elif shown is not None:
            yield from shown(change)
        else:
            yield from (paint.diff_line(printable_block(line)) for line in change.diff())


def step_data(step: Step) -> dict[str, Any]:
    """One step for scripts."""
    proposal = step.proposal
    written, proof = proposal.written, proposal.proof
    origins = {"origins": origins_data(written.origins)} if written.origins else {}
    return {
        **origins,
        "preset": proposal.name,
        "redone": step.redone,
        "from": written.source,
        "to": written.target,
        "chain_before": [path for path, _ in written.chain],
        "chain_after": list(proof.chain),
        "keys": written.keys,
        "inlined": written.inlined,
        "moved": [_moved_data(file) for file in proposal.moved],
        "unused": [{"file": path, "key": key} for path, key in written.unused],
        "follows": follows_data(written.follows),
        "comments": account_data(written.comments),
        "files": [
            {"path": change.path, "change": change.kind, "why": change.why}
            for change in step.landing
        ],
        "allowed": [
            {
                "key": dotted(difference.path),
                "difference": format_difference(difference),
                "rule": rule.path,
                "reason": rule.reason,
            }
            for difference, rule in proof.verdict.allowed
        ],
        "inherited": [
            {"key": dotted(one.path), "difference": format_difference(one)}
            for one in proposal.inherited
        ],
        "order_changes": [dotted(change.path) for change in proof.verdict.order],
        "dependents": list(proposal.dependents),
        "references": [
            {**reference_data(one), "rewritten": proposal.followed.rewrites(one)}
            for one in proposal.followed.references
        ],
    }


def undo_lines(undone: UndoResult, dry_run: bool, paint: Paint) -> Iterator[str]:
    """What was taken back; of a dry run each file too."""
    if not undone.names:
        yield f"nothing to do: {undone.name} is not applied"
        return
    word = "would undo" if dry_run else "undone"
    names = ", ".join(undone.names)
    yield f"{word} {paint(names, 'bold')}: {plural(len(undone.changes), 'file')} as they were"
    if dry_run:
        yield from _files(undone.changes, paint)
        return
    for change in undone.partly:
        yield f"  {printable(change.path)}: {change.why}; the rest stays as it is"


def undo_data(undone: UndoResult, dry_run: bool) -> dict[str, Any]:
    """What was taken back, for scripts."""
    files = [
        {"path": change.path, "change": change.kind, "why": change.why} for change in undone.changes
    ]
    return {
        "preset": undone.name,
        "undone": list(undone.names),
        "files": files,
        "dry_run": dry_run,
    }


def gate_lines(presets: Iterable[PlannedPreset]) -> Iterator[str]:
    """The gate commands of a plan, shown because a plan file may come from anyone."""
    gates: Mapping[str, None] = {gate: None for planned in presets for gate in planned.gates}
    if gates:
        yield "gates, run by `verify --run-gates` and `apply --run-gates`:"
        yield from (f"  {printable(gate)}" for gate in gates)


__all__ = ["diff_lines", "gate_lines", "step_data", "step_lines", "undo_data", "undo_lines"]
