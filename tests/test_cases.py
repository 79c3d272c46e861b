"""Every case folder keeps every promise; `tests/cases/README.md` says what a folder holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest

from migrate.changes import ChangeSet
from tests.landing.matrix import fault_matrix
from tests.support import foreign, reader, trees
from tests.support.cases import Case, Played, cases, play
from tests.support.crashes import crash_at_some_steps, laid_over
from tests.support.trees import Tree
from tools.shape import parted

ALL = cases()
DONE = [case for case in ALL if not case.refuses]
ROLLED = [case for case in DONE if case.rolls_out]


def for_each(chosen: Iterable[Case]) -> pytest.MarkDecorator:
    """Run a promise for each of these cases."""
    return pytest.mark.parametrize("played", chosen, indirect=True, ids=lambda case: case.name)


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A case, played once for all its promises."""
    return play(request.param, tmp_path_factory.mktemp("case"))


# What a folder holds.


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_a_case_says_what_it_teaches_and_what_comes_of_it(case: Case) -> None:
    assert len((case.text("README.md") or "").strip()) > 60
    assert case.before
    assert (case.folder / "after").is_dir() != case.refuses


# The promises.


@for_each(DONE)
def test_the_outcome_is_as_expected(played: Played) -> None:
    assert [ran.err for ran in played.ran if ran.code] == []
    assert trees.theirs(played.final) == trees.theirs(played.case.after)
    ours = [path for path in played.case.after if path.startswith(trees.OURS)]
    assert trees.only(played.final, ours) == trees.only(played.case.after, ours)


@for_each(DONE)
def test_running_again_changes_nothing(played: Played) -> None:
    assert played.again == played.final


@for_each([case for case in ALL if case.text("report.txt") is not None])
def test_plan_says_what_the_case_expects(played: Played) -> None:
    assert played.report == played.case.text("report.txt")


@for_each([case for case in ALL if case.text("summary.txt") is not None])
def test_plan_of_several_steps_is_a_table(played: Played) -> None:
    assert played.summary == played.case.text("summary.txt")


@for_each([case for case in ALL if case.text("output.txt") is not None])
def test_the_last_command_prints_what_the_case_expects(played: Played) -> None:
    assert played.last.out == played.case.text("output.txt")


@for_each([case for case in ALL if case.refuses])
def test_a_refusal_says_why_and_changes_nothing(played: Played) -> None:
    assert played.last.err == played.case.text("refusal.txt")
    assert played.last.code == played.case.code
    assert played.final == played.trees[-2]
    assert played.modes[-1] == played.modes[-2]


@for_each(ROLLED)
def test_every_comment_is_kept_or_named_in_the_report(played: Played) -> None:
    dropped = {
        (comment["file"], comment["line"])
        for step in played.steps
        for comment in step["comments"]["dropped"]
    }
    for step in played.steps:
        kept = _texts(played.final, step["chain_after"])
        for path in step["chain_before"]:
            for line, text in reader.comments(played.final[path]):
                assert text in kept or (path, line) in dropped, f"{path}:{line}: {text} is lost"


def _texts(tree: Tree, paths: Iterable[str]) -> set[str]:
    return {text for path in paths for _, text in reader.comments(tree[path])}


@for_each(ROLLED)
def test_comments_are_accounted_for_exactly_once(played: Played) -> None:
    stood = {step["to"]: step["chain_before"] for step in played.steps}
    for step in played.steps:
        stay = {
            known
            for path in step["chain_after"][:-1]
            for known in stood.get(path, [path.replace("configs/", "configs/legacy/", 1)])
        }
        gone = [path for path in step["chain_before"] if path not in stay]
        count = sum(len(list(reader.comments(played.final[path]))) for path in gone)
        said = step["comments"]
        assert said["kept"] + len(said["dropped"]) == count


@for_each(ROLLED)
def test_the_record_of_a_step_is_the_live_text_that_it_consumed(played: Played) -> None:
    plans = b"".join(body for path, body in played.start.items() if path.startswith("plans/"))
    named = re.search(rb"(?m)^config_root: (\S+)$", plans)
    root = named[1].decode().strip("\"'") if named else "configs"
    for step in played.steps:
        for path in step["chain_before"]:
            inner = path.removeprefix("configs/legacy/")
            live = inner if root == "." else f"{root}/{inner}"
            assert played.final[path] == played.start.get(live, played.final[path])


