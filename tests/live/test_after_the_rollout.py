"""After `finalize` presets are tuned freely, unless the plans ask for the guard to stay up."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.workspace.scratch import scratch_copy
from tests.live.test_accept import accept, gate, tune
from tests.live.tree import START, P, Q, findings, ok
from tests.support import trees
from tests.support.cli import migrate

ROOT = Path(__file__).parents[2]
TREE = "plans/tree.yaml"


@pytest.fixture
def over(tmp_path: Path) -> Path:
    """A rollout that is over."""
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    ok(migrate(tmp_path, "finalize"))
    return tmp_path


def guarded(root: Path, guard: bool) -> None:
    path = root / TREE
    text = path.read_text() if path.exists() else "version: 1\n"
    kept = [line for line in text.splitlines() if not line.startswith("guard:")]
    path.write_text("\n".join([*kept, f"guard: {str(guard).lower()}", ""]))


def said(root: Path, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(migrate(root, "--output", "json", "verify", *options).out)
    return found


def errors(root: Path) -> list[tuple[str, str]]:
    return [(one["rule"], one["path"]) for one in findings(root)[1] if one["level"] == "error"]


def test_a_tuned_value_is_information(over: Path) -> None:
    assert said(over)["changed"] == []
    assert "changed since" not in migrate(over, "verify").out
    tune(over, Q, "lr: 1", "lr: 7")
    for strict in ([], ["--strict"]):
        ran = ok(migrate(over, "verify", *strict))
        assert ran.out.splitlines()[-2:] == [
            "1 of 2 presets changed since they were migrated",
            "2 presets compared; the gate is open",
        ]
        assert (said(over, *strict)["ok"], said(over, *strict)["changed"]) == (True, ["q"])
        assert said(over, *strict)["findings"] == []


def test_only_values_count(over: Path) -> None:
    with open(over / Q, "a") as file:
        file.write("# one more comment\n")
    assert said(over)["changed"] == []
    assert said(over)["findings"] == []


def test_a_difference_from_the_start_is_no_change(tmp_path: Path) -> None:
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    plan = tmp_path / "plans/train.yaml"
    plan.write_text(plan.read_text() + "    override: {t.lr: {value: 5, reason: r}}\n")
    (tmp_path / "plans/parity.yaml").write_text("version: 1\nallow: [{path: t.lr, reason: r}]\n")
    ok(migrate(tmp_path, "apply", "--all"))
    ok(migrate(tmp_path, "finalize"))
    assert "lr: 5" in (tmp_path / Q).read_text()
    assert said(tmp_path)["changed"] == []
    tune(tmp_path, Q, "lr: 5", "lr: 1")  # what it was before the rollout
    assert said(tmp_path)["changed"] == ["q"]


def test_with_the_guard_parity_goes_on_as_before(over: Path) -> None:
    guarded(over, True)
    assert gate(over) == []
    tune(over, Q, "lr: 1", "lr: 7")
    assert gate(over) == [("q", "error")]
    ok(accept(over, "--preset", "q", "--key", "t.lr"))
    assert gate(over) == []
    tune(over, Q, "lr: 7", "lr: 8")
    assert gate(over) == [("q", "error")]


def test_no_verdict_outlives_the_guard(over: Path) -> None:
    tune(over, Q, "lr: 1", "lr: 7")
    for guard in (False, True, False, True):
        guarded(over, guard)
        for _ in range(2):
            assert migrate(over, "verify").code == int(guard)


def test_two_files_that_disagree_are_a_letter(over: Path) -> None:
    guarded(over, True)
    trees.write(over, {"plans/more.yaml": b"version: 1\nguard: false\n"})
    ran = migrate(over, "verify")
    assert ran.code == 3
    assert "`guard` is not what plans/more.yaml says" in ran.err


def test_what_else_must_hold_still_closes(over: Path) -> None:
    (over / TREE).write_text("version: 1\nrules: {required: [m], presets: ['configs/**/*.yaml']}\n")
    assert errors(over) == [("required", P)]
    (over / TREE).write_text("version: 1\nrules: {required: []}\n")
    trees.write(over, {"run.sh": b"cat configs/components/o.yaml\n"})
    assert errors(over) == [("references", "run.sh")]
    (over / "run.sh").unlink()
    (over / Q).write_text("a: [\n")
    assert ("parity", Q) in errors(over)


def test_gate_commands_are_asked(over: Path) -> None:
    plan = over / "plans/train.yaml"
    plan.write_text(plan.read_text() + "gates: ['false']\n")
    assert migrate(over, "verify", "--run-gates").code == 1


def test_evidence_has_to_be_whole(over: Path) -> None:
    record = over / "plans/evidence/q.json"
    whole = record.read_text()
    record.write_text(whole[: len(whole) // 2])
    ran = migrate(over, "verify")
    assert ran.code == 3
    assert "plans/evidence/q.json: is not a valid evidence file" in ran.err
    record.unlink()
    for options in ([], ["--so-far"]):
        found = [one for one in said(over, *options)["findings"] if one["level"] == "error"]
        assert [one["what"] for one in found] == ["q has no evidence, and the legacy tree is gone"]
        assert "restore plans/evidence/q.json" in found[0]["hint"]


def test_the_legacy_tree_taken_away_by_hand_ends_no_rollout(tmp_path: Path) -> None:
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--preset", "p"))
    tune(tmp_path, P, "lr: 1", "lr: 7")
    shutil.rmtree(tmp_path / "configs/legacy")
    for options in ([], ["--so-far"]):
        rules = {one["rule"] for one in said(tmp_path, *options)["findings"]}
        assert {"applied", "parity"} <= rules
        assert said(tmp_path, *options)["ok"] is False


def test_a_plan_that_changes_afterwards_is_told_with_a_way_out(over: Path) -> None:
    plan = over / "plans/train.yaml"
    plan.write_text(plan.read_text() + "    pins: keep\n")
    (one,) = [one for one in said(over)["findings"] if one["level"] == "error"]
    assert one["what"] == "the plan of q changed since it was applied"
    assert one["hint"].startswith("undo that change of the plan")


@pytest.mark.parametrize("guard", [False, True])
def test_a_preset_deleted_later_is_missed_until_somebody_says_so(over: Path, guard: bool) -> None:
    guarded(over, guard)
    (over / Q).unlink()
    (one,) = [one for one in said(over)["findings"] if one["level"] == "error"]
    assert (one["rule"], one["path"]) == ("applied", Q)
    command = one["command"].replace("...", "nobody runs it any more")
    ok(migrate(over, *shlex.split(command)[1:]))
    assert said(over)["ok"]
    plan = over / "plans/train.yaml"
    text = plan.read_text()
    plan.write_text(text[: text.index("  q:\n")])
    assert said(over)["ok"]


def test_a_plan_entry_that_vanishes_is_missed(over: Path) -> None:
    plan = over / "plans/train.yaml"
    text = plan.read_text()
    plan.write_text(text[: text.index("  q:\n")])
    assert errors(over) == [("applied", "plans/evidence/q.json")]


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Path]:
    """This repository, its rollout over."""
    with scratch_copy(str(ROOT), [], str(tmp_path / "copy")):
        ok(migrate(tmp_path / "copy", "finalize"))
        yield tmp_path / "copy"


def test_ours_is_tuned_with_and_without_the_guard(ours: Path) -> None:
    dense = "configs/train/grpo/dense_2048.yaml"
    tune(ours, dense, "learning_rate: 2.0e-6", "learning_rate: 3.0e-6")
    ran = ok(migrate(ours, "verify"))
    assert ran.out.splitlines()[-2] == "2 of 16 presets changed since they were migrated"
    guarded(ours, True)
    assert gate(ours) == [("grpo_dense", "error"), ("smoke_grpo_dense", "error")]
    ok(accept(ours, "--preset", "grpo_dense", reason="run 88"))
    assert gate(ours) == []
    guarded(ours, False)
    assert ok(migrate(ours, "verify")).out.splitlines()[-2].startswith("2 of 16 presets changed")
