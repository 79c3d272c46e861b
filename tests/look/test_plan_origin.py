"""`plan --diff --origin`: each added line of a new preset says where it came from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.look.trees import write
from tests.support import trees
from tests.support.cli import Ran, migrate

P, OVERLAY = "configs/train/p.yaml", "configs/train/o.yaml"
PLAN = "plans/train.yaml"
TREE = {
    "configs/base.yaml": "x: 1\n",
    "configs/components/t.yaml": "# rates\nt:\n  lr: 1.0  # why\n  text: |\n"
    "    # no comment\n    a\n",
    "configs/components/u.yaml": "t:\n  wd: 0.0\n",
    P: "extends: [../base.yaml, ../components/t.yaml, ../components/u.yaml]\n\nm: 1\n",
    OVERLAY: "extends: p.yaml\nm: 2\n",
    PLAN: """\
version: 1
presets:
  p:
    from: train/p.yaml
    to: configs/train/p.yaml
    extends: [configs/base.yaml]
    inline:
      components/t.yaml: [t]
      components/u.yaml: [t]
    override:
      n.k:
        value: 7
        reason: on purpose
  o:
    from: train/o.yaml
    to: configs/train/o.yaml
    extends: [configs/train/p.yaml]
""",
    "plans/parity.yaml": """\
version: 1
allow:
  - path: n.**
    reason: on purpose
""",
}
ADDED = """\
+
+# rates
+t:  # from configs/legacy/components/u.yaml:1 + configs/legacy/components/t.yaml:2
+  lr: 1.0  # why  # from configs/legacy/components/t.yaml:3
+  text: |  # from configs/legacy/components/t.yaml:4
+    # no comment
+    a
+  wd: 0.0  # from configs/legacy/components/u.yaml:2
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, {path: text for path, text in TREE.items() if not path.startswith("plans/")})
    assert migrate(tmp_path, "init").code == 0
    return write(tmp_path, TREE)


def diff(root: Path, *options: str) -> Ran:
    ran = migrate(root, "plan", "--diff", *options)
    assert ran.code == 0, ran.err
    return ran


def stripped(text: str) -> list[str]:
    return [re.sub(r"  # from .*", "", line) for line in text.splitlines()]


def test_each_added_line_of_a_new_preset_says_where_it_came_from(root: Path) -> None:
    plain, shown = diff(root), diff(root, "--origin")
    assert stripped(shown.out) == plain.out.splitlines()
    added = [line for line in shown.out.splitlines() if line.startswith("+")]
    for line in ADDED.splitlines():
        assert line in added
    others = [line for line in shown.out.splitlines() if not line.startswith("+")]
    assert "# from" not in "\n".join(others)


def test_a_value_that_the_plan_changes_came_from_the_plan(root: Path) -> None:
    lines = diff(root, "--origin").out.splitlines()
    [line] = [line for line in lines if line.startswith("+  k: 7")]
    where = TREE[PLAN].splitlines().index("      n.k:") + 1
    assert line == f"+  k: 7  # from {PLAN}:{where}"


def test_nothing_of_it_is_written(root: Path) -> None:
    before = trees.read(root)
    diff(root, "--origin")
    assert trees.read(root) == before
    assert migrate(root, "apply", "--all").code == 0
    assert not any(b"# from" in content for content in trees.read(root).values())


def test_in_several_processes_it_is_the_same(root: Path) -> None:
    assert diff(root, "--origin", "--jobs", "2").out == diff(root, "--origin").out


def test_a_column_lines_up(root: Path) -> None:
    shown = diff(root, "--origin-as", "column").out.splitlines()
    of_p = shown[: next(n for n, line in enumerate(shown) if "(evidence)" in line)]
    found = [re.search(r"configs/legacy/|plans/", line) for line in of_p if line[0] == "+"]
    assert len({one.start() for one in found[1:] if one}) == 1
    assert any(line.startswith("+# rates") and line.endswith("t.yaml:1") for line in of_p)
    assert any(line.startswith("+    # no comment") and line.endswith("t.yaml:5") for line in of_p)


def test_json_has_the_origins_of_each_step(root: Path) -> None:
    steps = json.loads(migrate(root, "--output", "json", "plan", "--origin").out)["steps"]
    ends = {
        one["line"]: [f"{at['path']}:{at['line']}" for at in one["from"]]
        for one in steps[0]["origins"]
    }
    assert ["configs/legacy/components/t.yaml:3"] in ends.values()
    plain = json.loads(migrate(root, "--output", "json", "plan").out)["steps"]
    assert "origins" not in plain[0]


def test_a_live_text_that_moved_is_named_where_it_stands(root: Path) -> None:
    write(root, {"configs/components/t.yaml": "\n" + TREE["configs/components/t.yaml"]})
    assert "+  lr: 1.0  # why  # from configs/components/t.yaml:4" in diff(root, "--origin").out


def test_a_step_that_is_redone_has_its_origins(root: Path) -> None:
    assert migrate(root, "apply", "--all").code == 0
    write(root, {PLAN: TREE[PLAN].replace("value: 7", "value: 8")})
    [line] = [line for line in diff(root, "--origin").out.splitlines() if "  k: 8" in line]
    assert f"# from {PLAN}:" in line


def test_without_a_diff_there_is_nothing_to_say_it_of(root: Path) -> None:
    ran = migrate(root, "plan", "--origin")
    assert ran.code == 2
    assert "--origin goes with --diff" in ran.err
