"""A rollout of many steps keeps what it knows of the tree, and it stays true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.errors import MigrateError
from migrate.flatten import Keys, Onto, chosen_keys
from migrate.loading.graph import Graph
from migrate.report.steps import step_data
from migrate.resolve import Resolved, Resolver, Store
from migrate.resolve.resolver import KEPT
from migrate.rollout.steps import Proposal, Proposer
from migrate.trees.tree import MemoryTree
from migrate.workspace.steps import Step
from migrate.workspace.workspace import Workspace
from tests.support import trees
from tests.support.cases import FOLDER, Case
from tests.support.cli import migrate

CASES = [
    case
    for case in map(Case, sorted(FOLDER.iterdir()))
    if case.folder.is_dir() and case.name.startswith(("apply-", "plan-"))
]


def opened(case: Case, folder: Path) -> Workspace:
    """The tree of a case with its plans, ready for its steps."""
    trees.write(folder, case.before)
    if not (folder / "plans").exists():
        migrate(folder, "init")
    return Workspace(str(folder))


def walk(workspace: Workspace) -> Iterator[tuple[Proposer, Proposal]]:
    """Every step of a rollout up to the first that is refused."""
    try:
        proposer = Proposer(workspace.rollout, workspace.tree, workspace.evidence)
        for planned in workspace.pending():
            yield proposer, proposer.propose(planned)
    except MigrateError:
        return


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_graph_that_followed_the_steps_is_the_graph_of_the_tree(
    case: Case, tmp_path: Path
) -> None:
    workspace = opened(case, tmp_path)
    for proposer, _ in walk(workspace):
        kept = proposer.graph
        fresh = Graph(Resolver(proposer.tree, workspace.dialect), workspace.plans.exclude)
        assert kept.links == fresh.links
        users = {target: set(sources) for target, sources in kept.extended.items() if sources}
        assert users == {target: set(sources) for target, sources in fresh.extended.items()}
        assert set(kept.broken) == set(fresh.broken)


def test_the_cases_have_steps_to_walk(tmp_path: Path) -> None:
    steps = [len(list(walk(opened(case, tmp_path / case.name)))) for case in CASES]
    assert sum(steps) > 40, "the promise above is empty without steps"


def test_a_rollout_that_keeps_next_to_nothing_takes_the_same_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for case in CASES:
        workspace = opened(case, tmp_path / case.name)
        kept = [said(proposal) for _, proposal in walk(workspace)]
        with monkeypatch.context() as patched:
            patched.setattr("migrate.resolve.resolver.KEPT", 1)
            patched.setattr("migrate.rollout.context.MANY", 0)
            assert [said(proposal) for _, proposal in walk(workspace.fresh())] == kept, case.name


def said(proposal: Proposal) -> Any:
    """All that a step says, bytes included."""
    step = Step(proposal, proposal.changes, proposal.changes)
    return step_data(step), tuple(proposal.changes)


def test_a_resolver_keeps_what_is_shared_and_the_last_of_the_rest() -> None:
    many = KEPT + 50
    texts = {f"p{n:04}.yaml": f"extends: base.yaml\nn: {n}\n".encode() for n in range(many)}
    tree = MemoryTree({**texts, "base.yaml": b"a: 1\n"})
    store: Store = {}
    resolver = Resolver(tree, store=store)
    base = resolver.document("base.yaml")
    for number, path in enumerate(texts):
        resolved = resolver.resolve(path)
        assert resolved.python == {"a": 1, "n": number}
        assert resolved.chain[0] is resolver.document("base.yaml")
    assert resolver.document("base.yaml") is base
    assert len(store) <= KEPT + 1
    assert resolver.resolve("p0000.yaml").python == {"a": 1, "n": 0}


def test_a_plan_that_fails_when_it_is_tried_is_drafted_from_written_presets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def own(resolver: Resolver, resolved: Resolved, onto: Onto) -> Keys:
        keys = chosen_keys(resolver, resolved, onto)
        return tuple((key, path) for key, path in keys if path == resolved.path)

    before = Case(FOLDER / "init-legacy-is-a-faithful-copy").before
    drafted = []
    for name, choose in (("right", chosen_keys), ("nothing-inlined", own)):
        monkeypatch.setattr("migrate.commands.init.chosen_keys", choose)
        ran = migrate(trees.write(tmp_path / name, before), "init")
        assert ran.code == 0, ran.out + ran.err
        plans = sorted((tmp_path / name / "plans").glob("*.yaml"))
        drafted.append((ran.out, {path.name: path.read_text() for path in plans}))
    assert drafted[0] == drafted[1]
    assert any("inline:" in text for text in drafted[0][1].values())
