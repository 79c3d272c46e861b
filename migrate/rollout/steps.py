"""One rollout step on the live tree: a preset's change, and everything that follows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from migrate.changes import Change, ChangeSet, sha256
from migrate.errors import MigrateError, Refused, TreeMoved, raise_all
from migrate.loading.graph import Graph, Link
from migrate.loading.trainer import PlainLoader
from migrate.locations import Place, dotted, overlap
from migrate.parity import Difference, Verdict, equal, find, judge
from migrate.parity.format import format_difference
from migrate.plan import PlannedPreset
from migrate.references import Reference
from migrate.resolve import Resolver
from migrate.rollout.build import BuiltPreset, NewPreset, PresetBuilder, Proof
from migrate.rollout.context import Rollout
from migrate.rollout.leftovers import Leftover
from migrate.rollout.legacy import refreeze
from migrate.rollout.old_tree import MovedFile
from migrate.rollout.reference_updates import (
    ReferenceTracker,
    ReferenceUpdates,
    explains,
    held,
    not_ours,
    unanswered,
)
from migrate.rollout.relink import relinked
from migrate.trees.foreign import Foreign
from migrate.trees.tree import Overlay, Tree


class Proposal(NamedTuple):
    """One rollout step: what it changes, and what was proven about it. Paths are root-relative."""

    written: NewPreset
    proof: Proof
    changes: ChangeSet
    dependents: tuple[str, ...] = ()
    followed: ReferenceUpdates = ReferenceUpdates()
    moved: tuple[MovedFile, ...] = ()
    """The files of the old chain that changed since they were frozen; the step takes their live
    text and puts it into the legacy tree."""
    inherited: tuple[Difference, ...] = ()
    """What a preset below it was edited to after its own step: told, and no change of this one."""
    gone: tuple[str, ...] = ()
    """The files of the old chain that were gone before the step: the preset came late."""

    @property
    def name(self) -> str:
        """The preset's name."""
        return self.written.name


class Sweep(NamedTuple):
    """A landing that retires leftovers. `held` are the links of configs that still extend one."""

    leftovers: tuple[Leftover, ...] = ()
    held: tuple[Link, ...] = ()
    changes: ChangeSet = ChangeSet()
    followed: ReferenceUpdates = ReferenceUpdates()
    moved: tuple[MovedFile, ...] = ()
    """Those whose text is not the frozen one; it goes into the legacy tree."""
    waiting: tuple[tuple[Leftover, tuple[str, ...]], ...] = ()
    """Those that carry an edit, each with the presets that lack it."""


