"""A tree in which people go on working: what a step takes, what is told, what the gate asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.live.tree import EDIT, START, P, Q, findings, ok, states, value
from tests.support import trees
from tests.support.cli import migrate


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two presets of one component, ready for their steps."""
    trees.write(tmp_path, START)
    assert migrate(tmp_path, "init").code == 0
    return tmp_path


def intact(tree: Mapping[str, bytes]) -> bool:
    """What `sha256sum -c` says of the legacy tree."""
    lines = tree["configs/legacy/MANIFEST.sha256"].decode().splitlines()
    return all(
        hashlib.sha256(tree[f"configs/legacy/{path}"]).hexdigest() == digest
        for digest, path in (line.split("  ", 1) for line in lines)
    )


def test_an_edit_before_the_step_is_migrated_and_told(root: Path) -> None:
    trees.write(root, EDIT)
    assert states(root) == {"p": "moved", "q": "moved"}
    plan = json.loads(migrate(root, "--output", "json", "plan", "--preset", "p").out)
    (moved,) = plan["steps"][0]["moved"]
    assert moved["file"] == "configs/components/o.yaml"
    assert [(k["key"], k["old"], k["new"]) for k in moved["keys"]] == [("t.wd", 0.0, 0.05)]
    said = ok(migrate(root, "apply", "--preset", "p")).out
    assert "changed since it was frozen: configs/components/o.yaml" in said
    assert "t.wd: 0.0 -> 0.05" in said
    assert value(root, P, "t.wd") == 0.05
    assert b"# steadier" in trees.read(root)[P]


def test_the_record_follows_in_the_same_landing_and_undo_takes_it_back(root: Path) -> None:
    trees.write(root, EDIT)
    before = trees.read(root)
    ok(migrate(root, "apply", "--preset", "p"))
    after = trees.read(root)
    assert after["configs/legacy/components/o.yaml"] == EDIT["configs/components/o.yaml"]
    assert intact(after)
    ok(migrate(root, "undo", "--preset", "p"))
    assert trees.read(root) == before


def test_verify_tells_what_moved_under_a_preset_that_waits(root: Path) -> None:
    trees.write(root, EDIT)
    code, found = findings(root)
    assert code == 1
    (note,) = [one for one in found if one["rule"] == "edits"]
    assert (note["level"], note["path"]) == ("note", "configs/components/o.yaml")
    assert "t.wd: 0.0 -> 0.05" in note["what"]
    assert "p, q" in note["hint"]


def test_a_preset_migrated_before_the_edit_is_behind_until_it_has_the_edit(root: Path) -> None:
    ok(migrate(root, "apply", "--preset", "p"))
    trees.write(root, EDIT)
    assert states(root) == {"p": "behind", "q": "moved"}
    plan = json.loads(ok(migrate(root, "--output", "json", "plan")).out)
    (lacking,) = plan["behind"]
    assert (lacking["preset"], lacking["key"], lacking["file"]) == ("p", "t.wd", P)
    assert (lacking["old"], lacking["new"]) == (0.0, 0.05)
    said = ok(migrate(root, "plan")).out
    assert "behind: p lacks t.wd: 0.0 -> 0.05 of configs/components/o.yaml:2:12" in said
    ok(migrate(root, "apply", "--preset", "q"))
    assert (value(root, P, "t.wd"), value(root, Q, "t.wd")) == (0.0, 0.05)
    assert states(root) == {"p": "behind", "q": "applied"}
    code, found = findings(root)
    (behind,) = found
    assert code == 1
    assert (behind["rule"], behind["level"], behind["path"]) == ("edits", "error", P)
    assert "t.wd: 0.0 -> 0.05" in behind["what"]
    assert behind["hint"] == "`migrate port` carries it over"
    # The hint, followed literally.
    ok(migrate(root, "port"))
    assert findings(root) == (0, [])
    assert value(root, P, "t.wd") == 0.05


def test_another_value_than_both_is_told_as_such(root: Path) -> None:
    ok(migrate(root, "apply", "--preset", "p"))
    text = (root / P).read_bytes()
    (root / P).write_bytes(text.replace(b"wd: 0.0}", b"wd: 0.01}"))
    trees.write(root, EDIT)
    _, found = findings(root)
    (behind,) = [one for one in found if one["rule"] == "edits" and one["level"] == "error"]
    assert "here it is 0.01" in behind["what"]


def test_a_key_that_is_overridden_below_makes_nobody_behind(tmp_path: Path) -> None:
    own = {P: b"extends: [../base.yaml, ../components/o.yaml]\nt: {wd: 0.5}\n"}
    trees.write(tmp_path, {**START, **own})
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--preset", "p"))
    trees.write(tmp_path, EDIT)
    assert states(tmp_path) == {"p": "applied", "q": "moved"}


