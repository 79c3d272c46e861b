"""`migrate set`: change a value in the file that sets it, in many configs at once, and prove it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from migrate.canonical import plain
from migrate.changes import Change, ChangeSet
from migrate.commands.accept import accept, differing
from migrate.commands.explain import spelled
from migrate.commands.missing import whereabouts
from migrate.errors import InputError, MigrateError, MissingFile, Refused, raise_all
from migrate.limits import FAULTS_TOLD
from migrate.loading.trainer import PlainLoader
from migrate.locations import LEGACY, Index, KeyPath, Place, dotted
from migrate.parity import ABSENT, equal, find
from migrate.plan import Acceptance, Plans
from migrate.plan.accepting import value_yaml
from migrate.resolve import Resolved
from migrate.rollout.legacy import MANIFEST
from migrate.rollout.missed_edits import set_at
from migrate.trees.foreign import Foreign
from migrate.trees.tree import Overlay
from migrate.workspace.assignments import Assignment, type_changes, type_letter
from migrate.workspace.config_names import config_paths
from migrate.workspace.effects import Effect, EffectsProof, with_at
from migrate.workspace.setters import could_be_added, meet, set_by
from migrate.workspace.workspace import Workspace
from migrate.yaml_text import LOADERS, Document
from migrate.yaml_text.edit import with_value


class EditedKey(NamedTuple):
    """One value that was written: where, in place of what, and the comments that went with it."""

    place: Place
    key: KeyPath
    old: Any
    """`ABSENT` for a key that the file did not set."""
    new: Any
    dropped: tuple[tuple[Place, str], ...] = ()


class ValuesSet(NamedTuple):
    """What `set` changes."""

    changes: ChangeSet
    edits: tuple[EditedKey, ...]
    effects: tuple[Effect, ...]
    already: tuple[tuple[str, KeyPath], ...] = ()
    """The named configs that said so before."""
    remarks: tuple[str, ...] = ()
    """What a rollout in progress makes of it, and which configs could not be compared."""
    accepted: tuple[Acceptance, ...] = ()
    """What the gate accepts from now on."""


class How(NamedTuple):
    """What a person insists on."""

    pin: bool = False
    """An inherited key is written into the config that was named."""
    new: bool = False
    """A key that no file sets is added."""
    type_change: bool = False
    reason: str | None = None
    """Why the change is meant: the gate is told to accept it."""


def set_values(
    workspace: Workspace, assignments: Sequence[Assignment], given: Sequence[str], how: How
) -> ValuesSet:
    """Change values where they are set. Each config that was named has them afterwards, and no
    resolved config of the tree changes in anything else.

    Raises InputError for a config or key that is not there, and for a value of another type;
    Refused for a key that a config inherits, for files that are not to be edited, and where more
    than the key would change.
    """
    named = config_paths(workspace, given)
    raise_all([_a_record(workspace, path) for path in named if workspace.layout.is_record(path)])
    return _Setter(workspace, named, how).run(assignments)


def _a_record(workspace: Workspace, path: str) -> Refused:
    hint, plans = "name the config itself", _plans(workspace)
    if plans is not None and path.startswith(f"{LEGACY}/"):
        hint = f"it is the record of {plans.layout.live(path)}; name what runs today"
    return Refused("is a record of the rollout, which nobody edits", path, hint)


# What is to be written.


class _Setter:
    """The edits so far, over the tree."""

    def __init__(self, workspace: Workspace, named: Sequence[str], how: How) -> None:
        self.workspace = workspace
        self.named = named
        self.how = how
        self.loader = LOADERS[workspace.dialect.loader]
        self.before = PlainLoader(workspace.tree, workspace.dialect)
        self.texts: dict[str, bytes] = {}
        self.edits: list[EditedKey] = []
        self.already: list[tuple[str, KeyPath]] = []

    def run(self, assignments: Sequence[Assignment]) -> ValuesSet:
        """Decide, write, prove."""
        keys: list[tuple[Assignment, KeyPath]] = []
        for assignment in assignments:
            path = self._assign(assignment)
            if any(path[: len(one)] == one or one[: len(path)] == path for _, one in keys):
                raise InputError(f"{assignment.key} is given twice", None, "name each key once")
            keys.append((assignment, path))
        changes = ChangeSet.of(
            Change(path, self.workspace.tree.read(path), content, "set")
            for path, content in self.texts.items()
        )
        foreign = Foreign(self.workspace.tree)
        raise_all(
            [
                Refused(f"would be written, and {why}", change.path, _elsewhere(foreign, change))
                for change in changes
                if (why := foreign.why(change.path))
            ]
        )
        effects, remarks = EffectsProof(self.workspace, self.named, keys, self.before).prove(
            changes
        )
        told = (*remarks, *_of_the_rollout(self.workspace, changes))
        result = ValuesSet(changes, tuple(self.edits), tuple(effects), tuple(self.already), told)
        return _with_the_gate(self.workspace, result, self.how.reason)

    def _assign(self, assignment: Assignment) -> KeyPath:
        """Write one value wherever it belongs; the key as these configs have it."""
        resolved = {path: self.workspace.resolver.resolve(path) for path in self.named}
        key = _key(resolved.values(), assignment)
        setters = {path: set_by(one, key) for path, one in resolved.items()}
        wrong = {str(one): one for one in self._of_another_type(assignment, key, resolved)}
        raise_all(list(wrong.values())[:FAULTS_TOLD])
        own = [path for path in self.named if setters[path] == path]
        for path in own:
            self._write(assignment, key, path, resolved[path])
        others = [path for path in self.named if setters[path] != path]
        # A parent before what extends it: that follows, and need not be written.
        faults: list[MigrateError] = []
        for path in sorted(others, key=lambda path: len(resolved[path].paths)):
            if self._follows(assignment, key, path, resolved[path]):
                continue
            if not self.how.pin and equal(find(resolved[path].python, key), assignment.value):
                self.already.append((path, key))
                continue
            fault = self._refused(assignment, key, resolved[path], setters[path])
            if fault is None:
                self._write(assignment, key, path, resolved[path])
            else:
                faults.append(fault)
        raise_all(faults[:FAULTS_TOLD])
        return key

    def _of_another_type(
        self, assignment: Assignment, key: KeyPath, resolved: dict[str, Resolved]
    ) -> Iterator[InputError]:
        for one in resolved.values():
            old = find(one.python, key)
            if self.how.type_change or old is ABSENT:
                continue
            change = next(type_changes(old, assignment.value), None)
            if change is not None:
                yield type_letter(assignment, set_at(one, key), change, self.loader)

    def _follows(self, assignment: Assignment, key: KeyPath, path: str, resolved: Resolved) -> bool:
        """Whether a config has the value by now, by way of a file that this command edits."""
        if not any(file in self.texts for file in resolved.paths):
            return False
        return equal(find(self._now.load(path), key), assignment.value)

    @cached_property
    def _now(self) -> PlainLoader:
        """Loads configs with what was written so far; another one once more is."""
        read = self.workspace.tree.read
        laid = [Change(path, read(path), content) for path, content in self.texts.items()]
        return PlainLoader(Overlay(self.workspace.tree, laid), self.workspace.dialect)

    def _refused(
        self, assignment: Assignment, key: KeyPath, resolved: Resolved, setter: str | None
    ) -> MigrateError | None:
        """The letter about a key that a config does not set itself; None if it is to be added."""
        config = resolved.path
        word = assignment.word
        if setter is None:
            if self.how.new:
                return None
            letter = whereabouts(resolved, key, assignment.key)
            if could_be_added(resolved, key):
                add = f"migrate set --new {word} {shlex.quote(config)}"
                near = f"did you mean {' or '.join(letter.near)}? " if letter.near else ""
                letter.hint = f"{near}`{add}` adds it"
            return letter
        if self.how.pin:
            return None
        place = set_at(resolved, key)
        whole = _whole_list(resolved, key, assignment)
        pinned = word if whole == assignment.given else shlex.quote(whole)
        pin = f"`migrate set --pin {pinned} {shlex.quote(config)}` writes it here"
        there = f"`migrate set {word} {shlex.quote(setter)}` changes it for all that build on that"
        return Refused(f"inherits {assignment.key} from {place}", config, f"{pin}; {there}")

    def _write(self, assignment: Assignment, key: KeyPath, path: str, resolved: Resolved) -> None:
        content = self.texts.get(path, resolved.document.source)
        dialect, limits = self.workspace.dialect, self.workspace.limits
        document = Document(path, content, dialect.keys, self.loader, limits)
        own = document.value(document.root) if document.root is not None else {}
        old = find(own, key)
        if old is not ABSENT and equal(old, assignment.value):
            self.already.append((path, key))
            return
        edited = with_value(document, key, assignment.text, limits)
        self.texts[path] = edited.content
        self.__dict__.pop("_now", None)
        place = _place_in(Document(path, edited.content, dialect.keys, self.loader, limits), key)
        self.edits.append(EditedKey(place, key, old, assignment.value, edited.dropped))


def _whole_list(resolved: Resolved, key: KeyPath, assignment: Assignment) -> str:
    """The assignment of the list that an item is in, all of it; of what is in none, as it is."""
    number = next((n for n, part in enumerate(key) if isinstance(part, Index)), None)
    if number is None:
        return assignment.given
    value = with_at(find(resolved.python, key[:number]), key[number:], assignment.value)
    return f"{dotted(key[:number])}={value_yaml(plain(value), room=FAR)}"


FAR = 10_000
"""Room for a list on one line of a hint."""


def _key(configs: Iterable[Resolved], assignment: Assignment) -> KeyPath:
    """The key as the configs have it, which may be no text; refused where they differ in that."""
    found: dict[str, KeyPath] = {}
    for resolved in configs:
        key = spelled(resolved, assignment.key)
        if find(resolved.python, key) is not ABSENT:
            found.setdefault(dotted(key), key)
        spare = key
    if len(found) > 1:
        names = " and ".join(found)
        raise Refused(f"{assignment.key} is {names} to these configs", None, "set each by itself")
    return next(iter(found.values()), spare)


def _place_in(document: Document, key: KeyPath) -> Place:
    from migrate.yaml_text import Entry
    from migrate.yaml_text.find import find_node

    step = find_node(document, document.root, key) if document.root is not None else None
    if step is None:
        return Place(document.path)
    return document.place(step.start if isinstance(step, Entry) else step.props)


def _elsewhere(foreign: Foreign, change: Change) -> str:
    own = foreign.own(change.path)
    return f"name {own} itself" if own != change.path else "edit it where it belongs"


# A rollout in progress.


def _of_the_rollout(workspace: Workspace, changes: Iterable[Change]) -> Iterator[str]:
    """What becomes of an edit of an old file, or of a preset whose record the gate holds."""
    plans = _plans(workspace)
    if plans is None:
        return
    rollout = workspace.rollout
    for change in changes:
        targets = rollout.old.applied.targets
        if change.path in targets or not rollout.old.frozen_digests:
            continue
        frozen = plans.layout.frozen(change.path)
        users = rollout.users.get(frozen, ())
        waiting = sorted(name for name in users if name not in workspace.evidence)
        behind = sorted(name for name in users if name in workspace.evidence)
        if waiting:
            yield f"{change.path} is an old file: the steps of {', '.join(waiting)} migrate it so"
        if behind:
            names = ", ".join(behind)
            yield f"{change.path} is an old file, and {names} no longer reads it: set it there too"


def _with_the_gate(workspace: Workspace, result: ValuesSet, reason: str | None) -> ValuesSet:
    """The same with what the gate accepts; without a reason, told how it would."""
    plans = _plans(workspace)
    if plans is None and reason is not None:
        hint = "leave out --reason: there is no rollout, and no gate"
        raise InputError("no plan holds a record to accept a change of", None, hint)
    configs = {effect.config for effect in result.effects}
    names = (
        [name for name, one in workspace.evidence.items() if one.target in configs] if plans else []
    )
    if plans is None or not names:
        return result
    after = workspace.fresh()
    after.tree = Overlay(workspace.tree, result.changes)
    changed = {dotted(effect.key) for effect in result.effects}
    mine = [key for key in differing(after, names) if any(meet(key, one) for one in changed)]
    if not mine:
        return result
    if reason is None:
        guarded = plans.guard or workspace.tree.exists(MANIFEST)
        told = _to_be_accepted(names, mine) if guarded else ()
        return result._replace(remarks=(*result.remarks, *told))
    recorded = accept(after, names, mine, reason)
    changes = ChangeSet.of([*result.changes, *recorded.changes])
    return result._replace(changes=changes, accepted=recorded.accepted)


def _to_be_accepted(names: Sequence[str], keys: Sequence[str]) -> Iterator[str]:
    presets = " ".join(f"--preset {shlex.quote(name)}" for name in names)
    some = " ".join(f"--key {shlex.quote(key)}" for key in keys)
    command = f"migrate accept {presets} {some} --reason TEXT"
    yield f"the gate compares presets with their record: `{command}` accepts this"


def _plans(workspace: Workspace) -> Plans | None:
    try:
        return workspace.plans
    except MissingFile:
        return None
