"""A plan that is edited after its preset was applied is pending work, and `apply` redoes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.live.tree import START, P, Q, findings, ok, states, value
from tests.support import trees
from tests.support.cli import migrate

PLAN = "plans/train.yaml"
CHILD = {"configs/train/c.yaml": b"extends: p.yaml\nown: 1\n"}

PLANNED = """\
version: 1
presets:
  p:
    from: train/p.yaml
    to: configs/train/p.yaml
    extends: [configs/base.yaml]
    inline: {components/o.yaml: [t]}
  c:
    from: train/c.yaml
    to: configs/train/c.yaml
    extends: [configs/train/p.yaml]
  q:
    from: train/q.yaml
    to: configs/train/q.yaml
    extends: [configs/base.yaml]
    inline: {components/o.yaml: [t], components/z.yaml: [z]}
"""


@pytest.fixture
def applied(tmp_path: Path) -> Path:
    """Two presets and an overlay of the first, all applied."""
    trees.write(tmp_path, {**START, **CHILD})
    ok(migrate(tmp_path, "init"))
    (tmp_path / PLAN).write_text(PLANNED)
    ok(migrate(tmp_path, "apply", "--all"))
    return tmp_path


def edit(root: Path, old: str, new: str) -> None:
    text = (root / PLAN).read_text()
    assert old in text
    (root / PLAN).write_text(text.replace(old, new))


def test_it_is_pending_and_the_gate_is_shut(applied: Path) -> None:
    edit(applied, f"to: {Q}", "to: configs/train/new/q.yaml")
    assert states(applied)["q"] == "stale"
    assert migrate(applied, "plan", "--exit-code").code == 1
    plan = json.loads(migrate(applied, "--output", "json", "plan").out)
    assert plan["pending"] == ["q"]
    assert plan["steps"][0]["redone"] is True
    code, found = findings(applied)
    assert code == 1
    assert any("the plan of q changed" in one["what"] for one in found)


def test_apply_moves_it_in_one_landing_and_undo_leads_to_the_old_tree(applied: Path) -> None:
    ok(migrate(applied, "undo", "--preset", "q"))
    before = trees.read(applied)
    ok(migrate(applied, "apply", "--preset", "q"))
    edit(applied, f"to: {Q}", "to: configs/train/new/q.yaml")
    ok(migrate(applied, "apply", "--preset", "q"))
    assert not (applied / Q).exists()
    assert value(applied, "configs/train/new/q.yaml", "m") == 1
    assert findings(applied)[0] == 0
    assert migrate(applied, "plan", "--exit-code").code == 0
    ok(migrate(applied, "undo", "--preset", "q"))
    assert trees.theirs(trees.read(applied)) == trees.theirs(before)


def test_running_it_again_changes_nothing(applied: Path) -> None:
    edit(applied, f"to: {Q}", "to: configs/train/new/q.yaml")
    ok(migrate(applied, "apply", "--all"))
    before = trees.read(applied)
    assert "nothing to do" in ok(migrate(applied, "apply", "--all")).out
    assert trees.read(applied) == before


def test_an_override_is_laid_in(applied: Path) -> None:
    (applied / "plans/parity.yaml").write_text(
        "version: 1\nallow:\n- {path: t.wd, reason: tuned}\n"
    )
    more = "  q:\n    override: {t.wd: {value: 0.2, reason: tuned}}\n"
    edit(applied, "  q:\n", more)
    assert states(applied)["q"] == "stale"
    ok(migrate(applied, "apply", "--all"))
    assert value(applied, Q, "t.wd") == 0.2
    assert findings(applied)[0] == 0


def test_what_builds_on_it_is_redone_with_it(applied: Path) -> None:
    edit(applied, f"to: {P}", "to: configs/train/new/p.yaml")
    edit(applied, f"extends: [{P}]", "extends: [configs/train/new/p.yaml]")
    assert states(applied) == {"p": "stale", "c": "stale", "q": "applied"}
    ok(migrate(applied, "apply", "--preset", "p"))
    assert b"new/p.yaml" in trees.read(applied)["configs/train/c.yaml"]
    assert value(applied, "configs/train/c.yaml", "t.lr") == 1
    assert states(applied) == {"p": "applied", "c": "applied", "q": "applied"}
    assert findings(applied)[0] == 0


def test_a_child_whose_plan_does_not_follow_is_refused_and_nothing_changes(applied: Path) -> None:
    edit(applied, f"to: {P}", "to: configs/train/new/p.yaml")
    before = trees.read(applied)
    ran = migrate(applied, "apply", "--all")
    assert ran.code == 3
    assert f"plans/train.yaml:11:5: c extends {P}, which the plan moves to" in ran.err
    assert "hint: extend configs/train/new/p.yaml there" in ran.err
    assert trees.read(applied) == before


def test_a_preset_that_was_edited_by_hand_is_not_written_over(applied: Path) -> None:
    edit(applied, f"to: {Q}", "to: configs/train/new/q.yaml")
    (applied / Q).write_bytes((applied / Q).read_bytes() + b"tuned: 1\n")
    before = trees.read(applied)
    ran = migrate(applied, "apply", "--all")
    assert ran.code == 4
    assert Q in ran.err
    assert trees.read(applied) == before


@pytest.mark.parametrize("line", ["order: [t, x]\n", "headers: drop\n"], ids=["order", "headers"])
def test_what_a_plan_file_says_for_all_its_presets_counts(applied: Path, line: str) -> None:
    edit(applied, "version: 1\n", f"version: 1\n{line}")
    assert states(applied) == {"p": "stale", "c": "stale", "q": "stale"}


def test_spelling_and_comments_of_a_plan_make_nothing_stale(applied: Path) -> None:
    edit(applied, "  q:\n", "  # ours\n  'q':\n")
    assert states(applied)["q"] == "applied"
    assert migrate(applied, "plan", "--exit-code").code == 0


def test_an_entry_that_vanishes_while_its_evidence_stays_is_a_finding(applied: Path) -> None:
    text = (applied / PLAN).read_text()
    (applied / PLAN).write_text(text[: text.index("  q:\n")])
    code, found = findings(applied)
    assert code == 1
    (finding,) = [one for one in found if one["path"] == "plans/evidence/q.json"]
    assert finding["level"] == "error"
    # The second way out, followed literally.
    (applied / "plans/evidence/q.json").unlink()
    assert findings(applied)[0] == 0
