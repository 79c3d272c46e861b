"""`exclude` means that a config is not migrated, not that nobody looks before a file is deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.tree import START, P, findings, ok
from tests.support import trees
from tests.support.cli import Ran, migrate

OLD, GONE = "configs/train/old.yaml", "configs/components/z.yaml"


def later(root: Path, said: str, exclude: str = OLD) -> Ran:
    """What `plan` says after an excluded config came to say something."""
    trees.write(root, {**START, OLD: b"y: 1\n"})
    ok(migrate(root, "init", "--exclude", exclude))
    trees.write(root, {OLD: said.encode()})
    return migrate(root, "plan")


@pytest.mark.parametrize("exclude", [OLD, "configs/train/o*"])
def test_a_value_of_one_holds_the_step(tmp_path: Path, exclude: str) -> None:
    ran = later(tmp_path, f"y: 1\nteacher: {GONE}\n", exclude)
    assert ran.code == 3
    assert f"error: {OLD}:2:10: names {GONE}, which this step deletes" in ran.err
    plan = tmp_path / "plans/tree.yaml"
    plan.write_text(plan.read_text() + ran.err[ran.err.index("references:\n") :])
    ok(migrate(tmp_path, "apply", "--all"))
    assert findings(tmp_path)[0] == 0


def test_verify_finds_one_that_came_after_the_step(tmp_path: Path) -> None:
    ok(later(tmp_path, "y: 2\n"))
    ok(migrate(tmp_path, "apply", "--all"))
    trees.write(tmp_path, {OLD: f"teacher: {GONE}\n".encode()})
    code, found = findings(tmp_path)
    assert code == 1
    assert (OLD, "error") in {(one["path"], one["level"]) for one in found}


def test_it_is_not_rewritten(tmp_path: Path) -> None:
    said = f"init_from: {P}\n"
    ok(later(tmp_path, said))
    presets = tmp_path / "plans/train.yaml"
    presets.write_text(presets.read_text().replace(f"to: {P}", "to: configs/train/n.yaml"))
    ran = migrate(tmp_path, "plan")
    assert ran.code == 3
    assert f"names {P}, which this step deletes: not rewritten: the plan excludes the file" in (
        ran.err
    )
    plan = tmp_path / "plans/tree.yaml"
    plan.write_text(plan.read_text() + ran.err[ran.err.index("references:\n") :])
    ok(migrate(tmp_path, "apply", "--all"))
    assert trees.read(tmp_path)[OLD] == said.encode()


@pytest.mark.parametrize("said", [f"# {GONE}\ny: 1\n", "y: configs/train/q.yaml\n", "y: z\n"])
def test_what_it_says_besides_is_out_of_sight(tmp_path: Path, said: str) -> None:
    ran = ok(later(tmp_path, said))
    assert OLD not in ran.out


def test_a_script_that_is_excluded_is_out_of_sight(tmp_path: Path) -> None:
    trees.write(tmp_path, {"notes/a.sh": f"cat {GONE}\n".encode()})
    ran = ok(later(tmp_path, "y: 2\n", "notes/**"))
    assert "notes/a.sh" not in ran.out
