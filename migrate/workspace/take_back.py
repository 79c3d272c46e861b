"""Take rollout steps back, byte for byte; of files that others wrote in too, their own lines."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from migrate.changes import Change, ChangeSet, sha256
from migrate.errors import InputError, MigrateError, Refused, TreeMoved, raise_all
from migrate.loading.graph import Link, links_of
from migrate.locations import LEGACY, SUFFIXES, Place
from migrate.resolve import Resolver
from migrate.rollout.evidence import Evidence, FileRecord, undo_edits
from migrate.rollout.legacy import MANIFEST, is_frozen, refreeze
from migrate.rollout.own_lines import Clash, Range, places
from migrate.rollout.own_lines import taken_back as lines_taken_back
from migrate.trees.tree import Overlay, Tree
from migrate.workspace.edited import applied_text
from migrate.workspace.workspace import Workspace

ONLY_LINES = "without the lines of"
"""Why a file changes in which others wrote too."""


class StepOutputEdited(TreeMoved):
    """What a step wrote is not there any more; `diff` shows the edits where they can be known."""

    def __init__(self, what: str, place: Place, hint: str, diff: Iterable[str] = ()) -> None:
        super().__init__(what, place, hint)
        self.diff = list(diff)


def undo_order(workspace: Workspace, name: str) -> list[str]:
    """An applied preset and all that must be undone before it, in the order to undo them in.

    Raises TreeMoved or InputError for a step that cannot be taken back.
    """
    steps = _Steps(workspace, workspace.tree)
    order: list[str] = []
    waiting = [name]
    while waiting:
        current = waiting[-1]
        try:
            first = [one for one in steps.before(current) if one not in waiting]
            if not first and current in steps.applied:
                steps.take_back(current)
                order.append(current)
        except MigrateError as error:
            raise_all([*_because(workspace, current, name), *error.faults()])
        if first:
            waiting += first[::-1]
        else:
            waiting.pop()
    return order


def _because(workspace: Workspace, current: str, name: str) -> list[MigrateError]:
    """Why a step is looked at that nobody named."""
    if current == name:
        return []
    what = f"builds on {name}, and cannot be taken back as it is"
    return [Refused(what, workspace.evidence[current].target, "see what follows")]


def taken_back(workspace: Workspace, names: Sequence[str], tree: Tree | None = None) -> ChangeSet:
    """The changes that undo these presets one after another, each on what the ones before leave.

    `names` are applied presets in an order such as `undo_order` gives; `tree` is what they are
    undone in, else the tree as it is. Raises TreeMoved or InputError for what cannot be taken back.
    """
    below = workspace.tree if tree is None else tree
    steps = _Steps(workspace, below)
    for name in names:
        steps.take_back(name)
    return ChangeSet.of(
        Change(path, below.read(path) if below.exists(path) else None, after, steps.why[path])
        for path, after in steps.tree.changed.items()
    )


class _Steps:
    """The applied steps of a tree, taken back one after another."""

    def __init__(self, workspace: Workspace, tree: Tree) -> None:
        self.workspace = workspace
        self.tree = Overlay(tree)
        self.applied = dict(workspace.evidence)
        self.why: dict[str, str] = {}
        self.users: dict[str, dict[str, FileRecord]] = {}
        """Who changed a file, by path and preset."""
        self.above: dict[str, list[str]] = {}
        """Which presets were built on a file."""
        for evidence in self.applied.values():
            for step in evidence.steps:
                self.users.setdefault(step.path, {})[evidence.name] = step
            for path in evidence.built_on:
                self.above.setdefault(path, []).append(evidence.name)

    def take_back(self, name: str) -> None:
        """Lay the inverse of a step over the tree."""
        evidence = self.applied[name]
        if evidence.renamed:
            raise _moved_since(evidence)
        inverse = self._inverse(evidence)
        copies = {change.path: change.after for change in inverse if is_frozen(change.path)}
        inverse += refreeze(self.tree, copies)[-1:] if copies else []
        changes = [change for change in inverse if change.before != change.after]
        if self.tree.exists(evidence.path):
            changes.append(Change(evidence.path, evidence.content, None, "no longer applied"))
        self.tree.lay(changes)
        self.why.update((change.path, change.why) for change in changes)
        del self.applied[name]

    def _inverse(self, evidence: Evidence) -> list[Change]:
        """One change for each file of a step. Raises what stands against any of them."""
        faults: list[MigrateError] = []
        changes: list[Change] = []
        for step in evidence.steps:
            if step.path == MANIFEST:
                continue  # it follows the frozen files
            try:
                changes.append(self._undone(evidence, step))
            except MigrateError as error:
                faults.append(error)
        raise_all(faults)
        return changes

    def _now(self, path: str) -> bytes | None:
        return self.tree.read(path) if self.tree.exists(path) else None

    def _undone(self, evidence: Evidence, step: FileRecord) -> Change:
        now = self._now(step.path)
        digest = sha256(now) if now is not None else None
        if digest == step.before:
            return Change(step.path, now, now)  # it is what it was already
        if is_frozen(step.path) and self._recorded(evidence, step.path, digest):
            return Change(step.path, now, now)  # the record of another step by now
        if digest == step.after or (now is None and step.path == evidence.target):
            return Change(step.path, now, self._before(step, now), "as it was")
        if now is None or step.written is None or step.path == evidence.target:
            raise self._edited(evidence, step, now)
        merged = lines_taken_back(step.written, now)
        if isinstance(merged, Clash):
            raise _clash(evidence, step, merged)
        return Change(step.path, now, merged, f"{ONLY_LINES} {evidence.name}")

    def _recorded(self, evidence: Evidence, path: str, digest: str | None) -> bool:
        """Whether another applied step consumed a frozen copy as it is now."""
        others = (one for name, one in self.applied.items() if name != evidence.name)
        return any((path, digest) in other.chain for other in others)

    def _before(self, step: FileRecord, now: bytes | None) -> bytes | None:
        if step.before is None:
            return None
        if step.legacy is not None:
            content = self._now(step.legacy)
            if content is None:
                hint = "restore the legacy tree from version control"
                what = f"{step.legacy} is missing, which holds what it was"
                raise InputError(what, step.path, hint)
        else:
            content = undo_edits(now or b"", step.edits)
        if sha256(content) != step.before:
            hint = "restore the legacy tree and the evidence from version control"
            raise InputError("cannot be brought back: the record does not match", step.path, hint)
        return content

    def _edited(self, evidence: Evidence, step: FileRecord, now: bytes | None) -> StepOutputEdited:
        found = sha256(now) if now is not None else None
        what = f"was edited since: applied {_short(step.after)}, found {_short(found)}"
        applied: bytes | None = None
        if step.path == evidence.target:
            applied = applied_text(self.workspace, evidence)
            again = f"migrate apply --preset {shlex.quote(evidence.name)} --force"
            hint = "put the text that was applied back first"
            hint += f"; `{again}` does, and keeps yours beside it" if applied is not None else ""
        elif step.after is None:
            applied = self._before(step, None)
            hint = "move it away first; the step deleted it, and undo brings back the old one"
        elif now is None:
            hint = "restore it first; undo takes the lines of this step out of it"
        else:
            hint = "take the edit back first"
        shown = Change(step.path, applied, now).diff() if applied is not None else ()
        return StepOutputEdited(what, Place(step.path), hint, shown)

    # What must be undone first.

    def before(self, name: str) -> list[str]:
        """The applied presets that build on this one, as the tree is now; none if it is undone."""
        evidence = self.applied.get(name)
        if evidence is None:
            return []
        if evidence.renamed:
            raise _moved_since(evidence)
        found = dict.fromkeys(self.above.get(evidence.target, ()))
        found.update((other, None) for step in evidence.steps for other in self._later(name, step))
        found.update((other, None) for other in self._deleted(evidence, found))
        return [other for other in found if other in self.applied and other != name]

    def _later(self, name: str, step: FileRecord) -> Iterator[str]:
        """Who began from what this step left at a path, or edited the lines that it wrote."""
        if step.path.startswith(f"{LEGACY}/"):
            return  # a record serves every step that consumed what it holds
        for other, theirs in self.users[step.path].items():
            if other == name or other not in self.applied:
                continue
            if self._took_over(other, theirs, step):
                yield other

    def _took_over(self, other: str, theirs: FileRecord, step: FileRecord) -> bool:
        """Whether a file in which this step wrote is a preset by now, gone, or written upon."""
        if None in (step.written, theirs.written) and theirs.before == step.after:
            return True
        if step.before is None:
            return False
        if self.applied[other].target == step.path:
            return True
        if theirs.after is None:
            return step.after is not None and not self.tree.exists(step.path)
        return self._overlies(theirs, step)

    def _overlies(self, other: FileRecord, step: FileRecord) -> bool:
        """Whether the lines that another step wrote into a file stand on those of this one."""
        now = self._now(step.path)
        if now is None or sha256(now) == step.after or not (step.written and other.written):
            return False
        mine, theirs = places(step.written, now), places(other.written, now)
        if not any(_touch(one, two) for one in mine for two in theirs):
            return False
        if any(isinstance(one, Clash) for one in mine):
            return not any(isinstance(one, Clash) for one in theirs)
        alone = lines_taken_back(step.written, now)
        return not isinstance(alone, Clash) and any(
            isinstance(one, Clash) for one in places(other.written, alone)
        )

    def _deleted(self, evidence: Evidence, known: Iterable[str]) -> Iterator[str]:
        """Who deleted what the files extend that would be brought back, as far as that is known."""
        if any(other in self.applied and other != evidence.name for other in known):
            return  # asked again once those are undone
        changes = self._inverse(evidence)
        after = Overlay(self.tree, changes)
        resolver = Resolver(after, self.workspace.dialect)
        back = [change.path for change in changes if change.after is not None]
        for path in back:
            for link in _links(resolver, path) if path.endswith(SUFFIXES) else ():
                if not after.exists(link.target) and link.target not in evidence.gone:
                    steps = self.users.get(link.target, {})
                    yield from (name for name, step in steps.items() if step.after is None)


def _links(resolver: Resolver, path: str) -> list[Link]:
    try:
        return links_of(resolver, path)
    except MigrateError:
        return []  # no config of ours: a file in which a path was rewritten


def _moved_since(evidence: Evidence) -> TreeMoved:
    """The letter about a step of which a file stands elsewhere by now."""
    back = " && ".join(
        f"migrate mv {shlex.quote(new)} {shlex.quote(old)}" for old, new in evidence.renamed
    )
    old, new = evidence.renamed[0]
    what = f"stood at {old} when {evidence.name} was applied, and was moved since"
    return TreeMoved(what, new, f"move it back first: {back}")


def _touch(one: Range | Clash | None, two: Range | Clash | None) -> bool:
    if one is None or two is None:
        return False
    first, second = (place.lines if isinstance(place, Clash) else place for place in (one, two))
    return first[0] <= second[1] and second[0] <= first[1]


def _clash(evidence: Evidence, step: FileRecord, clash: Clash) -> StepOutputEdited:
    place = Place(step.path, clash.lines[0] + 1)
    if clash.ambiguous:
        what = f"holds a line of {evidence.name} beside equal ones; which one goes is not guessed"
        return StepOutputEdited(what, place, "leave one of them, then undo again")
    what = f"was edited since, in a line that {evidence.name} wrote"
    hint = "put that line back as the step wrote it, or as it was before it, then undo again"
    return StepOutputEdited(what, place, hint, clash.diff(step.path))


def _short(digest: str | None) -> str:
    return digest[:12] if digest else "no file"
