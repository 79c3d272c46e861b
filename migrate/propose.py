"""Plan and tree to one change set for one preset; writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from migrate.changes import Change, ChangeSet
from migrate.dialect import Dialect
from migrate.errors import InputError, MigrateError, Refused, TreeMoved, raise_all
from migrate.flatten import Account, Flat, Onto, flatten
from migrate.graph import Graph, LinkCache
from migrate.legacy import frozen_path, live_path
from migrate.locations import KeyPath, dotted
from migrate.overrides import lay_over
from migrate.parity import Verdict, judge
from migrate.plain import PlainLoader
from migrate.plan import Planned, Plans
from migrate.plan.patterns import covers, parse_pattern
from migrate.pointers import Followed, Pointers
from migrate.relink import relinked, relinked_text
from migrate.resolve import Resolved, Resolver, Store
from migrate.told import told
from migrate.tree import Overlay, Tree


@dataclass(frozen=True)
class Proposal:
    """One rollout step: what it changes, and what was proven about it. Paths are root-relative."""

    planned: Planned
    changes: ChangeSet
    legacy: Resolved
    chain_after: tuple[str, ...]
    inlined: dict[str, list[str]]
    unused: tuple[tuple[str, str], ...]
    comments: Account
    verdict: Verdict
    resolved: dict[Any, Any]
    """The legacy config as the trainer's loader sees it."""
    keys: int
    content: bytes = field(repr=False)
    """The new preset's bytes."""
    dependents: tuple[str, ...] = ()
    followed: Followed = field(default_factory=Followed)

    @property
    def name(self) -> str:
        """The preset's name."""
        return self.planned.name