def test_an_edit_of_the_base_reaches_what_extends_it_and_nobody_is_behind(root: Path) -> None:
    ok(migrate(root, "apply", "--preset", "p"))
    trees.write(root, {"configs/base.yaml": b"x: 2\n"})
    assert states(root) == {"p": "applied", "q": "moved"}
    ok(migrate(root, "apply", "--all"))
    assert findings(root)[0] == 0
    assert (value(root, P, "x"), value(root, Q, "x")) == (2, 2)


def test_a_removed_key_and_a_new_key_are_edits_too(root: Path) -> None:
    ok(migrate(root, "apply", "--preset", "p"))
    trees.write(root, {"configs/components/o.yaml": b"t: {lr: 1, mom: 0.9}\n"})
    _, found = findings(root)
    said = {one["what"] for one in found if one["level"] == "error" and one["rule"] == "edits"}
    assert any("t.wd: 0.0 -> absent" in what for what in said)
    assert any("t.mom: absent -> 0.9" in what for what in said)


def test_only_the_comment_changed(root: Path) -> None:
    ok(migrate(root, "apply", "--preset", "p"))
    trees.write(root, {"configs/components/o.yaml": b"t: {lr: 1, wd: 0.0}  # checked\n"})
    assert states(root) == {"p": "applied", "q": "moved"}
    assert "no value, only its text" in ok(migrate(root, "apply", "--preset", "q")).out
    assert b"# checked" in trees.read(root)[Q]
    assert findings(root)[0] == 0


def test_a_key_that_became_active_and_is_not_planned_is_refused_at_the_live_line(
    root: Path,
) -> None:
    trees.write(root, {"configs/components/o.yaml": b"t: {lr: 1, wd: 0.0}\nnew: 1\n"})
    before = trees.read(root)
    ran = migrate(root, "apply", "--preset", "p")
    assert ran.code == 3
    assert "the active new comes from configs/components/o.yaml:2:1" in ran.err
    assert trees.read(root) == before
    # The hint, followed literally.
    assert "hint: add `components/o.yaml: [new]` to its `inline:`" in ran.err
    plan = (root / "plans/train.yaml").read_text()
    (root / "plans/train.yaml").write_text(
        plan.replace("components/o.yaml: [t]", "components/o.yaml: [t, new]")
    )
    ok(migrate(root, "apply", "--preset", "p"))
    assert value(root, P, "new") == 1


@pytest.mark.parametrize(
    ("text", "place"),
    [(b"t: {lr: 1\n", "configs/components/o.yaml:2:1"), (b"- a\n", "configs/components/o.yaml:1")],
)
def test_an_edit_that_cannot_be_read_is_told_at_the_live_file(
    root: Path, text: bytes, place: str
) -> None:
    trees.write(root, {"configs/components/o.yaml": text})
    before = trees.read(root)
    for command in (["plan"], ["apply", "--all"]):
        ran = migrate(root, *command)
        assert ran.code == 3
        assert f"error: {place}" in ran.err
        assert "configs/legacy" not in ran.err
    assert migrate(root, "status").code == 0
    assert migrate(root, "verify").code == 1
    assert trees.read(root) == before


def test_a_component_that_was_deleted_stops_who_needs_it(root: Path) -> None:
    (root / "configs/components/z.yaml").unlink()
    ok(migrate(root, "apply", "--preset", "p"))
    ran = migrate(root, "apply", "--preset", "q")
    assert ran.code == 4
    assert "configs/components/z.yaml: was deleted, and q is made of it" in ran.err


def test_a_frozen_file_that_nobody_s_step_changed_is_still_a_finding(root: Path) -> None:
    ok(migrate(root, "apply", "--all"))
    frozen = root / "configs/legacy/components/o.yaml"
    frozen.write_bytes(b"t: {lr: 1, wd: 0.3}\n")
    manifest = root / "configs/legacy/MANIFEST.sha256"
    lines = manifest.read_text().splitlines(keepends=True)
    digest = hashlib.sha256(frozen.read_bytes()).hexdigest()
    manifest.write_text(
        "".join(
            f"{digest}  components/o.yaml\n" if "components/o.yaml" in line else line
            for line in lines
        )
    )
    code, found = findings(root)
    assert code == 1
    assert any(one["rule"] == "evidence" for one in found)


