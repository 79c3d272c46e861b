"""Nothing that points into the legacy tree survives `finalize` unnoticed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.live.tree import START, findings, ok
from tests.support import trees
from tests.support.cli import migrate

OLD = "configs/legacy/components/o.yaml"


@pytest.fixture
def done(tmp_path: Path) -> Path:
    """A rollout whose gate is open."""
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    return tmp_path


HOLDS = {
    "a-preset": (
        "configs/train/z.yaml",
        "extends: ../legacy/base.yaml\n",
        "configs/train/z.yaml:1:10",
    ),
    "a-value": ("configs/train/z.yaml", f"x: 1\nfile: {OLD}\n", "configs/train/z.yaml:2:7"),
    "a-script": ("run.sh", f"python t.py --config {OLD}\n", "run.sh:1:22"),
    "python": ("run.py", f"open('{OLD}')\n", "run.py:1:7"),
    "a-folder-in-a-script": ("run.sh", "ls configs/legacy/components\n", "run.sh:1:4"),
    "a-folder-in-python": ("a.py", "open('configs/legacy')\n", "a.py:1:7"),
    "a-folder-in-an-image": ("Dockerfile", "FROM x\nCOPY configs/legacy/ /a/\n", "Dockerfile:2:6"),
    "a-makefile": ("Makefile", f"all:\n\tcat {OLD}\n", "Makefile:2:6"),
}


@pytest.mark.parametrize(("path", "text", "place"), HOLDS.values(), ids=HOLDS)
def test_it_refuses_with_the_place(done: Path, path: str, text: str, place: str) -> None:
    trees.write(done, {path: text.encode()})
    before = trees.read(done)
    for more in ([], ["--dry-run"]):
        ran = migrate(done, "finalize", *more)
        assert ran.code == 1
        assert f"error: {place}: " in ran.out
        assert trees.read(done) == before


def test_lint_and_verify_find_a_preset_on_the_legacy_tree_at_once(done: Path) -> None:
    trees.write(done, {"configs/train/z.yaml": b"extends: ../legacy/base.yaml\n"})
    for verb in ("lint", "verify"):
        ran = migrate(done, verb)
        assert ran.code == 1
        assert "configs/train/z.yaml:1:10: extends configs/legacy/base.yaml" in ran.out
        assert "hint: extend configs/base.yaml" in ran.out


def test_prose_is_told_and_holds_nothing(done: Path) -> None:
    trees.write(done, {"README.md": f"see `{OLD}`\n".encode()})
    assert f"warning: README.md:1:6: names {OLD}" in ok(migrate(done, "finalize")).out


def test_a_dry_run_says_what_would_go(done: Path) -> None:
    before = trees.read(done)
    said = json.loads(ok(migrate(done, "--output", "json", "finalize", "--dry-run")).out)
    assert said["dry_run"] is True
    assert set(said["removed"]) == {path for path in before if path.startswith("configs/legacy/")}
    assert trees.read(done) == before


def test_an_edit_that_was_carried_over_is_in_the_record_afterwards(done: Path) -> None:
    ok(migrate(done, "undo", "--preset", "q"))
    trees.write(done, {"configs/components/o.yaml": b"t: {lr: 5, wd: 0.0}\n"})
    ok(migrate(done, "apply", "--preset", "q"))
    assert migrate(done, "finalize").code == 1
    target = done / "configs/train/p.yaml"
    target.write_bytes(target.read_bytes().replace(b"lr: 1", b"lr: 5"))
    ok(migrate(done, "finalize"))
    assert findings(done)[0] == 0
    record = json.loads((done / "plans/evidence/p.json").read_text())
    assert record["legacy"]["resolved"]["t"]["lr"] == 5
    assert record["amendments"][0]["keys"] == [{"key": "t.lr", "old": 1, "new": 5}]


@pytest.mark.parametrize("target", ["../legacy/components/o.yaml", "../legacy"])
def test_a_link_into_the_legacy_tree_holds_it(done: Path, target: str) -> None:
    link = done / "configs/train/l.yaml"
    link.symlink_to(target)
    ran = migrate(done, "finalize")
    assert ran.code == 1
    assert "error: configs/train/l.yaml: is a symbolic link to configs/legacy" in ran.out
    assert (done / OLD).exists()
    link.unlink()
    ok(migrate(done, "finalize"))


def test_a_reason_in_the_plan_lets_a_name_stay(done: Path) -> None:
    trees.write(done, {"run.sh": b"ls configs/legacy\n"})
    ran = migrate(done, "finalize")
    assert ran.code == 1
    assert "or say under `references:` in the plan why that may stay" in ran.out
    (done / "plans/said.yaml").write_text(
        "version: 1\nreferences: {configs/legacy: {ignore: it asks first}}\n"
    )
    ok(migrate(done, "finalize"))
