"""What names the files of a rollout: edits that follow a step, and what would dangle after it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from migrate.changes import Change
from migrate.errors import MigrateError, Refused
from migrate.limits import FAULTS_TOLD
from migrate.loading.graph import Graph
from migrate.locations import Place, folders_of, printable
from migrate.parity import Difference
from migrate.plan import DROP as PLAN_DROP
from migrate.plan import Ignore as PlanIgnore
from migrate.plan import Plans
from migrate.references import (
    DROP,
    IgnoredReference,
    Reference,
    Renames,
    ScanStore,
    Successor,
    as_glob,
    has_suffix,
    is_rewritten,
    naming,
    rewrite,
    scan,
)
from migrate.rollout.reference_lines import lines_for
from migrate.trees.foreign import Foreign
from migrate.trees.globs import matches
from migrate.trees.tree import Overlay, Tree
from migrate.workers import HERE, Workers
from migrate.yaml_text.spelling import spell


class ReferenceUpdates(NamedTuple):
    """The references to what a step moves or deletes, and the changes that follow them."""

    references: tuple[Reference, ...] = ()
    changes: tuple[Change, ...] = ()
    faults: tuple[MigrateError, ...] = ()
    """One refusal for each reference that would dangle."""
    likely: bool = False
    """Whether likely references are rewritten too."""

    def rewrites(self, reference: Reference) -> bool:
        """Whether a reference is rewritten; prose without a successor, patterns and (unless they
        were asked for) likely names stay as they are."""
        return is_rewritten(reference, self.likely)


class OpenReferences(Refused):
    """What is to be said about the files that code names; `paste` are lines for a plan file."""

    def __init__(self, what: str, place: Place | str | None, hint: str, paste: Sequence[str]):
        super().__init__(what, place, hint)
        self.paste = tuple(paste)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.what, self.place, self.hint, self.paste)

    def render(self) -> str:
        """The message with the lines."""
        return "\n".join([super().render(), *map(printable, self.paste)])


def explains(difference: Difference, followed: Iterable[ReferenceUpdates]) -> bool:
    """Whether two values differ just as the references that these steps rewrote, in this order."""
    value, new = difference.old, difference.new
    if not isinstance(value, str) or not isinstance(new, str):
        return False
    for step in followed:
        for one in filter(step.rewrites, step.references):
            value = value.replace(one.written, one.edit or "")
    return value == new


class ReferenceTracker:
    """Finds references for one set of plans. Every file is scanned once for the whole rollout.

    `moved` maps the old path of a preset to its new one, `going` are all files that some step
    deletes, `records` those that the rollout itself rewrites from the legacy tree, `targets` the
    new presets. A folder that goes empty is looked for like a file. `store` has what earlier
    commands found.
    """

    def __init__(
        self,
        plans: Plans,
        tree: Tree,
        going: Iterable[str],
        moved: Mapping[str, str],
        records: Iterable[str],
        targets: Iterable[str] = (),
        store: ScanStore | None = None,
        workers: Workers = HERE,
    ) -> None:
        self.plans = plans
        self.tree = tree
        self.store = store
        self.workers = workers
        self.records = frozenset(records)
        deleted = set(going)
        moves = {path: _fate(plans, path, moved.get(path)) for path in deleted}
        staying = {path for path in tree.files() if path not in deleted}
        self.folders = emptied(deleted, staying.union(targets), plans.config_root)
        moves.update((folder, successor(plans, folder)) for folder in self.folders)
        self.renames = Renames(moves, plans.config_root, plans.dialect.keys, layout=plans.layout)
        self._known: dict[str, list[Reference]] = {}
        self._by_target: dict[str, dict[str, None]] = {}
        self._told: set[str] = set()

    @cached_property
    def suspects(self) -> dict[str, int]:
        """The files whose bytes may name anything that the rollout moves or deletes, in order."""
        plans = self.plans
        found = naming(
            self.tree, self.renames, plans.include, plans.exclude, self.store, self.workers
        )
        return {path: number for number, path in enumerate(found) if path not in self.records}

    @cached_property
    def _unread(self) -> set[str]:
        """The suspects that were not scanned as they are now."""
        return set(self.suspects)

    def follow(
        self,
        tree: Tree,
        deleted: Sequence[str],
        links: Sequence[Change] = (),
        likely: bool = False,
    ) -> ReferenceUpdates:
        """What names the files a step deletes, and the edits. `links` are those of the step that
        lead to a moved file; what else names it in these files is edited on top of them."""
        gone = set(deleted)
        laid = Overlay(tree, links) if links else tree
        self._unread.update(self.suspects.keys() & {link.path for link in links})
        if not gone or not self.suspects:
            return ReferenceUpdates(changes=tuple(links))
        self._scan(laid)
        gone.update(self._empty(tree, gone))
        found = self._references(gone, laid) + self._not_scanned()
        faults = _faults([one for one in found if one.dangles])
        # Listing the tree takes as long as the tree is large, and hardly any step needs it.
        alive = [f for f in tree.files() if f not in gone] if any(map(_glob, found)) else []
        matched = _MatchingPatterns(alive, self.plans)
        told = (one for one in found if set(one.written) & _MADE_AT or one not in matched)
        changes = rewrite(laid, found, likely)
        self._unread.update(change.path for change in changes)
        return ReferenceUpdates(tuple(told), tuple(_joined(links, changes)), faults, likely)

    def _empty(self, tree: Tree, gone: set[str]) -> Iterator[str]:
        """The folders that somebody names and that are empty without these files."""
        above = folders_of(gone)
        named = [one for one in self.folders if one in above and self._by_target.get(one)]
        left = [path for path in tree.files() if path not in gone] if named else []
        yield from (one for one in named if not _holds(one, left))

    def _references(self, gone: set[str], tree: Tree) -> list[Reference]:
        """Every reference to these files; a suspect is scanned once, and again once it changed."""
        named = {path for target in gone for path in self._by_target.get(target, ())}
        wanted = sorted(named, key=self.suspects.__getitem__)
        there = (path for path in wanted if tree.exists(path))
        return [one for path in there for one in self._known[path] if one.target in gone]

    def unanswered(self, tree: Tree) -> list[Reference]:
        """Every reference that would dangle when its target goes, of targets that are there."""
        self._scan(tree)
        known = (one for path in self.suspects for one in self._known.get(path, ()))
        dangling = [one for one in known if one.dangles]
        named = {one.target for one in dangling}
        files = list(tree.files()) if named & self.folders else []
        there = {one for one in named if tree.exists(one) or _holds(one, files)}
        return [one for one in dangling if one.target in there]

    def _not_scanned(self) -> list[Reference]:
        """Notes of files that could not be looked into, each told once for the whole rollout."""
        paths = self._by_target.get("", {})
        notes = [one for path in paths for one in self._known[path] if not one.target]
        new = [one for one in notes if one.path not in self._told]
        self._told.update(one.path for one in new)
        return new

    def _scan(self, tree: Tree) -> None:
        new = sorted(self._unread, key=self.suspects.__getitem__)
        self._unread.clear()
        for path in new:
            for one in self._known.pop(path, ()):
                self._by_target[one.target].pop(path, None)
        there = [path for path in new if tree.exists(path)]
        # What is scanned again was changed by a step: nobody asks for that another time.
        store, exclude = None if self._known else self.store, self.plans.exclude
        if not there:
            return
        for one in scan(tree, self.renames, (), exclude, self.workers, there, store):
            self._known.setdefault(one.path, []).append(one)
            self._by_target.setdefault(one.target, {})[one.path] = None


def emptied(gone: Iterable[str], left: Iterable[str], config_root: str) -> frozenset[str]:
    """The folders of configs that hold nothing any more once these files are gone."""
    above = folders_of(gone)
    holding = folders_of(left)
    within = "" if config_root == "." else f"{config_root}/"
    return frozenset(one for one in above - holding if one.startswith(within))


def _holds(folder: str, files: Iterable[str]) -> bool:
    return any(path.startswith(f"{folder}/") for path in files)


def _fate(plans: Plans, path: str, moved: str | None) -> Successor:
    """What becomes of a file that goes; what names a moved preset may be ignored too."""
    said = successor(plans, path)
    return said if moved is None or isinstance(said, IgnoredReference) else moved


def successor(plans: Plans, path: str) -> Successor:
    """What the plan says became of a file: a new path, `drop`, an ignore with its reason."""
    inner = posixpath.relpath(path, plans.config_root)
    said = plans.references.get(path, plans.references.get(inner))
    if isinstance(said, PlanIgnore):
        return IgnoredReference(said.ignore)
    return DROP if said == PLAN_DROP else said


def _joined(links: Iterable[Change], changes: Iterable[Change]) -> Iterator[Change]:
    """Both edits of a file as one change."""
    first = {link.path: link for link in links}
    for change in changes:
        link = first.pop(change.path, None)
        if link is not None:
            why = f"{link.why}; {change.why}"
            yield change._replace(before=link.before, why=why)
        else:
            yield change
    yield from first.values()


def unanswered(
    tree: Tree, plans: Plans, dangling: Sequence[Reference], step_of: Mapping[str, str]
) -> list[Refused]:
    """A refusal for each reference, and what to write into the plans so that none is refused.

    `step_of` has the preset whose later step deletes a target.
    """
    steps = {target: f"the step of {printable(name)}" for target, name in step_of.items()}
    faults = [*_faults(dangling, steps)]
    if dangling:
        say = lines_for(tree, plans, dangling)
        targets = {one.target for one in dangling}
        what = f"nothing says what became of {len(targets):,} of the files that code names"
        faults.append(OpenReferences(what, say.place, f"{say.where}, such as:", say.lines))
    return faults


def _faults(
    dangling: Sequence[Reference], steps: Mapping[str, str] | None = None
) -> tuple[Refused, ...]:
    """A refusal for each place, and one for all that are too many to tell."""
    steps = steps or {}
    faults = [_dangling(one, steps.get(one.target, "this step")) for one in dangling[:FAULTS_TOLD]]
    if len(dangling) > FAULTS_TOLD:
        files = sorted({one.path for one in dangling})
        count = len(dangling) - FAULTS_TOLD
        what = f"{count:,} more places name what goes, in all in {len(files):,} files"
        faults.append(Refused(what, files[-1], "migrate refs tells all of them"))
    return tuple(faults)


def _dangling(reference: Reference, step: str) -> Refused:
    does = "deletes" if has_suffix(reference.target) else "leaves empty"
    what = f"names {printable(reference.target)}, which {step} {does}: {reference.reason}"
    hint = f"say under `references:` in the plan what became of {reference.target}"
    return Refused(what, reference.place, hint)


def held(
    graph: Graph, foreign: Foreign, plans: Plans, deleted: Sequence[str], living: Iterable[str]
) -> list[MigrateError]:
    """One refusal for each config or link that needs a file which a step deletes.

    A config that cannot be read counts if its text names the file; what is excluded counts too.
    """
    staying = list(living) if deleted else []  # most steps delete nothing
    faults: list[MigrateError] = []
    for path in deleted:
        keep = f"put `{_inner(plans, path)}: REASON` under `keep:` in {plans.layout.tree_file}"
        goes = f"{printable(path)}, which this step deletes"
        for link in graph.links_to(path):
            hint = f"migrate that config too, or {keep}"
            faults.append(Refused(f"still extends {goes}", link.place, hint))
        for place in graph.guessed.get(path, ()):
            what = f"cannot be read, and its text names {goes}"
            faults.append(Refused(what, place, f"mend that config, or {keep}"))
        for link_path in foreign.leading_to(path, staying):
            what = f"is a symbolic link that leads to {goes}"
            faults.append(Refused(what, link_path, f"delete the link, or {keep}"))
    return faults


def _inner(plans: Plans, path: str) -> str:
    return spell(posixpath.relpath(path, plans.config_root))


def not_ours(foreign: Foreign, changes: Iterable[Change]) -> list[MigrateError]:
    """One refusal for each change of what is a link, or belongs to another repository."""
    found = ((change, foreign.why(change.path)) for change in changes)
    return [
        Refused(f"would be {_done(change)}, and {why}", change.path, _NOT_OURS)
        for change, why in found
        if why
    ]


def _done(change: Change) -> str:
    return "deleted" if change.after is None else "written"


_NOT_OURS = (
    "nothing is written there: give the plan another `to:`, or name the file in its `exclude:`"
)


def still_named(
    tree: Tree, plans: Plans, gone: Iterable[str], store: ScanStore | None = None
) -> list[Reference]:
    """Every reference to files that the rollout removed, notes and prose included."""
    moves: dict[str, Successor] = {}
    for path in gone:
        said = successor(plans, path)
        moves[path] = said if isinstance(said, IgnoredReference) else None
    if not moves:
        return []
    for folder in emptied(moves, tree.files(), plans.config_root):
        said = successor(plans, folder)
        moves[folder] = said if isinstance(said, IgnoredReference) else None
    renames = Renames(moves, plans.config_root, plans.dialect.keys, layout=plans.layout)
    files = naming(tree, renames, plans.include, plans.exclude, store)
    matched = _MatchingPatterns(list(tree.files()), plans)
    found = scan(tree, renames, exclude=plans.exclude, among=files, store=store)
    return [one for one in found if one not in matched]


_MADE_AT = frozenset("${%")
_CHOICE = re.compile(r"\([^()]*\|[^()]*\)")
_MADE = re.compile(r"\$\{?\w+\}?|\{[^}]*\}|%s")


class _MatchingPatterns:
    """The patterns that go on matching other files: then nothing has to be done about them."""

    def __init__(self, alive: Sequence[str], plans: Plans) -> None:
        self.alive = alive
        self.root = plans.config_root
        self._known: dict[str, bool] = {}

    def __contains__(self, one: Reference) -> bool:
        glob = _glob(one)
        if glob is None:
            return False
        if glob not in self._known:
            globs = [glob, f"{self.root}/{glob}"]
            self._known[glob] = any(matches(path, globs) for path in self.alive)
        return self._known[glob]


def _glob(one: Reference) -> str | None:
    """What a reference that is a pattern and stays can match; None for any other."""
    glob = _MADE.sub("*", _CHOICE.sub("*", as_glob(one.written)))
    return glob if one.edit is None and set(glob) & set("*?[") else None
