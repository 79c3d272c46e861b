"""What holds a step because code names what it deletes is told at once, before any step."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.live.tree import START, findings, ok
from tests.support import trees
from tests.support.cli import migrate

OPT, LOSS, P = "configs/components/o.yaml", "configs/components/z.yaml", "configs/train/p.yaml"
CODE = {
    "run.py": f"print('{OPT}')\nx = ['{LOSS}', 1]\n# {OPT}\n".encode(),
    "a.sh": f"cat {LOSS}\n".encode(),
    "README.md": f"See {LOSS}.\n".encode(),
}
PLACES = {("a.sh", 1, LOSS), ("run.py", 1, OPT), ("run.py", 2, LOSS)}
BLOCK = f"""references:
  {OPT}: {{ignore: say here why what names it may stay}}
  {LOSS}: {{ignore: say here why what names it may stay}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two presets of components that code names."""
    trees.write(tmp_path, {**START, **CODE})
    return tmp_path


def paste(root: Path, lines: str) -> None:
    path = root / "plans/tree.yaml"
    path.write_text(path.read_text() + lines)


def test_init_lists_every_place_with_its_step_and_the_lines_to_paste(root: Path) -> None:
    said = ok(migrate(root, "init")).out
    assert BLOCK in said
    for path, line, target in PLACES:
        (row,) = [one for one in said.splitlines() if f"{path}:{line}:" in one]
        assert row.split()[1:] == [target, "goes", "with", "q"]


def test_init_tells_scripts_the_same(root: Path) -> None:
    told = json.loads(migrate(root, "--output", "json", "init").out)
    rows = told["unanswered"]
    assert {(row["file"], row["line"], row["target"]) for row in rows} == PLACES
    assert {row["preset"] for row in rows} == {"q"}
    assert "\n".join(told["paste"]) + "\n" == BLOCK


def test_plan_refuses_with_those_of_later_steps_too(root: Path) -> None:
    trees.write(
        root, {"configs/components/y.yaml": b"y: 1\n", "b.sh": b"cat configs/components/y.yaml\n"}
    )
    trees.write(root, {P: START[P].replace(b"]", b", ../components/y.yaml]")})
    ok(migrate(root, "init"))
    ran = migrate(root, "plan")
    assert ran.code == 3
    assert "b.sh:1:5: names configs/components/y.yaml, which this step deletes" in ran.err
    for path, line, target in PLACES:
        assert f"error: {path}:{line}:" in ran.err
        assert f"names {target}, which the step of q deletes" in ran.err
    block = ran.err[ran.err.index("references:\n") :]
    paste(root, block)
    ok(migrate(root, "plan"))


def test_the_lines_pasted_as_they_are_let_every_step_through(root: Path) -> None:
    ok(migrate(root, "init"))
    paste(root, BLOCK)
    assert "references:" not in ok(migrate(root, "plan")).err
    ok(migrate(root, "apply", "--all"))
    assert findings(root)[0] == 0
    assert trees.read(root)["run.py"] == CODE["run.py"]


def test_lines_that_are_there_already_are_added_to(root: Path) -> None:
    ok(migrate(root, "init"))
    paste(root, f"references:\n  {OPT}: {{ignore: nobody runs it}}\n")
    ran = migrate(root, "plan")
    assert "add to `references:`" in ran.err
    lines = [one for one in ran.err.splitlines() if one.startswith("  configs/")]
    assert lines == [f"  {LOSS}: {{ignore: say here why what names it may stay}}"]
    paste(root, lines[0] + "\n")
    ok(migrate(root, "plan"))


def test_a_moved_preset_whose_name_cannot_follow_may_be_ignored(root: Path) -> None:
    trees.write(root, {"t.sh": b"python t.py --config=train/p\n", "run.py": b"", "a.sh": b""})
    ok(migrate(root, "init"))
    plan = root / "plans/train.yaml"
    plan.write_text(plan.read_text().replace(f"to: {P}", "to: other/p.yaml"))
    ran = migrate(root, "plan", "--preset", "p")
    assert "cannot be spelled in this form" in ran.err
    paste(root, ran.err[ran.err.index("references:\n") :])
    ok(migrate(root, "plan", "--preset", "p"))


def test_nothing_is_told_where_nothing_holds(root: Path) -> None:
    trees.write(root, {"run.py": b"", "a.sh": b""})
    ran = migrate(root, "--output", "json", "init")
    assert json.loads(ran.out)["unanswered"] == []
    assert json.loads(ran.out)["paste"] == []
