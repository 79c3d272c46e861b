"""`migrate mv`: move a config, or a folder of them, and everything that names it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from migrate.changes import Change, ChangeSet
from migrate.commands.accept import Recorded, accept, differing
from migrate.errors import MigrateError, MissingFile, Refused, raise_all
from migrate.limits import FAULTS_TOLD
from migrate.loading.graph import Graph
from migrate.loading.trainer import PlainLoader
from migrate.locations import LEGACY, SUFFIXES, KeyPath, Place, dotted, parents
from migrate.parity import Difference, differences, equal
from migrate.parity.format import format_difference
from migrate.plan import Acceptance, Plans, load_plans
from migrate.plan.accepting import taking_back
from migrate.plan.structs import TreeWide
from migrate.references import Reference
from migrate.resolve import Resolver
from migrate.rollout.legacy import MANIFEST, common_root
from migrate.rollout.reference_updates import ReferenceTracker, ReferenceUpdates, explains
from migrate.rollout.relink import relinked_text
from migrate.rollout.rename import MovedTexts, Moves, bound_to_place, moved_texts
from migrate.trees.foreign import Foreign
from migrate.trees.tree import Overlay
from migrate.workspace.new_places import in_the_way, moves_of
from migrate.workspace.renamed_records import new_names, renamed_evidence, renamed_plans
from migrate.workspace.setters import meet
from migrate.workspace.workspace import Workspace


class ConfigsMoved(NamedTuple):
    """What `mv` changes."""

    moves: dict[str, str]
    changes: ChangeSet
    links: tuple[str, ...]
    """The configs whose `extends` follows."""
    followed: tuple[ReferenceUpdates, ...]
    names: dict[str, str]
    """The presets that have another name now."""
    plans: tuple[str, ...]
    """The plan files that follow."""
    records: tuple[str, ...] = ()
    """The evidence that follows."""
    values: tuple[tuple[str, KeyPath], ...] = ()
    """The values of resolved configs that name what moved, and follow: config and key."""
    accepted: tuple[Acceptance, ...] = ()
    """What the gate accepts for that."""

    @property
    def references(self) -> list[Reference]:
        """What names a moved config in code, scripts, docs and values."""
        return [one for step in self.followed for one in step.references]

    def rewrites(self, reference: Reference) -> bool:
        """Whether a reference follows."""
        return self.followed[0].rewrites(reference)


def move(workspace: Workspace, old: str, new: str, likely: bool = False) -> ConfigsMoved:
    """Move a config, or all configs of a folder. Every resolved config stays what it was, but for
    values that name what moved.

    Raises InputError for a path that is not there or cannot be, Refused for what is in the way or
    not ours to move, for an old file of a rollout, and for what names a config and cannot follow.
    """
    moves, folder = moves_of(workspace, old, new)
    plans = _plans(workspace)
    raise_all([*_old_files(workspace, plans, moves), *in_the_way(workspace, moves, plans.exclude)])
    graph = Graph(workspace.resolver, (), layout=workspace.layout)
    raise_all([*_held(workspace, graph, moves), *bound_to_place(graph, moves)][:FAULTS_TOLD])
    found = moved_texts(graph, moves, lambda path: _recorded(workspace, graph, moves, path))
    tree = Overlay(workspace.tree, _laid(workspace, found, moves))
    followed = list(_follow(workspace, plans, tree, moves, folder, likely))
    names = new_names(plans, moves)
    planned = renamed_plans(workspace.tree, plans, moves, names)
    tree.lay(planned)
    records: list[Change] = []
    if plans.presets or planned:
        after = load_plans(tree, workspace.layout.plans)  # what a plan cannot say is refused here
        records = list(renamed_evidence(workspace, moves, names, after, tree))
        tree.lay(records)
    values = _prove(workspace, graph, moves, _changes(workspace, tree), followed)
    recorded = _accepted(workspace, tree, moves, values)
    tree.lay(recorded.changes)
    changes = _changes(workspace, tree)
    links = tuple(change.path for change in found.links)
    files, evidence = (tuple(one.path for one in some) for some in (planned, records))
    named = tuple((path, one.path) for path, found in values.items() for one in found)
    return ConfigsMoved(
        moves, changes, links, tuple(followed), names, files, evidence, named, recorded.accepted
    )


# A rollout.


def _plans(workspace: Workspace) -> Plans:
    """The plans; of a tree without any, what holds without."""
    try:
        return workspace.plans
    except MissingFile:
        configs = [path for path in workspace.tree.files() if path.endswith(SUFFIXES)]
        below = [path for path in configs if path.startswith("configs/")]
        root = common_root(below or configs) if configs else "."
        wide = TreeWide(dialect=workspace.dialect.name, config_root=root)
        return Plans({}, wide, folder=workspace.layout.plans)


def _is_old(workspace: Workspace, path: str) -> bool:
    """Whether a file is one of the old ones that a rollout in progress has frozen."""
    if not workspace.tree.exists(MANIFEST):
        return False
    old = workspace.rollout.old
    frozen = workspace.plans.layout.frozen(path)
    return frozen in old.frozen_digests and path not in old.applied.targets


def _recorded(workspace: Workspace, graph: Graph, moves: Moves, path: str) -> bytes | None:
    """The text by which an old file that nobody edited is known again; None for any other file."""
    if not _is_old(workspace, path):
        return None
    old, applied = workspace.rollout.old, workspace.evidence.values()
    targets = {one.target for one in applied}
    frozen = workspace.plans.layout.frozen(path)
    if frozen in old.moved or {*graph.links[path]}.intersection(moves) - targets:
        return None
    now = {old.live(one.source): moves.get(one.target, one.target) for one in applied}
    moved = {before: after for before, after in now.items() if before != after}
    return relinked_text(Resolver(old.below, workspace.dialect), frozen, path, moved)


def _old_files(workspace: Workspace, plans: Plans, moves: Moves) -> Iterator[MigrateError]:
    """Records are not moved, and old files wait for the step that does."""
    pending = {
        plans.live_path(planned.preset.from_): planned
        for name, planned in plans.presets.items()
        if name not in workspace.evidence
    }
    for path in moves:
        if path.startswith(f"{LEGACY}/") or workspace.layout.is_record(path):
            yield Refused("is a record of the rollout, which stays", path, "move what runs today")
        elif path in pending:
            planned = pending[path]
            what = f"waits for the step of {planned.name}, which can move it"
            hint = f"write `to: {moves[path]}` in {planned.place_of('to')}, then "
            yield Refused(what, path, f"{hint}`migrate apply --preset {shlex.quote(planned.name)}`")
        elif plans.presets and _is_old(workspace, path):
            what = "is an old file of the rollout: the frozen copy records it in this place"
            yield Refused(what, path, "it can move once the rollout is finalized")


# What names it.


def _held(workspace: Workspace, graph: Graph, moves: Moves) -> Iterator[MigrateError]:
    """Links and unreadable configs that lead to what moves: nobody can make them follow."""
    foreign = Foreign(workspace.tree)
    staying = [path for path in workspace.tree.files() if path not in moves]
    for old, new in moves.items():
        if workspace.dialect.is_implicit(old):
            what = f"is what dialect {workspace.dialect.name} puts under the others"
            hint = f"move it by hand, with `implicit_base: {new}` in the plan that says so"
            yield Refused(what, old, hint)
        for link in foreign.leading_to(old, staying):
            hint = f"remove the link, run the command again, and let a new one lead to {new}"
            yield Refused(f"is a symbolic link that leads to {old}", link, hint)
        for place in graph.guessed.get(old, ()):
            what = f"cannot be read, and its text names {old}"
            yield Refused(what, place, "mend that config first")


def _laid(workspace: Workspace, found: MovedTexts, moves: Moves) -> list[Change]:
    read = workspace.tree.read
    gone = [Change(old, read(old), None) for old in moves]
    there = [Change(new, None, found.texts[new]) for new in moves.values()]
    return [*gone, *there, *found.links]


def _follow(
    workspace: Workspace,
    plans: Plans,
    tree: Overlay,
    moves: Moves,
    folder: tuple[str, str],
    likely: bool,
) -> Iterator[ReferenceUpdates]:
    """What names the moved configs in code, docs and values; the edits are laid over the tree."""
    if folder[0]:
        within = {
            one for path in moves for one in parents(path) if f"{one}/".startswith(f"{folder[0]}/")
        }
        moved = {one: folder[1] + one[len(folder[0]) :] for one in within}
        references = {**plans.references, **moved}
        wide = msgspec.structs.replace(plans.wide, references=references)
        plans = Plans(plans.presets, wide, plans.profile, plans.folder)
    tracker = ReferenceTracker(plans, tree, moves, moves, (), moves.values())
    followed = tracker.follow(tree, list(moves), (), likely)
    raise_all([_cannot_follow(one, moves) for one in followed.references if one.dangles])
    tree.lay(followed.changes)
    yield followed


def _cannot_follow(reference: Reference, moves: Moves) -> Refused:
    new = moves.get(reference.target, "")
    what = f"names {reference.target} and cannot follow: {reference.reason}"
    hint = f"let it name {new} first, by hand" if new else "change it by hand first"
    return Refused(what, reference.place, f"{hint}; then run the command again")


# All of it.


def _changes(workspace: Workspace, tree: Overlay) -> ChangeSet:
    before = workspace.tree
    return ChangeSet.of(
        Change(path, before.read(path) if before.exists(path) else None, after, "mv")
        for path, after in tree.changed.items()
    )


def _prove(
    workspace: Workspace,
    graph: Graph,
    moves: Moves,
    changes: ChangeSet,
    followed: Sequence[ReferenceUpdates],
) -> dict[str, list[Difference]]:
    """Every config resolves to what it did, as the trainer loads it. Raises Refused.

    Returns the values that name what moved, and follow, by the new path of their config.
    """
    values: dict[str, list[Difference]] = {}
    dialect = workspace.dialect
    before = PlainLoader(workspace.tree, dialect)
    after = PlainLoader(Overlay(workspace.tree, changes), dialect)
    live = {*graph.files, *graph.links}
    touched = graph.dependents([change.path for change in changes if change.path in live])
    every = list(graph.links) if not dialect.by_file else []  # a new file may come before others
    faults: list[MigrateError] = []
    for path in dict.fromkeys([*touched, *every]):
        try:
            old = dialect.compared(before.load(path))
        except MigrateError:
            continue  # nobody could load it before
        new = dialect.compared(after.load(moves.get(path, path)))
        for one in differences(old, new):
            if explains(one, followed):
                values.setdefault(moves.get(path, path), []).append(one)
            else:
                what = f"would change: {format_difference(one)}"
                faults.append(Refused(what, Place(path), "edit it by hand first"))
    raise_all(faults[:FAULTS_TOLD])
    return values


def _accepted(
    workspace: Workspace, tree: Overlay, moves: Moves, values: Mapping[str, Sequence[Difference]]
) -> Recorded:
    """The acceptances by which the gate takes values for the same that name what moved.

    Once all is back where it was, what was accepted for that is taken out again.
    """
    after = workspace.fresh()
    after.tree = tree
    plans = _plans(after)
    if not (plans.guard or workspace.tree.exists(MANIFEST)):
        return Recorded(ChangeSet())  # a value that differs from its record is no fault any more
    presets = [name for name, one in after.evidence.items() if one.target in values]
    keys = {dotted(one.path) for found in values.values() for one in found}
    mine = [key for key in differing(after, presets) if any(meet(key, one) for one in keys)]
    if mine:
        reason = "; ".join(f"{old} is {new} now" for old, new in moves.items())
        return accept(after, presets, mine, reason, even_forbidden=True)
    back = [
        one
        for name in presets
        for one in plans.accepted.of(name).values()
        for difference in values[after.evidence[name].target]
        if one.path == difference.path and equal(one.was, difference.new)
    ]
    taken = taking_back(tree, plans.layout, back) if back else []
    changes = [_unless_empty(one) for one in taken]
    return Recorded(ChangeSet.of(changes), removed=tuple(back))


def _unless_empty(change: Change) -> Change:
    """A file of which nothing is left but its first two lines goes."""
    lines = (change.after or b"").splitlines()
    empty = len(lines) == 2 and lines[1] == b"version: 1"
    return change._replace(after=None) if empty else change