@for_each(ROLLED)
def test_undo_brings_back_every_byte(played: Played) -> None:
    assert played.undone == played.start
    assert played.started is not None
    assert played.undo_modes == played.modes[played.started]


@for_each([case for case in ROLLED if not any(c[0] == "lay" for c in case.commands)])
def test_undo_leaves_of_the_rollout_only_what_init_wrote(played: Played) -> None:
    assert trees.theirs(played.undone) == trees.theirs(played.case.before)


@for_each(ROLLED)
def test_a_crash_leaves_one_of_the_whole_trees(played: Played) -> None:
    for before, changes in _moments(played):
        assert crash_at_some_steps(before, changes, played.case.name) == []


@pytest.mark.fuzz_long
@for_each(ROLLED)
def test_every_fault_at_every_step_leaves_one_of_the_whole_trees(played: Played) -> None:
    for before, changes in _moments(played):
        matrix = fault_matrix(before, changes)
        assert matrix.complete
        assert matrix.mixed == []


def _moments(played: Played) -> Iterator[tuple[Tree, ChangeSet]]:
    """Each landing, and the tree it began from."""
    tree = {path: body for path, body in played.start.items() if not path.endswith("/")}
    for changes in played.landings:
        yield tree, changes
        tree = laid_over(tree, changes)


@for_each(ROLLED)
def test_the_references_that_plan_counts_are_those_that_change(played: Played) -> None:
    for step, changes in zip(played.plan["steps"], played.landings, strict=True):
        told = {(one["file"], one["line"]) for one in step["references"] if one["rewritten"]}
        named = {one["file"] for one in step["references"]}
        edited = {
            (change.path, number)
            for change in changes
            if change.path in named and change.before and change.after
            for number, (old, new) in enumerate(
                zip(change.before.split(b"\n"), change.after.split(b"\n"), strict=False), 1
            )
            if old != new
        }
        links = {change.path for change in changes if " is now " in change.why}
        assert told <= edited
        assert {one for one in edited if one[0] not in links} == told


@for_each(ROLLED)
def test_an_independent_reader_sees_the_same_values(played: Played) -> None:
    assert played.steps, "nothing was migrated"
    for step in played.steps:
        allowed = [difference["key"] for difference in step["allowed"]]
        old, new = (
            reader.without(foreign.read(tree, path, played.dialect), allowed)
            for tree, path in ((played.final, step["from"]), (played.final, step["to"]))
        )
        ordered = not _reordered(played, step)
        assert reader.spelled(new, ordered) == reader.spelled(old, ordered)


def _reordered(played: Played, step: dict[str, list[str]]) -> bool:
    """A file on top of a parent says the parent's keys first; else parity tells another order."""
    return len(step["chain_after"]) > 1 or bool(step["order_changes"])


@for_each(ROLLED)
def test_another_order_is_asked_for_by_the_plan_or_by_a_paragraph(played: Played) -> None:
    plans = b"".join(body for path, body in played.start.items() if path.startswith("plans/"))
    if re.search(rb"(?m)^\s*order:", plans):
        return
    for step in played.steps:
        if len(step["chain_after"]) == 1 and step["order_changes"]:
            texts = {path: played.start[path].decode() for path in step["chain_before"]}
            old = foreign.read(played.start, step["from"], played.dialect)
            layers = {"extends", "_BASE_", "defaults", "__include__"}
            assert parted(texts, old, layers), "the loader's order parts no paragraph"


@for_each(ROLLED)
def test_configs_that_are_not_migrated_mean_what_they_meant(played: Played) -> None:
    migrated = {step["to"] for step in played.steps}
    for path in trees.theirs(played.final):
        known = path in played.start and path not in migrated
        if known and path.endswith(".yaml") and b"extends:" in played.start[path]:
            old, new = (reader.resolve(tree, path) for tree in (played.start, played.final))
            assert reader.spelled(new) == reader.spelled(old)


@for_each(ROLLED)
def test_files_outside_the_change_set_keep_every_byte(played: Played) -> None:
    named = {file["path"] for step in played.steps for file in step["files"]}
    outside = {*played.start, *played.final} - named
    folders = {path for path in outside if path.endswith("/")}
    assert folders == set()
    assert trees.only(played.final, outside) == trees.only(played.start, outside)