class Rollout:
    """Proposes the steps of one set of plans; all trees it looks at share their parsed files."""

    def __init__(
        self,
        plans: Plans,
        tree: Tree,
        dialect: Dialect,
        likely: bool = False,
        follow: bool = True,
    ) -> None:
        self.plans = plans
        self.follow = follow
        self.likely = likely
        self.dialect = dialect
        self.store: Store = {}
        self.loaded: dict[bytes, Any] = {}
        self.link_cache: LinkCache = {}
        self.legacy = Resolver(tree, dialect, self.store)
        self.legacy_plain = PlainLoader(tree, dialect, self.loaded)
        self.targets = {planned.preset.to: planned for planned in plans.presets.values()}

    # What the plans mean.

    def frozen(self, planned: Planned) -> str:
        """The frozen copy of a preset's old file."""
        return self.plans.legacy_path(planned.preset.from_)

    def live(self, frozen: str) -> str:
        """Where a frozen file stood."""
        return live_path(frozen, self.plans.config_root)

    def legacy_chain(self, planned: Planned) -> Resolved:
        """The old preset, resolved in the legacy tree. Raises InputError at the plan's line."""
        path = self.frozen(planned)
        if not self.legacy.tree.exists(path):
            hint = "correct `from:`, or run `migrate init` first"
            raise InputError(f"comes from {path}, which does not exist", planned.place, hint)
        return self.legacy.resolve(path)

    @cached_property
    def users(self) -> dict[str, set[str]]:
        """For each frozen file, the planned presets whose old chain holds it."""
        found: dict[str, set[str]] = {}
        for planned in self.plans.presets.values():
            for path in self.legacy_chain(planned).paths:
                found.setdefault(path, set()).add(planned.name)
        return found

    @cached_property
    def moved(self) -> dict[str, Planned]:
        """The presets whose target is another place than their old file, by that file's path."""
        places = {self.live(self.frozen(p)): p for p in self.plans.presets.values()}
        return {path: planned for path, planned in places.items() if path != planned.preset.to}

    @cached_property
    def staying(self) -> frozenset[str]:
        """Live files that no step deletes: targets, what these extend, what the plan keeps."""
        named = {
            parent for planned in self.plans.presets.values() for parent in planned.preset.extends
        }
        kept = {self.live(self.plans.legacy_path(path)) for path in self.plans.keep}
        return frozenset(named | set(self.targets) | kept | {self.plans.base})

    # One step.

    def propose(self, tree: Tree, planned: Planned, applied: Iterable[str]) -> Proposal:
        """The step that migrates one preset in `tree`, where `applied` were migrated before.

        Raises Refused, InputError or TreeMoved, and then nothing may be written.
        """
        done = set(applied)
        legacy = self.legacy_chain(planned)
        parents = self._parents(planned, done)
        live = Resolver(tree, self.dialect, self.store)
        flat, onto = self._content(planned, legacy, live, parents)
        if flat.loaded is not None:
            self.loaded.setdefault(flat.content, flat.loaded)
        unused = self._authority(planned, flat, legacy)
        before = tree.read(planned.preset.to) if tree.exists(planned.preset.to) else None
        self._unmoved(planned, legacy, before, done)
        target = Change(planned.preset.to, before, flat.content, f"migrate {planned.name}")
        retired = list(self._retired(tree, planned, legacy, done | {planned.name}))
        moved = {self.live(legacy.path): planned.preset.to}
        links = relinked(self._graph(tree), moved) if target.path not in moved else []
        followed = self._followed(tree, retired, links)
        changes = ChangeSet.of([target, *retired, *links, *followed.changes])
        after = Overlay(tree, changes)
        # A config that still extends what goes says more than a name that would dangle.
        self._blocked(after, changes.deleted)
        raise_all(followed.faults)
        verdict = self._parity(planned, legacy, after)
        dependents = self._dependents(tree, after, changes, planned)
        return Proposal(
            planned=planned,
            changes=changes,
            legacy=legacy,
            chain_after=Resolver(after, self.dialect, self.store).resolve(target.path).paths,
            inlined=self._inlined(flat, legacy, onto),
            unused=unused,
            comments=flat.comments,
            verdict=verdict,
            resolved=self.legacy_plain.load(legacy.path),
            keys=sum(1 for _ in legacy.branch.leaves()),
            content=flat.content,
            dependents=dependents,
            followed=followed,
        )

    def content(self, tree: Tree, planned: Planned, legacy: Resolved) -> bytes:
        """What the step writes at its target, its parents as they are in `tree`."""
        parents = self._parents(planned, set(self.plans.presets))
        live = Resolver(tree, self.dialect, self.store)
        return self._content(planned, legacy, live, parents)[0].content

    def _parents(self, planned: Planned, done: set[str]) -> dict[str, str]:
        """New parent path to the frozen path of what it was. Raises Refused if one is not ready."""
        parents: dict[str, str] = {}
        for path in planned.preset.extends:
            other = self.targets.get(path)
            if other is not None and other.name not in done:
                hint = f"migrate apply --preset {other.name} --preset {planned.name}"
                raise Refused(f"extends {path}, which is not migrated yet", planned.place, hint)
            frozen = frozen_path(path, self.plans.config_root)
            parents[path] = self.frozen(other) if other is not None else frozen
        return parents

    def _content(
        self, planned: Planned, legacy: Resolved, live: Resolver, parents: dict[str, str]
    ) -> tuple[Flat, Onto]:
        preset = planned.preset
        for path in parents:
            if not live.tree.exists(path):
                hint = "correct `extends:` in the plan"
                raise InputError(f"extends {path}, which does not exist", planned.place, hint)
        onto = Onto(
            parents=tuple(live.resolve(path) for path in parents),
            links=tuple(self.dialect.link(path, preset.to) for path in parents),
            retained=frozenset(known for path in parents.values() for known in self._old(path)),
            kept_bases=tuple(parents.values()),
        )
        if not preset.override and self._extends_only(legacy, parents):
            return self._as_it_was(legacy, parents, onto, planned, live), onto
        resolved = lay_over(legacy, planned, self.dialect)
        keep_headers = planned.headers == "keep"
        return flatten(self.legacy, resolved, onto, planned.order, keep_headers), onto

    def _old(self, frozen: str) -> tuple[str, ...]:
        return self.legacy.resolve(frozen).paths if self.legacy.tree.exists(frozen) else ()

    def _extends_only(self, legacy: Resolved, parents: dict[str, str]) -> bool:
        """Whether the old preset already extends just what stays, in the same order."""
        return [base.path for base in legacy.bases] == list(parents.values())

    def _as_it_was(
        self,
        legacy: Resolved,
        parents: dict[str, str],
        onto: Onto,
        planned: Planned,
        live: Resolver,
    ) -> Flat:
        """The old text byte for byte; only links that lead elsewhere from the new place change."""
        content = legacy.document.source
        there = planned.preset.to
        texts = [str(legacy.document.value(base.node)) for base in legacy.bases]
        edits = [
            (base.node, link)
            for base, text, link, path in zip(legacy.bases, texts, onto.links, parents, strict=True)
            if not self.dialect.leads(there, text, path, live.tree.exists)
        ]
        if edits:
            content = legacy.document.replaced(edits)
        keys = tuple(
            (path, slot.winner.document.path)
            for path, slot in legacy.branch.leaves()
            if slot.winner.document is legacy.document
        )
        return Flat(content, Account(len(legacy.document.comments), ()), keys)

    def _authority(
        self, planned: Planned, flat: Flat, legacy: Resolved
    ) -> tuple[tuple[str, str], ...]:
        """The plan says what is inlined: a key it does not name is refused. Returns idle keys."""
        preset = planned.preset
        patterns = {
            self.plans.legacy_path(path): [
                (key, parse_pattern(key)) for key in preset.inlined(path)
            ]
            for path in preset.inline
        }
        faults: list[MigrateError] = []
        used: set[tuple[str, str]] = set()
        for path, source in flat.keys:
            if source in (legacy.path, planned.file):
                continue
            found = [key for key, pattern in patterns.get(source, ()) if covers(pattern, path)]
            used.update((source, key) for key in found)
            if not found:
                faults.append(self._unplanned(planned, path, source, legacy))
        raise_all(faults)
        known = [(source, key) for source, keys in patterns.items() for key, _ in keys]
        return tuple(item for item in known if item not in used)

    def _unplanned(self, planned: Planned, path: KeyPath, source: str, legacy: Resolved) -> Refused:
        slot = legacy.branch.find(path)
        where = slot.winner.place if slot is not None else source
        inner = source.removeprefix(self.plans.legacy_path(""))
        what = f"{planned.name}: the active {dotted(path)} comes from {where}, which is not inlined"
        key = dotted(path[:1])
        return Refused(what, planned.place, f"add `{inner}: [{key}]` to its `inline:`")

    def _unmoved(
        self, planned: Planned, legacy: Resolved, before: bytes | None, done: set[str]
    ) -> None:
        """Whether what stands at the target is what was frozen."""
        in_place = self.live(legacy.path) == planned.preset.to
        if before is None and in_place:
            hint = "restore it, or run `migrate init --force` to freeze the tree as it is"
            raise TreeMoved("was deleted since it was frozen", planned.preset.to, hint)
        if before is not None and in_place and before != self._stood(legacy.path, done):
            hint = "take the edit back, or run `migrate init --force` to freeze the tree as it is"
            what = f"was edited since it was frozen as {legacy.path}"
            raise TreeMoved(what, planned.preset.to, hint)
        if before is not None and not in_place:
            hint = "choose another `to:`, or remove the file"
            raise Refused("stands where the new preset goes", planned.preset.to, hint)

    def _stood(self, frozen: str, done: set[str]) -> bytes:
        """What a live file holds by now: the frozen text, with its links to presets that moved."""
        moved = {old: to.preset.to for old, to in self.moved.items() if to.name in done}
        return relinked_text(self.legacy, frozen, self.live(frozen), moved)

    # What goes.

    def _retired(
        self, tree: Tree, planned: Planned, legacy: Resolved, done: set[str]
    ) -> Iterable[Change]:
        for frozen in legacy.paths:
            path = self.live(frozen)
            own = frozen == legacy.path
            if path in self.staying or not (own or self.users[frozen] <= done):
                continue
            if own and path == planned.preset.to:
                continue
            if tree.exists(path):
                yield self._deletion(tree, path, frozen, own, done)

    def _deletion(self, tree: Tree, path: str, frozen: str, own: bool, done: set[str]) -> Change:
        content = tree.read(path)
        if content != self._stood(frozen, done):
            hint = "take the edit back, or run `migrate init --force` to freeze the tree as it is"
            raise TreeMoved(f"was edited since it was frozen as {frozen}", path, hint)
        why = "moved" if own else "consumed: every preset that used it is migrated"
        return Change(path, content, None, why)

    @cached_property
    def pointers(self) -> Pointers:
        """Who names the files of this rollout, but for what the rollout writes or deletes."""
        old = {self.live(path) for path in self.users}
        going = [path for path in map(self.live, self.users) if path not in self.staying]
        moved = {path: planned.preset.to for path, planned in self.moved.items()}
        return Pointers(self.plans, self.legacy.tree, going, moved, {*old, *self.targets})

    def _followed(self, tree: Tree, retired: list[Change], links: list[Change]) -> Followed:
        """What names the files that go, in code, scripts, docs and configs nobody planned."""
        if not self.follow:
            return Followed()
        deleted = [change.path for change in retired]
        linked = {change.path for change in links}
        return self.pointers.follow(tree, deleted, linked, self.likely)

    def _graph(self, tree: Tree) -> Graph:
        return Graph(Resolver(tree, self.dialect, self.store), self.plans.exclude, self.link_cache)

    def _blocked(self, after: Tree, deleted: Sequence[str]) -> None:
        """A config that still extends a deleted file stops the step."""
        extended = self._graph(after).extended
        faults: list[MigrateError] = []
        for path in deleted:
            for link in extended.get(path, ()):
                hint = "migrate that config too, or name the file under `keep:` in the plan"
                faults.append(
                    Refused(f"still extends {path}, which this step deletes", link.place, hint)
                )
        raise_all(faults)

    # Proofs.

    def _parity(self, planned: Planned, legacy: Resolved, after: Tree) -> Verdict:
        old = self.legacy_plain.load(legacy.path)
        new = PlainLoader(after, self.dialect, self.loaded).load(planned.preset.to)
        verdict = judge(old, new, self.plans.profile)
        _refuse_forbidden(verdict, planned.preset.to)
        return verdict

    def _dependents(
        self, tree: Tree, after: Tree, changes: ChangeSet, planned: Planned
    ) -> tuple[str, ...]:
        """Every other config whose chain goes through a changed file must keep parity."""
        before = PlainLoader(tree, self.dialect, self.loaded)
        now = PlainLoader(after, self.dialect, self.loaded)
        changed = [change.path for change in changes if change.after is not None]
        checked: list[str] = []
        graph = self._graph(after)
        for path in graph.dependents(changed):
            if path == planned.preset.to or path not in graph.links or not tree.exists(path):
                continue
            old = _loaded(before, path)
            if old is None:
                continue
            verdict = judge(old, now.load(path), self.plans.profile)
            _refuse_forbidden(verdict, path)
            checked.append(path)
        return tuple(checked)

    def _inlined(self, flat: Flat, legacy: Resolved, onto: Onto) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path, source in flat.keys:
            if source != legacy.path:
                found.setdefault(source, []).append(dotted(path))
        return {path: found[path] for path in legacy.paths if path in found}


def _loaded(loader: PlainLoader, path: str) -> dict[Any, Any] | None:
    """A resolved config; None for one that nobody could load before the step either."""
    try:
        return loader.load(path)
    except MigrateError:
        return None


def _refuse_forbidden(verdict: Verdict, path: str) -> None:
    faults = [
        Refused(f"would change: {told(difference)}", path, why)
        for difference, why in verdict.forbidden
    ]
    raise_all(faults)
