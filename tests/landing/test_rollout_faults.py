"""The landings of this repository's own rollout, forwards and backwards, with some faults each.

`make matrix` tries every fault at every step.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.faults import Landing, landing_of_port, landings_of_rollout, tried
from migrate.changes import Change, ChangeSet
from migrate.layout import Layout
from migrate.plan import Acceptance
from migrate.plan.accepting import accepting, retiring, taking_back
from migrate.trees.tree import MemoryTree
from tests.support.crashes import crash_at_some_steps, laid_over, near
from tests.support.trees import Tree


@pytest.fixture(scope="module")
def landings() -> list[Landing]:
    return list(landings_of_rollout())


def test_some_faults_at_some_steps_of_the_rollout_leave_whole_trees(
    landings: list[Landing],
) -> None:
    assert len(landings) >= 2 * 13, "a landing for each preset, and one back"
    for name, tree, changes in landings:
        assert crash_at_some_steps(near(tree, changes), changes, name, steps=2) == [], name


def test_some_faults_while_something_is_accepted_leave_whole_trees() -> None:
    one = Acceptance("p", "t.lr", 1, 7, "because")
    tree: Tree = {"configs/train/p.yaml": b"t: {lr: 7}\n", "plans/train.yaml": b"version: 1\n"}
    edits: dict[str, Callable[[MemoryTree], list[Change]]] = {
        "a new file": lambda below: accepting(below, Layout(), [one]),
        "another value": lambda below: accepting(below, Layout(), [one._replace(now=8)]),
        "retired": lambda below: retiring(below, Layout(), {"q": "gone"}),
        "taken back": lambda below: taking_back(below, Layout(), [one]),
    }
    for name, edit in edits.items():
        changes = ChangeSet.of(edit(MemoryTree(dict(tree))))
        assert len(changes) >= 1, name
        assert crash_at_some_steps(near(tree, changes), changes, name, steps=4) == [], name
        tree = laid_over(tree, changes)


def test_some_faults_at_some_steps_of_port_leave_whole_trees() -> None:
    name, tree, changes = landing_of_port()
    kinds = {change.kind for change in changes}
    assert kinds == {"modify", "delete"}
    assert len(changes) >= 2 * 16, "some texts, and a record for each preset"
    assert crash_at_some_steps(near(tree, changes), changes, name, steps=2) == []


@pytest.mark.fuzz_long
def test_every_fault_at_every_step_of_the_rollout_leaves_whole_trees(
    landings: list[Landing],
) -> None:
    for landing in [*landings, landing_of_port()]:
        _, matrix = tried(landing, limit=1)
        assert matrix.complete
        assert matrix.mixed == []