class Proposer:
    """Proposes one step after another, each on the tree that the steps before it leave.

    `applied` names the presets that were migrated before. A step that is refused ends the row.
    `likely` follows likely references too; without `follow` nothing looks for references.
    """

    def __init__(
        self,
        rollout: Rollout,
        tree: Tree,
        applied: Iterable[str],
        likely: bool = False,
        follow: bool = True,
    ) -> None:
        self.rollout = rollout
        self.plans = rollout.plans
        self.maker = PresetBuilder(rollout)
        self.tree = Overlay(tree)
        self.done = set(applied)
        self.likely = likely
        self.follow = follow
        self.live = Resolver(self.tree, rollout.dialect)
        self.graph = Graph(self.live, said=rollout.said, layout=self.plans.layout)
        self.foreign = Foreign(tree)

    @cached_property
    def left(self) -> dict[str, int]:
        """For each frozen file, how many presets that are not migrated have it in their chain."""
        return {
            path: sum(name not in self.done for name in names)
            for path, names in self.rollout.users.items()
        }

    def propose(self, planned: PlannedPreset, made: BuiltPreset | None = None) -> Proposal:
        """The step that migrates one preset; `made` is what was made of it elsewhere.

        Raises Refused, InputError or TreeMoved, and then nothing may be written.
        """
        try:
            return self._propose(planned, made)
        except MigrateError as error:
            raise self.rollout.old.in_live_terms(error) from None

    def _propose(self, planned: PlannedPreset, made: BuiltPreset | None) -> Proposal:
        made = made if made is not None and self._holds(planned, made) else None
        self._refuse_missing(planned)
        self._refuse_back(planned)
        written = made.written if made else self.maker.write(self.live, planned, self.done)
        target = self._target(written)
        self._migrated(planned, written)
        retired = list(self._retired(written))
        old = self.rollout.live(written.source)
        below = self.graph.reach(old) - {target.path}
        chain = [self.rollout.live(path) for path, _ in written.chain]
        gone = tuple(path for path in chain if not self.tree.exists(path))
        links = relinked(self.graph, {old: target.path}) if target.path != old else []
        followed = self._followed(retired, links)
        moved = self.rollout.old.moved_in(path for path, _ in written.chain)
        frozen = self._refrozen(moved)
        changes = ChangeSet.of([target, *retired, *followed.changes, *frozen])
        if made is not None:
            self.rollout.said.setdefault(written.content, made.proof.said)
        seen = self._by_every_name(changes)
        self._lay(seen)
        # A config that still extends what goes says more than a name that would dangle.
        self._blocked(changes)
        if followed.faults:
            now = [one for one in followed.references if one.dangles]
            every = [*now, *self.unanswered()]
            raise_all(unanswered(self.tree, self.plans, every, self.steps_to_come()))
        if made is None or self._touches(changes, made):
            proof = self.maker.prove(self.tree, self.live, written)
        else:
            proof = made.proof
        verdict, inherited = self._as_today(planned, written, seen, proof.verdict, below)
        _refuse_forbidden(verdict, written.target)
        dependents = self._dependents(seen, written, followed)
        return Proposal(written, proof, changes, dependents, followed, moved, inherited, gone)

    def _as_today(
        self,
        planned: PlannedPreset,
        written: NewPreset,
        changes: ChangeSet,
        verdict: Verdict,
        below: Iterable[str],
    ) -> tuple[Verdict, tuple[Difference, ...]]:
        """The verdict, where the preset builds on others that are migrated and say other things.

        People edited one after its step, or it lacks an edit of its old files. What the preset
        inherits of that is what the trainer loads today, so it is no change of this step; it comes
        second. Raises Refused for an edit that the step would take back. `below`: its chain before.
        """
        known = self.rollout.old
        edited = sorted(known.applied.edited.intersection(below))
        behind = known.moved and known.applied.targets.intersection(below)
        old = self.rollout.live(written.source)
        before = Overlay(self.tree, changes.inverse())
        if not (edited or behind) or not before.exists(old):
            return verdict, ()
        dialect = self.rollout.dialect
        today = PlainLoader(before, dialect).load(old)
        new = PlainLoader(self.tree, dialect).load(written.target)
        if edited:
            self._refuse_taking_back(planned, judge(today, new, self.plans.profile), edited[0])
        inherited = tuple(
            difference
            for difference, _ in verdict.forbidden
            if equal(find(today, difference.path), find(new, difference.path))
        )
        return without(verdict, inherited), inherited

    def _refuse_taking_back(self, planned: PlannedPreset, verdict: Verdict, edited: str) -> None:
        """Raises Refused for what differs from today, but for edits of old files that arrive."""
        arriving = [
            one.path
            for file in self.rollout.old.moved_in(self.rollout.old.moved)
            for one in file.changed
        ]
        old = self.rollout.live(self.rollout.frozen(planned))
        raise_all(
            [
                Refused(
                    f"would change {format_difference(difference)}: {old} loads that today, "
                    f"since {edited} was edited after its step",
                    planned.place,
                    f"set `{dotted(difference.path)}` in {old} first: the step keeps what it says",
                )
                for difference, _ in verdict.forbidden
                if not any(overlap(difference.path, path) for path in arriving)
            ]
        )

    def sweep(self, leftovers: Sequence[Leftover]) -> Sweep:
        """The landing that retires leftovers, but for those that a config still extends.

        Raises Refused for a reference in code that would dangle.
        """
        going, held = self._unheld(leftovers)
        why = "left over: every preset that used it is migrated"
        retired = [Change(one.path, self.tree.read(one.path), None, why) for one in going]
        followed = self._followed(retired, [])
        moved = self.rollout.old.moved_in(one.frozen for one in going)
        changes = ChangeSet.of([*retired, *followed.changes, *self._refrozen(moved)])
        raise_all(followed.faults)
        return Sweep(tuple(going), tuple(held), changes, followed, moved)

    def _unheld(self, leftovers: Sequence[Leftover]) -> tuple[list[Leftover], list[Link]]:
        """The leftovers that nothing extends which stays, and the links that hold the others."""
        going = {one.path: one for one in leftovers}
        held: list[Link] = []
        waiting = list(going)
        while waiting:
            path = waiting.pop()
            links = [link for link in self._needing(path) if link.source not in going]
            if links and going.pop(path, None) is not None:
                held += links
                waiting += [other for other in self.graph.links.get(path, ()) if other in going]
        return list(going.values()), held

    def _needing(self, path: str) -> Iterator[Link]:
        """Who extends a file, seems to in a text that cannot be read, or leads to it as a link."""
        yield from self.graph.links_to(path)
        for place in self.graph.guessed.get(path, ()):
            yield Link(place.path, path, place)
        for link in self.foreign.leading_to(path, self.rollout.old.staying):
            yield Link(link, path, Place(link))

    def take_back(self, changes: ChangeSet, names: Iterable[str]) -> None:
        """Go on from the tree before these presets' steps, which `changes` leads back to."""
        self.done.difference_update(names)
        self.__dict__.pop("left", None)
        self._lay(changes)

    # The old files.

    def _refuse_back(self, planned: PlannedPreset) -> None:
        """Raises Refused for a file of the old chain that was retired and is back with another
        text: it may be older than the record, and only `port` looks for what it was made from."""
        old = self.rollout.old
        for file in old.moved_in(self.rollout.legacy_chain(planned).paths):
            if file.path in old.applied.retired:
                what = (
                    f"was retired and is back with another text, and {planned.name} is made of it"
                )
                hint = "`migrate port` carries over what is new in it, and retires it; then go on"
                raise Refused(what, file.path, hint)

    def _refuse_missing(self, planned: PlannedPreset) -> None:
        """Raises TreeMoved for a file that the old chain needs and that somebody deleted."""
        own = self.rollout.live(self.rollout.frozen(planned))
        for path in self.rollout.old.missing_in(self.rollout.legacy_chain(planned).paths):
            if path == own:
                hint = f"restore it, or take {planned.name} out of {planned.file}"
                raise TreeMoved("was deleted since it was frozen", path, hint)
            hint = "restore it, or extend something else where it is extended"
            raise TreeMoved(f"was deleted, and {planned.name} is made of it", path, hint)

    def _refrozen(self, moved: Sequence[MovedFile]) -> list[Change]:
        """What moved, in the legacy tree as the record of what this step consumed."""
        new = {
            file.frozen: file.after
            for file in moved
            if not (self.tree.exists(file.frozen) and self.tree.read(file.frozen) == file.after)
        }
        return refreeze(self.tree, new) if new else []

    # What was made elsewhere.

    def _holds(self, planned: PlannedPreset, made: BuiltPreset) -> bool:
        """Whether it was made from the parents that the tree has now."""
        parents = (self.rollout.targets.get(path) for path in planned.preset.extends)
        return (
            all(parent is None or parent.name in self.done for parent in parents)
            # Where a base is looked for in several folders, any new file may come before it.
            and self.rollout.dialect.by_file
            and all(self._is(path, digest) for path, digest in made.proof.built_on)
        )

    def _is(self, path: str, digest: str) -> bool:
        return self.tree.exists(path) and sha256(self.tree.read(path)) == digest

    def _touches(self, changes: ChangeSet, made: BuiltPreset) -> bool:
        """Whether the step changes what the new preset is built on."""
        below = {path for path, _ in made.proof.built_on}
        return any(change.path in below for change in changes)

    # The target.

    def _target(self, written: NewPreset) -> Change:
        """The change of the target. Raises Refused for what stands there."""
        path = written.target
        before = self.tree.read(path) if self.tree.exists(path) else None
        in_place = self.rollout.live(written.source) == path
        if before is not None and not in_place:
            hint = "choose another `to:`, or remove the file"
            raise Refused("stands where the new preset goes", path, hint)
        return Change(path, before, written.content, f"migrate {written.name}")

    def _migrated(self, planned: PlannedPreset, written: NewPreset) -> None:
        """From here on the preset counts as migrated."""
        left = self.left
        for path, _ in written.chain:
            left[path] -= 1
        self.done.add(planned.name)

    # What goes.

    def _retired(self, written: NewPreset) -> Iterator[Change]:
        for frozen, _ in written.chain:
            path = self.rollout.live(frozen)
            own = frozen == written.source
            if path in self.rollout.old.staying or not (own or not self.left[frozen]):
                continue
            if own and path == written.target:
                continue
            if self.tree.exists(path):
                why = "moved" if own else "consumed: every preset that used it is migrated"
                yield Change(path, self.tree.read(path), None, why)

    # What names it.

    @cached_property
    def pointers(self) -> ReferenceTracker:
        """Who names the files of this rollout, but for what the rollout writes or deletes."""
        rollout = self.rollout
        old = [rollout.live(path) for path in rollout.users]
        going = [path for path in old if path not in rollout.old.staying]
        moved = {path: planned.preset.to for path, planned in rollout.moved.items()}
        records = {*old, *rollout.targets}
        tree, targets, workers = rollout.legacy.tree, rollout.targets, rollout.workers
        return ReferenceTracker(
            self.plans, tree, going, moved, records, targets, rollout.scans, workers
        )

    def unanswered(self) -> list[Reference]:
        """What would dangle after the steps to come, in their order."""
        steps = self.steps_to_come()
        order = {planned.name: number for number, planned in enumerate(self.plans.in_order())}
        found = [one for one in self.pointers.unanswered(self.tree) if one.target in steps]
        return sorted(found, key=lambda one: order[steps[one.target]])

    def steps_to_come(self) -> dict[str, str]:
        """Each old file that goes, with the last preset that needs it, whose step deletes it."""
        order = [planned.name for planned in self.plans.in_order() if planned.name not in self.done]
        number = {name: position for position, name in enumerate(order)}
        last = {
            self.rollout.live(path): max(
                (number[one] for one in names if one in number), default=-1
            )
            for path, names in self.rollout.users.items()
        }
        for folder in self.pointers.folders:
            last[folder] = max(last[path] for path in last if path.startswith(f"{folder}/"))
        return {path: order[position] for path, position in last.items() if position >= 0}

    def _followed(self, retired: list[Change], links: list[Change]) -> ReferenceUpdates:
        """What names the files that go, in code, scripts, docs and configs nobody planned; the
        changes begin from `links` and hold them."""
        if not self.follow:
            return ReferenceUpdates(changes=tuple(links))
        deleted = [change.path for change in retired]
        return self.pointers.follow(self.tree, deleted, links, self.likely)

    def _by_every_name(self, changes: ChangeSet) -> ChangeSet:
        """The changes as they show in the tree: behind symbolic links too."""
        read, own = self.tree.read, {change.path for change in changes}
        behind = {
            name: Change(name, read(name), change.after, f"a link leads to {change.path}")
            for change in changes
            for name in self.foreign.names_of(change.path)
            if change.before is not None and name not in own and self.tree.exists(name)
        }
        return ChangeSet.of([*changes, *behind.values()]) if behind else changes

    def _lay(self, changes: ChangeSet) -> None:
        """Lay changes over the tree; the graph and the parents take them in."""
        stale = {change.path for change in changes}
        self.tree.lay(changes)
        self.graph.follow(changes)
        stale.update(self.graph.dependents(stale))
        if not self.rollout.dialect.by_file:
            self.live = self.graph.resolver = Resolver(self.tree, self.rollout.dialect)
        for path in stale:
            self.live.forget(path)

    def _blocked(self, changes: ChangeSet) -> None:
        """What somebody still needs, and what is not ours to write, stops the step."""
        deleted = list(changes.deleted)
        staying = self.rollout.old.staying
        faults = held(self.graph, self.foreign, self.plans, deleted, staying)
        raise_all([*faults, *not_ours(self.foreign, changes)])

    def _dependents(
        self, changes: ChangeSet, written: NewPreset, followed: ReferenceUpdates
    ) -> tuple[str, ...]:
        """Every other config whose chain goes through a changed file must keep parity, but for
        paths in its values that follow what moved."""
        dialect, loaded = self.rollout.dialect, self.rollout.loaded
        tree = Overlay(self.tree, changes.inverse())
        before = PlainLoader(tree, dialect, loaded)
        now = PlainLoader(self.tree, dialect, loaded)
        changed = [change.path for change in changes if change.after is not None]
        checked: list[str] = []
        for path in self.graph.dependents(changed):
            if path == written.target or path not in self.graph.links or not tree.exists(path):
                continue
            old = _loaded(before, path)
            if old is None:
                continue
            verdict = judge(old, now.load(path), self.plans.profile)
            following = [one for one, _ in verdict.forbidden if explains(one, [followed])]
            _refuse_forbidden(without(verdict, following), path)
            checked.append(path)
        return tuple(checked)


def _loaded(loader: PlainLoader, path: str) -> dict[Any, Any] | None:
    """A resolved config; None for one that nobody could load before the step either."""
    try:
        return loader.load(path)
    except MigrateError:
        return None


def without(verdict: Verdict, known: Iterable[Difference]) -> Verdict:
    """A verdict without the forbidden differences at these keys."""
    paths = {difference.path for difference in known}
    kept = [item for item in verdict.forbidden if item[0].path not in paths]
    return verdict._replace(forbidden=tuple(kept))


def _refuse_forbidden(verdict: Verdict, path: str) -> None:
    faults = [
        Refused(f"would change: {format_difference(difference)}", path, why)
        for difference, why in verdict.forbidden
    ]
    raise_all(faults)
