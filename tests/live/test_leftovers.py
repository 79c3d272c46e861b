"""Consumed files that are still there are found, and the next `apply` retires them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.live.tree import EDIT, START, P, Q, findings, ok, states, value
from tests.support import trees
from tests.support.cli import migrate

O = "configs/components/o.yaml"  # noqa: E741


@pytest.fixture
def merged(tmp_path: Path) -> Path:
    """Each of two branches migrated one preset, and git merged them without a conflict."""
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    start = trees.read(tmp_path)
    ok(migrate(tmp_path, "apply", "--preset", "p"))
    one = trees.read(tmp_path)
    ok(migrate(tmp_path, "undo", "--preset", "p"))
    assert trees.read(tmp_path) == start
    ok(migrate(tmp_path, "apply", "--preset", "q"))
    trees.write(tmp_path, {path: one[path] for path in (P, "plans/evidence/p.json")})
    return tmp_path


def test_a_merge_of_two_branches_leaves_a_finding_and_apply_sweeps(merged: Path) -> None:
    assert (merged / O).exists()
    code, found = findings(merged)
    assert (code, [(one["rule"], one["path"]) for one in found]) == (1, [("retired", O)])
    assert migrate(merged, "plan", "--exit-code").code == 1
    plan = json.loads(migrate(merged, "--output", "json", "plan").out)
    assert plan["leftovers"]["files"] == [{"path": O, "presets": ["p", "q"]}]
    assert f"retired {O}" in ok(migrate(merged, "apply", "--all")).out
    assert not (merged / O).exists()
    assert findings(merged)[0] == 0
    assert "nothing to do" in ok(migrate(merged, "apply", "--all")).out


def test_a_dry_run_says_so_and_writes_nothing(merged: Path) -> None:
    before = trees.read(merged)
    said = ok(migrate(merged, "apply", "--all", "--dry-run")).out
    assert f"would retire {O}" in said
    assert trees.read(merged) == before


def test_undo_brings_a_swept_file_back_with_the_step_that_needs_it(merged: Path) -> None:
    ok(migrate(merged, "apply", "--all"))
    ok(migrate(merged, "undo", "--preset", "q"))
    ok(migrate(merged, "undo", "--preset", "p"))
    assert trees.theirs(trees.read(merged)) == START


def test_a_deleted_file_that_a_merge_brought_back_goes_again(tmp_path: Path) -> None:
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    after = trees.read(tmp_path)
    trees.write(tmp_path, {O: START[O]})
    assert findings(tmp_path)[0] == 1
    ok(migrate(tmp_path, "apply", "--all"))
    assert trees.theirs(trees.read(tmp_path)) == trees.theirs(after)
    assert findings(tmp_path)[0] == 0


def test_an_edit_that_a_merge_brought_back_stays_until_every_preset_has_it(
    tmp_path: Path,
) -> None:
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    trees.write(tmp_path, EDIT)
    assert states(tmp_path) == {"p": "behind", "q": "behind"}
    (finding,) = [one for one in findings(tmp_path)[1] if one["rule"] == "retired"]
    assert "p, q lack what was edited here" in finding["what"]
    said = ok(migrate(tmp_path, "apply", "--all")).out
    assert f"stays: {O}, until p, q have what was edited there" in said
    assert (tmp_path / O).read_bytes() == EDIT[O]
    for path in (P, Q):
        text = (tmp_path / path).read_bytes()
        (tmp_path / path).write_bytes(text.replace(b"wd: 0.0}", b"wd: 0.05}"))
    assert states(tmp_path) == {"p": "edited", "q": "edited"}
    ok(migrate(tmp_path, "apply", "--all"))
    assert not (tmp_path / O).exists()
    assert findings(tmp_path)[0] == 0
    assert (value(tmp_path, P, "t.wd"), value(tmp_path, Q, "t.wd")) == (0.05, 0.05)
    record = json.loads((tmp_path / "plans/evidence/p.json").read_text())
    assert record["amendments"] == [
        {
            "files": ["configs/legacy/components/o.yaml"],
            "keys": [{"key": "t.wd", "old": 0.0, "new": 0.05}],
        }
    ]
    assert record["legacy"]["resolved"]["t"]["wd"] == 0.05
    # The record holds after the legacy tree is gone, too.
    ok(migrate(tmp_path, "finalize"))
    assert findings(tmp_path)[0] == 0


def test_a_leftover_that_a_late_config_extends_stays_and_is_told(merged: Path) -> None:
    late = "configs/train/late.yaml"
    trees.write(merged, {late: b"extends: [../base.yaml, ../components/o.yaml]\n"})
    code, found = findings(merged)
    assert code == 1
    (finding,) = [one for one in found if one["rule"] == "retired"]
    assert f"{late}:1" in finding["what"]
    ran = ok(migrate(merged, "apply", "--all"))
    assert (merged / O).exists()
    assert f"stays: {O}" in ran.out
    assert value(merged, late, "t.lr") == 1


def test_a_leftover_that_a_link_leads_to_stays_and_is_told(merged: Path) -> None:
    (merged / "latest.yaml").symlink_to(O)
    assert f"stays: {O}" in ok(migrate(merged, "apply", "--all")).out
    assert (merged / "latest.yaml").read_bytes() == START[O]


def test_a_leftover_that_a_config_names_which_cannot_be_read_stays(merged: Path) -> None:
    late = "configs/train/late.yaml"
    trees.write(merged, {late: b"extends: ../components/o.yaml\nx: [\n"})
    assert f"stays: {O}" in ok(migrate(merged, "apply", "--all")).out
    assert (merged / O).exists()


def test_what_a_preset_needs_that_waits_is_no_leftover(merged: Path) -> None:
    ok(migrate(merged, "undo", "--preset", "q"))
    assert not [one for one in findings(merged)[1] if one["rule"] == "retired"]
    assert "left over" not in ok(migrate(merged, "plan")).out


def test_a_leftover_that_code_names_is_held_with_the_place(merged: Path) -> None:
    trees.write(merged, {"run.sh": b"cat configs/components/o.yaml\n"})
    before = trees.read(merged)
    ran = migrate(merged, "apply", "--all")
    assert ran.code == 3
    assert "run.sh:1:5" in ran.err
    assert trees.read(merged) == before


def test_what_the_plan_keeps_is_no_leftover(merged: Path) -> None:
    (merged / "plans/keep.yaml").write_text(
        "version: 1\nkeep: {components/o.yaml: the docs build reads it}\n"
    )
    assert findings(merged)[0] == 0
    ok(migrate(merged, "apply", "--all"))
    assert (merged / O).exists()
