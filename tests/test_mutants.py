"""The breakages of `make mutants` follow the code, and the run tells killed from alive."""

from __future__ import annotations

import ast

import pytest

from tools.mutants import ROOT, Mutant, kill, main, mutants, table

ALL = mutants()
PROTECTS = (
    *("judge", "loader", "dependents", "proof", "step", "retiring", "sweep", "landing", "recovery"),
    *("undo", "own-lines", "evidence", "stale", "gate", "recalled", "finalize", "live", "trust"),
    *("limits", "discovery", "action"),
)
TARGET = "migrate/locations.py"
UNSEEN = Mutant(
    "unseen",
    TARGET,
    "Whether a normalised root-relative path leaves the root.",
    "Whether it does.",
    ("tests/test_locations.py",),
)


@pytest.mark.parametrize("mutant", ALL, ids=[mutant.name for mutant in ALL])
def test_each_stands_once_and_is_python_still(mutant: Mutant) -> None:
    sound = (ROOT / mutant.file).read_text(encoding="utf-8")
    broken = mutant.broken(sound)
    assert ast.dump(ast.parse(broken)) != ast.dump(ast.parse(sound))
    assert broken.count("\n") == sound.count("\n")
    for test in mutant.tests:
        path, _, name = test.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {name.partition('[')[0]}(" in text if name else "def test_" in text


@pytest.mark.parametrize("area", PROTECTS)
def test_every_place_that_protects_a_tree_is_broken_on_purpose(area: str) -> None:
    assert any(mutant.name.startswith(f"{area}-") for mutant in ALL)


def test_a_text_that_is_gone_or_there_twice_is_an_error() -> None:
    for text in ("", "a a"):
        with pytest.raises(ValueError, match=r"unseen: stands \d times in"):
            UNSEEN._replace(old="a").broken(text)


def test_what_the_tests_pass_over_survives_and_is_listed() -> None:
    before = (ROOT / TARGET).read_bytes()
    outcomes = kill([UNSEEN], 1)
    assert [one.killed for one in outcomes] == [False]
    assert table(outcomes)[0] == "0 of 1 killed"
    assert table(outcomes)[1].split() == ["unseen", TARGET, *UNSEEN.tests]
    assert (ROOT / TARGET).read_bytes() == before


def test_a_name_chooses_and_what_is_noticed_is_killed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["-k", "judge-true-is-one", "--jobs", "1"]) == 0
    assert capsys.readouterr().out == "1 of 1 killed\n"


def test_tests_that_fail_by_themselves_are_no_verdict() -> None:
    with pytest.raises(ValueError, match=r"fails without any breakage: tests/none\.py"):
        kill([UNSEEN._replace(tests=("tests/none.py",))], 1)
