"""A preview of several steps is a table, and in full what needs a person's word."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.look.trees import write
from tests.support.cli import migrate
from tests.support.terminal import shown

B, C = "configs/components/b.yaml", "configs/components/c.yaml"
TREE = {
    "configs/base.yaml": "seed: 1\n",
    B: "# the rate\n# of May\nt:\n  lr: 1\n  wd: 2\n",
    C: "c: 3\n",
    "configs/train/p.yaml": "extends: [../base.yaml, ../components/b.yaml]\nt:\n  wd: 7\n",
    "configs/train/q.yaml": (
        "extends: [../base.yaml, ../components/b.yaml, ../components/c.yaml]\nx: 4\n"
    ),
    "run.sh": "python -m train configs/components/$kind.yaml\n",
    "README.md": f"The rates stand in `{B}`.\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with plans; since then a key was planned that is never active, and a file moved on."""
    write(tmp_path, TREE)
    assert migrate(tmp_path, "init").code == 0
    (plan,) = (tmp_path / "plans").glob("train*.yaml")
    text = plan.read_text()
    assert "components/b.yaml: [t.lr]" in text
    plan.write_text(text.replace("components/b.yaml: [t.lr]", "components/b.yaml: [t.lr, t.wd]"))
    return write(tmp_path, {C: "c: 5\n"})


WORDS = """\
2 steps pending, 0 applied; 2 files will be deleted, 0 comments dropped
parity holds, 0 allowed differences

preset   files  keys  comments kept  dropped  references  deleted
p       3 -> 2     3              1        0           0        0
q       4 -> 2     5              1        0           0        2

p
  planned, but never active: t.wd of configs/legacy/components/b.yaml

q
  changed since it was frozen: configs/components/c.yaml
    c: 3 -> 5
  run.sh:1:17: configs/components/$kind.yaml (note: a pattern, not rewritten; today it can match \
configs/components/b.yaml, configs/components/c.yaml)

in prose, left as it is: 1 mention
  README.md:1:21: configs/components/b.yaml (prose: removed without a successor)

-v shows each step in full, --preset NAME one of them, --diff the changes
"""


def test_several_steps_are_a_table_and_what_needs_a_word(root: Path) -> None:
    assert migrate(root, "plan").out == WORDS


@pytest.mark.parametrize("asked", [["plan", "-v"], ["-v", "plan"]], ids=" ".join)
def test_verbose_shows_every_step_in_full_and_the_total_at_the_end(
    root: Path, asked: list[str]
) -> None:
    said = migrate(root, *asked).out
    assert said.count("chain before, in merge order:") == 2
    assert said.splitlines()[-1] == WORDS.splitlines()[0]


def test_one_preset_is_shown_in_full_because_somebody_asked_for_it(root: Path) -> None:
    said = migrate(root, "plan", "--preset", "q").out
    assert said.startswith("q  configs/legacy/train/q.yaml -> configs/train/q.yaml\n")
    assert "chain before, in merge order:" in said
    assert said.splitlines()[-1].startswith("1 step pending, 0 applied;")


def test_the_last_step_that_is_left_is_shown_in_full(root: Path) -> None:
    assert migrate(root, "apply", "--preset", "p").code == 0
    assert migrate(root, "plan").out == migrate(root, "plan", "-v").out


def test_a_word_about_many_presets_is_said_once(root: Path) -> None:
    more = {
        f"configs/train/r{number}.yaml": TREE["configs/train/q.yaml"].replace(
            "x: 4", f"x: {number}"
        )
        for number in range(3)
    }
    shutil.rmtree(root / "plans")
    shutil.rmtree(root / "configs/legacy")
    assert migrate(write(root, {**TREE, **more}), "init").code == 0
    write(root, {C: "c: 5\n"})
    said = migrate(root, "plan").out
    assert said.count("changed since it was frozen") == 1
    moved = "  changed since it was frozen: configs/components/c.yaml\n    c: 3 -> 5\n"
    assert f"\nq, r0, r1 and 1 more\n{moved}\nr2\n  run.sh:1:17: " in said


def test_a_refusal_tells_the_steps_before_it_and_stands_last(root: Path) -> None:
    write(root, {"run.py": f"open({C!r})\n"})
    ran = migrate(root, "plan")
    assert ran.code == 3
    assert ran.out == WORDS.split("\n\n")[1].rsplit("\n", 1)[0] + "\n\n" + (
        "p\n  planned, but never active: t.wd of configs/legacy/components/b.yaml\n\n"
        "stopped at q: 1 step shown, 2 pending\n"
    )
    assert ran.err.startswith("error: run.py:1:7: ")


def test_a_table_on_a_terminal_is_as_wide_as_it(root: Path) -> None:
    said = shown(root, "plan", columns=60).splitlines()
    assert max(map(len, said)) <= 60
    assert "preset   files  keys  comments kept  dropped  deleted" in said
    assert "      configs/components/b.yaml, configs/components/c.yaml)" in said


def test_scripts_get_every_step_as_ever(root: Path) -> None:
    data = json.loads(migrate(root, "--output", "json", "plan").out)
    assert [(one["preset"], len(one["chain_before"])) for one in data["steps"]] == [
        ("p", 3),
        ("q", 4),
    ]
