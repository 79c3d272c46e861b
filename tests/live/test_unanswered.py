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


def test_a_name_in_a_folder_that_a_script_enters_holds_the_step(root: Path) -> None:
    said = b"cd configs/components && cat z.yaml\n# cd configs/components; cat o.yaml\n"
    trees.write(root, {"run.py": b"", "a.sh": said})
    said_by_init = ok(migrate(root, "init")).out
    rows = [line.split() for line in said_by_init.splitlines()]
    assert ["a.sh:1:30", LOSS, "goes", "with", "q"] in rows
    assert "a.sh:2" not in said_by_init
    ran = migrate(root, "plan")
    assert ran.code == 3
    assert f"a.sh:1:30: names {LOSS}, which this step deletes" in ran.err


def test_nothing_is_told_where_nothing_holds(root: Path) -> None:
    trees.write(root, {"run.py": b"", "a.sh": b""})
    ran = migrate(root, "--output", "json", "init")
    assert json.loads(ran.out)["unanswered"] == []
    assert json.loads(ran.out)["paste"] == []


def refused(root: Path) -> list[str]:
    """The lines to paste that `plan` prints."""
    err = migrate(root, "plan").err
    return err[err.index("such as:\n") + len("such as:\n") :].splitlines()


WRITTEN = {
    "indented by four": f"references:\n    {OPT}: {{ignore: nobody}}\n",
    "in flow": f"references: {{{OPT}: {{ignore: nobody}}}}\n",
    "with nothing in it": "references: {}\n",
    "with a comment": f"references:  # who\n\n  # o\n  {OPT}: {{ignore: nobody}}\nrules: {{}}\n",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_the_lines_fit_where_the_letter_says(root: Path, name: str) -> None:
    ok(migrate(root, "init"))
    tree = root / "plans/tree.yaml"
    tree.write_text("version: 1\n" + WRITTEN[name])
    ran = migrate(root, "plan")
    assert ran.code == 3
    assert "plans/tree.yaml:2:1: nothing says" in ran.err
    lines = tree.read_text().splitlines(keepends=True)
    added = "".join(f"{one}\n" for one in refused(root))
    if "behind its brace" in ran.err:
        lines[1] = lines[1].replace("{", "{\n" + added, 1)
    else:
        assert "below its line" in ran.err
        lines.insert(2, added)
    tree.write_text("".join(lines))
    ok(migrate(root, "plan"))


def test_without_a_file_for_the_tree_the_lines_are_one(root: Path) -> None:
    ok(migrate(root, "init"))
    tree = root / "plans/tree.yaml"
    tree.unlink()
    tree.write_text("\n".join(refused(root)) + "\n")
    ok(migrate(root, "plan"))


def test_init_again_and_adopt_list_what_came_since(root: Path) -> None:
    ok(migrate(root, "init"))
    paste(root, BLOCK)
    late = b"extends: [../base.yaml, ../components/y.yaml]\n"
    trees.write(root, {"configs/components/y.yaml": b"y: 1\n", "configs/train/late.yaml": late})
    trees.write(root, {"b.sh": b"cat configs/components/y.yaml\n"})
    row = "  b.sh:1:5  configs/components/y.yaml  goes with late"
    line = "  configs/components/y.yaml: {ignore: say here why what names it may stay}"
    said = ok(migrate(root, "adopt", "--dry-run", "configs/train/late.yaml")).out.splitlines()
    assert {row, line} <= set(said)
    said = ok(migrate(root, "init", "--force")).out.splitlines()
    assert {row, line} <= set(said)
    assert not any(OPT in one for one in said)
    ok(migrate(root, "init", "--force"))
    paste(root, line + "\n")
    ok(migrate(root, "apply", "--all"))
    assert "goes with" not in ok(migrate(root, "init", "--force")).out
