"""A preset that a colleague's branch brings in the old form, when its fragments may be gone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.live.tree import START, findings, ok, value
from tests.support import trees
from tests.support.cli import migrate

LATE = "configs/train/late.yaml"
TEXT = b"# ours\nextends: [../base.yaml, ../components/o.yaml, ../components/n.yaml]\nm: 2\n"
NEW = {LATE: TEXT, "configs/components/n.yaml": b"n: {a: 1}  # new\n"}


@pytest.fixture
def done(tmp_path: Path) -> Path:
    """Everything that was planned is applied; the fragments are gone."""
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    return tmp_path


def test_verify_names_it_once_and_the_hint_leads_to_an_open_gate(done: Path) -> None:
    trees.write(done, NEW)
    code, found = findings(done)
    assert code == 1
    (finding,) = found
    assert (finding["path"], finding["line"]) == (LATE, 2)
    assert finding["hint"].startswith(f"`migrate adopt {LATE}`")
    ok(migrate(done, "adopt", LATE))
    ok(migrate(done, "apply", "--all"))
    assert findings(done)[0] == 0
    assert value(done, LATE, "t") == {"lr": 1, "wd": 0.0}
    assert (value(done, LATE, "n.a"), value(done, LATE, "m")) == (1, 2)
    assert b"# ours" in (done / LATE).read_bytes()
    assert b"# new" in (done / LATE).read_bytes()
    assert not (done / "configs/components").exists()


def test_plans_keep_what_people_wrote_and_applied_presets_stay(done: Path) -> None:
    plan = done / "plans/train.yaml"
    plan.write_text("# the runs of spring\n" + plan.read_text())
    before = trees.read(done)
    trees.write(done, NEW)
    ok(migrate(done, "adopt", LATE))
    after = plan.read_bytes()
    assert after.startswith(before["plans/train.yaml"])
    assert b"  late:\n" in after
    for path in ("configs/train/p.yaml", "plans/evidence/p.json"):
        assert (done / path).read_bytes() == before[path]
    frozen = [
        path for path in before if path.startswith("configs/legacy/") and "MANIFEST" not in path
    ]
    assert all((done / path).read_bytes() == before[path] for path in frozen)


def test_undo_of_a_late_preset_brings_the_old_form_back(done: Path) -> None:
    trees.write(done, NEW)
    ok(migrate(done, "adopt", LATE))
    before = trees.read(done)
    ok(migrate(done, "apply", "--all"))
    ok(migrate(done, "undo", "--preset", "late"))
    assert trees.read(done) == before


def test_a_dry_run_shows_the_entry_and_writes_nothing(done: Path) -> None:
    trees.write(done, NEW)
    before = trees.read(done)
    assert "+  late:" in ok(migrate(done, "adopt", LATE, "--dry-run")).out
    assert trees.read(done) == before


def test_an_overlay_of_a_migrated_preset_stays_one(done: Path) -> None:
    trees.write(done, {LATE: b"extends: [p.yaml, ../components/z.yaml]\nm: 3\n"})
    ok(migrate(done, "adopt", LATE))
    ok(migrate(done, "apply", "--all"))
    assert b"extends: p.yaml" in (done / LATE).read_bytes()
    assert (value(done, LATE, "z"), value(done, LATE, "t.lr")) == (1, 1)
    assert findings(done)[0] == 0


def test_from_another_branch(done: Path) -> None:
    def git(*words: str) -> None:
        name = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", str(done), *name, *words], check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-qm", "done")
    git("checkout", "-qb", "late")
    trees.write(done, {LATE: TEXT.replace(b", ../components/n.yaml", b"")})
    git("add", "-A")
    git("commit", "-qm", "late")
    git("checkout", "-q", "main")
    assert not (done / LATE).exists()
    ok(migrate(done, "adopt", f"git:late:{LATE}"))
    ok(migrate(done, "apply", "--all"))
    assert findings(done)[0] == 0
    ran = migrate(done, "adopt", "git:late:configs/train/lat.yaml")
    assert (ran.code, LATE in ran.err) == (3, True)
    for odd in (f"git:nowhere:{LATE}", "git:late:../x.yaml", "git:late:/etc/passwd", "git:late:"):
        ran = migrate(done, "adopt", odd)
        assert (ran.code, ran.err.startswith("error: ")) == (3, True)
    assert migrate(done, "adopt", f"git:late:./configs//train/{LATE[14:]}").code == 3
    (done / LATE).write_bytes(b"x: 1\n")
    ran = migrate(done, "adopt", f"git:late:{LATE}")
    assert ran.code == 3


REFUSED = {
    "planned": ("configs/train/p.yaml", "is planned already, as p"),
    "the-base": ("configs/base.yaml", "needs no plan"),
    "shallow": ("configs/train/s.yaml", "needs no plan: is shallow already"),
    "missing": ("configs/train/lat.yaml", "no such config"),
    "outside": ("../x.yaml", "x.yaml"),
    "broken": ("configs/train/broken.yaml", "configs/train/broken.yaml:1"),
}


@pytest.mark.parametrize(("path", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_adopted_is_a_letter_and_changes_nothing(
    done: Path, path: str, said: str
) -> None:
    trees.write(
        done,
        {
            "configs/train/s.yaml": b"extends: ../base.yaml\nm: 1\n",
            "configs/train/broken.yaml": b"extends: [../nowhere.yaml]\n",
        },
    )
    before = trees.read(done)
    ran = migrate(done, "adopt", path)
    assert ran.code == 3
    assert said in ran.err
    assert trees.read(done) == before


def test_without_a_rollout_there_is_nothing_to_adopt_into(tmp_path: Path) -> None:
    trees.write(tmp_path, {**START, **NEW})
    ran = migrate(tmp_path, "adopt", LATE)
    assert ran.code == 3
    assert "`migrate init` begins a rollout" in ran.err


def test_init_again_tells_what_it_leaves_out(done: Path) -> None:
    trees.write(done, NEW)
    said = ok(migrate(done, "init", "--force")).out
    assert f"left out: {LATE}" in said
    assert f"hint: `migrate adopt {LATE}`" in said


def test_the_same_as_json(done: Path) -> None:
    trees.write(done, NEW)
    said = json.loads(ok(migrate(done, "--output", "json", "adopt", LATE)).out)
    assert [one["name"] for one in said["presets"]] == ["late"]
    assert said["dry_run"] is False


def test_its_parent_may_have_moved(tmp_path: Path) -> None:
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    plan = (tmp_path / "plans/train.yaml").read_text()
    moved = plan.replace("to: configs/train/p.yaml", "to: configs/train/new/p.yaml")
    (tmp_path / "plans/train.yaml").write_text(moved)
    ok(migrate(tmp_path, "apply", "--all"))
    trees.write(tmp_path, {LATE: b"extends: [p.yaml]\nm: 2\n"})
    ok(migrate(tmp_path, "adopt", LATE))
    ok(migrate(tmp_path, "apply", "--all"))
    assert (value(tmp_path, LATE, "t.lr"), value(tmp_path, LATE, "m")) == (1, 2)
    assert b"new/p.yaml" in (tmp_path / LATE).read_bytes()
    assert findings(tmp_path)[0] == 0
