"""Every fault at every step of a landing leaves exactly the old or exactly the new tree."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from migrate.changes import Change, ChangeSet
from tests.landing.matrix import Matrix, fault_matrix

BEFORE = {"a/b/x": b"one", "y": b"two", "c/k": b"kk", "c/d/l": b"ll"}
MODES = {"y": 0o755, "a/b/x": 0o600}

MIXED = ChangeSet.of(
    [
        Change("a/b/x", b"one", None),
        Change("c/k", b"kk", b"KK"),
        Change("n/m/z", None, b"zz"),
        Change("y", b"two", b"three"),
    ]
)
SMALL = ChangeSet.of([Change("a/b/x", b"one", None), Change("n/z", None, b"zz")])


def check(capsys: pytest.CaptureFixture[str], name: str, matrix: Matrix) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{name}: {matrix}\n")
    assert matrix.steps > 20
    assert matrix.crashes > 50
    assert matrix.complete
    assert matrix.mixed == []


def test_crash_anywhere_is_all_or_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    check(capsys, "landing", fault_matrix(BEFORE, MIXED, MODES, limit=2))


def test_crash_anywhere_with_every_combination_is_all_or_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    check(capsys, "combinations", fault_matrix(BEFORE, SMALL, MODES, limit=6))


def test_taking_back_anywhere_is_all_or_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    matrix = fault_matrix(BEFORE, SMALL, MODES, proof_fails=True, limit=2)
    check(capsys, "taking back", matrix)


def test_errors_during_recovery_leave_recovery_possible(
    capsys: pytest.CaptureFixture[str],
) -> None:
    matrix = fault_matrix(BEFORE, SMALL, MODES, recovery_faults=True, limit=2)
    check(capsys, "recovery", matrix)


ONE_EACH = [
    {"change": Change("only", b"a", b"b"), "before": {"only": b"a"}},
    {"change": Change("only", b"a", None), "before": {"only": b"a", "other": b"o"}},
    {"change": Change("a/b/only", b"a", None), "before": {"a/b/only": b"a", "a/other": b"o"}},
    {"change": Change("only", None, b"b"), "before": {"other": b"o"}},
    {"change": Change("empty", None, b""), "before": {"other": b""}},
]


@pytest.mark.parametrize("proof_fails", [False, True])
@pytest.mark.parametrize("one", ONE_EACH, ids=lambda one: one["change"].kind)
def test_one_file_is_all_or_nothing(one: dict[str, Any], proof_fails: bool) -> None:
    changes = ChangeSet.of([one["change"]])
    assert fault_matrix(one["before"], changes, proof_fails=proof_fails, limit=2).mixed == []