def test_two_presets_that_were_applied_between_edits_keep_their_own_records(root: Path) -> None:
    trees.write(root, EDIT)
    ok(migrate(root, "apply", "--preset", "p"))
    trees.write(root, {"configs/components/o.yaml": b"t: {lr: 1, wd: 0.07}\n"})
    assert states(root) == {"p": "behind", "q": "moved"}
    ok(migrate(root, "apply", "--preset", "q"))
    assert yaml.safe_load(trees.read(root)[Q])["t"]["wd"] == 0.07
    code, found = findings(root)
    assert (code, [one["rule"] for one in found]) == (1, ["edits"])
    # Undoing the first takes its record along, and leaves the text that the second consumed.
    ok(migrate(root, "undo", "--preset", "p", "--with-dependents"))
    assert trees.theirs(trees.read(root))["configs/components/o.yaml"].endswith(b"wd: 0.07}\n")


def test_undo_leaves_the_frozen_text_that_another_step_consumed(tmp_path: Path) -> None:
    held = {"configs/train/r.yaml": START[P]}
    trees.write(tmp_path, {**START, **held})
    ok(migrate(tmp_path, "init"))
    trees.write(tmp_path, EDIT)
    ok(migrate(tmp_path, "apply", "--preset", "p"))
    newer = b"t: {lr: 1, wd: 0.07}\n"
    trees.write(tmp_path, {"configs/components/o.yaml": newer})
    ok(migrate(tmp_path, "apply", "--preset", "q"))
    ok(migrate(tmp_path, "undo", "--preset", "p"))
    assert (tmp_path / "configs/legacy/components/o.yaml").read_bytes() == newer
    assert states(tmp_path) == {"p": "pending", "q": "applied", "r": "pending"}


def test_a_file_that_an_edit_extends_and_nobody_froze_is_followed(root: Path) -> None:
    new = {
        "configs/components/n.yaml": b"n: 1\n",
        "configs/components/o.yaml": b"extends: n.yaml\nt: {lr: 1, wd: 0.0}\n",
    }
    trees.write(root, new)
    ran = migrate(root, "apply", "--preset", "p")
    assert ran.code == 3
    assert "hint: add `components/n.yaml: [n]` to its `inline:`" in ran.err
    plan = (root / "plans/train.yaml").read_text()
    more = "components/n.yaml: [n]\n      components/o.yaml: [t]"
    (root / "plans/train.yaml").write_text(plan.replace("components/o.yaml: [t]", more))
    ok(migrate(root, "apply", "--preset", "p"))
    assert value(root, P, "n") == 1
    assert (root / "configs/legacy/components/n.yaml").read_bytes() == b"n: 1\n"


def test_a_key_that_the_plan_overrides_makes_nobody_behind(root: Path) -> None:
    (root / "plans/parity.yaml").write_text("version: 1\nallow:\n- {path: t.wd, reason: tuned}\n")
    plan = (root / "plans/train.yaml").read_text()
    tuned = "  p:\n    override: {t.wd: {value: 0.2, reason: tuned}}\n"
    assert "  p:\n" in plan
    (root / "plans/train.yaml").write_text(plan.replace("  p:\n", tuned))
    ok(migrate(root, "apply", "--preset", "p"))
    trees.write(root, EDIT)
    assert states(root)["p"] == "applied"
    assert not [one for one in findings(root)[1] if one["rule"] == "edits" and one["path"] == P]


def test_a_preset_that_was_deleted_is_told_with_a_way_out(root: Path) -> None:
    (root / Q).unlink()
    ok(migrate(root, "apply", "--preset", "p"))
    code, found = findings(root)
    (finding,) = [one for one in found if one["level"] == "error"]
    assert code == 1
    assert f"q is not applied, and {Q} was deleted" in finding["what"]
    assert finding["hint"] == "restore it, or take q out of plans/train.yaml"
    # The hint, followed literally.
    plan = (root / "plans/train.yaml").read_text()
    (root / "plans/train.yaml").write_text(plan[: plan.index("  q:\n")])
    ok(migrate(root, "apply", "--all"))
    assert findings(root)[0] == 0


def test_a_step_that_is_taken_back_and_again_has_the_edit_and_its_comment(root: Path) -> None:
    ok(migrate(root, "apply", "--all"))
    ok(migrate(root, "undo", "--preset", "q"))
    trees.write(root, EDIT)
    ok(migrate(root, "apply", "--preset", "q"))
    assert states(root) == {"p": "behind", "q": "applied"}
    ok(migrate(root, "undo", "--preset", "p", "--with-dependents"))
    ok(migrate(root, "apply", "--all"))
    assert states(root) == {"p": "applied", "q": "applied"}
    assert value(root, P, "t.wd") == 0.05
    assert b"# steadier" in (root / P).read_bytes()
    assert findings(root)[0] == 0
