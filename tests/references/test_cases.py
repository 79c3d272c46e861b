"""Every case folder keeps what it promises, and every kind has its cases and its line of docs."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import nbformat
import pytest

from migrate.references import KINDS, Renames, rewrite, scan
from migrate.trees.tree import MemoryTree
from tests.references.cases import Case, cases, notes, run

ALL = cases()
LEFT_ALONE = "left-alone"
DOCS = Path(__file__).parents[2] / "docs" / "references.md"


def name(case: Case) -> str:
    return case.folder.name


@pytest.mark.parametrize("case", ALL, ids=name)
def test_the_outcome_equals_the_expectation(case: Case) -> None:
    after, references = run(case, case.before)
    assert after == case.after
    assert notes(case, references) == case.notes


@pytest.mark.parametrize("case", ALL, ids=name)
def test_running_again_changes_nothing(case: Case) -> None:
    moved = {old: new for old, new in case.renames.moves.items() if new not in case.renames.moves}
    after, _ = run(case, case.before)
    again = rewrite(MemoryTree(after), scan(MemoryTree(after), Renames(moved)), case.likely)
    assert again == []


@pytest.mark.parametrize("case", [case for case in ALL if LEFT_ALONE in name(case)], ids=name)
def test_a_case_of_no_change_has_no_change(case: Case) -> None:
    assert not (case.folder / "after").exists()


@pytest.mark.parametrize("case", ALL, ids=name)
def test_a_span_holds_what_the_reference_says(case: Case) -> None:
    _, references = run(case, case.before)
    for reference in references:
        line = case.before[reference.path].split(b"\n")[reference.line - 1]
        assert reference.column <= len(line) + 1
        assert reference.target in case.renames.moves


def strings_aside(text: bytes) -> str:
    """The tree of a module with every string, and every list of only strings, made the same."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.List) and all(isinstance(i, ast.Constant) for i in node.elts):
            node.elts = []
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            node.value = 0
    return ast.dump(tree)


def changed(suffix: str) -> list[tuple[Case, str]]:
    return [
        (c, p) for c in ALL for p in c.after if p.endswith(suffix) and c.after[p] != c.before[p]
    ]


@pytest.mark.parametrize(("case", "path"), changed(".py"))
def test_a_rewritten_module_is_the_same_tree_but_for_strings(case: Case, path: str) -> None:
    assert strings_aside(case.after[path]) == strings_aside(case.before[path])


@pytest.mark.parametrize(("case", "path"), changed(".ipynb"))
def test_a_rewritten_notebook_is_valid_and_differs_in_sources_only(case: Case, path: str) -> None:
    after, before = (json.loads(files[path]) for files in (case.after, case.before))
    nbformat.validate(nbformat.from_dict(after))  # type: ignore[no-untyped-call]
    for notebook in (after, before):
        for cell in notebook["cells"]:
            del cell["source"]
    assert json.dumps(after) == json.dumps(before)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_docs_and_a_case_where_nothing_changes(kind: str) -> None:
    assert f"| {kind} |" in DOCS.read_text("utf-8")
    names = [name(case) for case in ALL if name(case).startswith(f"{kind}-")]
    assert any(LEFT_ALONE in one for one in names)
    assert any(LEFT_ALONE not in one for one in names)


def test_as_many_cases_leave_alone_as_rewrite() -> None:
    alone = [case for case in ALL if LEFT_ALONE in name(case)]
    assert len(alone) * 2 >= len(ALL)


@pytest.mark.parametrize("case", ALL, ids=name)
def test_a_case_says_what_it_teaches(case: Case) -> None:
    assert len((case.folder / "README.md").read_text("utf-8").strip()) > 60
