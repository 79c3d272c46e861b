"""Which resolved values an edit changes, by the trainer's own loader, and that no other does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from migrate.changes import ChangeSet
from migrate.errors import MigrateError, Refused, raise_all
from migrate.limits import FAULTS_TOLD
from migrate.loading.graph import Graph
from migrate.loading.trainer import PlainLoader
from migrate.locations import Index, KeyPath
from migrate.parity import ABSENT, differences, equal, find
from migrate.parity.format import format_difference, value_text
from migrate.trees.foreign import Foreign
from migrate.trees.tree import Overlay
from migrate.workspace.assignments import Assignment
from migrate.workspace.workspace import Workspace


class Effect(NamedTuple):
    """A value of a resolved config that is another one now, and the file that says it."""

    config: str
    key: KeyPath
    old: Any
    new: Any
    set_in: str


class EffectsProof:
    """Every config that builds on an edited file, as the trainer's loader has it, then and now."""

    def __init__(
        self,
        workspace: Workspace,
        named: Sequence[str],
        keys: Sequence[tuple[Assignment, KeyPath]],
        before: PlainLoader,
    ) -> None:
        self.workspace = workspace
        self.named = frozenset(named)
        self.keys = keys
        self.before = before

    def prove(self, changes: ChangeSet) -> tuple[list[Effect], list[str]]:
        """What changes in each. Raises Refused where anything but the keys would."""
        read, foreign = self.workspace.tree.read, Foreign(self.workspace.tree)
        behind = [
            change._replace(path=name, before=read(name))
            for change in changes
            for name in foreign.names_of(change.path)
            if self.workspace.tree.exists(name)
        ]
        laid = {change.path for change in [*changes, *behind]}
        tree = Overlay(self.workspace.tree, [*changes, *behind])
        after = PlainLoader(tree, self.workspace.dialect)
        graph = Graph(self.workspace.resolver, (), layout=self.workspace.layout)
        touched = graph.dependents(laid)
        effects: list[Effect] = []
        remarks: list[str] = []
        faults: list[MigrateError] = []
        for path in dict.fromkeys([*sorted(self.named), *touched]):
            try:
                old = self.before.load(path)
            except MigrateError as error:
                remarks.append(f"{path} could not be compared: {error}")
                continue
            new = after.load(path)
            faults += self._faults(path, old, new)
            effects += self._effects(path, old, new, laid)
        raise_all(faults[:FAULTS_TOLD])
        return effects, remarks

    def _faults(self, path: str, old: Any, new: Any) -> Iterator[MigrateError]:
        wanted = old
        for assignment, key in self.keys:
            if path in self.named and not equal(find(new, key), assignment.value):
                yield _not_as_given(path, assignment, find(new, key))
            wanted = with_at(wanted, key, find(new, key))
        for one in differences(wanted, new):
            what = f"more would change than was asked for: {format_difference(one)}"
            yield Refused(what, path, "edit the file by hand")

    def _effects(self, path: str, old: Any, new: Any, changed: set[str]) -> Iterator[Effect]:
        for _, key in self.keys:
            was, now = find(old, key), find(new, key)
            if not equal(was, now):
                chain = self.before.chain(path)
                yield Effect(path, key, was, now, next(p for p in reversed(chain) if p in changed))


def with_at(data: Any, key: KeyPath, value: Any) -> Any:
    """A resolved config with another value at a key; `ABSENT` takes the key out."""
    if not key:
        return value
    first, rest = key[0], key[1:]
    if isinstance(first, Index) and isinstance(data, list):
        return [with_at(one, rest, value) if n == int(first) else one for n, one in enumerate(data)]
    if not isinstance(data, dict):
        return data
    inner = with_at(data.get(first, {} if rest else ABSENT), rest, value)
    if inner is ABSENT or (inner == {} and first not in data):
        return {name: one for name, one in data.items() if name != first}
    return {**data, first: inner}


def _not_as_given(path: str, assignment: Assignment, now: Any) -> Refused:
    what = f"{assignment.key} would be {value_text(now)} all the same"
    hint = "a file that is merged later sets it; name that one"
    if isinstance(now, dict) and isinstance(assignment.value, dict):
        hint = "a mapping is merged with what the parents say; set the keys in it one by one"
    return Refused(what, path, hint)
