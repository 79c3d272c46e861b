"""The way back, seen from the command line."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.trees import rollout
from migrate.commands.undo import undo
from migrate.dialect import EXTENDS
from migrate.loading.trainer import PlainLoader
from migrate.plan import Plans
from migrate.trees.tree import Overlay
from migrate.workspace.workspace import Workspace
from tests.landing.rollout import LAUNCH, NAMES, Moments
from tests.support import trees
from tests.support.cli import migrate as run

At = Callable[[int], Path]


def undo_all(root: Path) -> None:
    """Take every step back, the last one first."""
    for name in reversed(NAMES):
        ran = run(root, "undo", "--preset", name)
        assert ran.code == 0, ran.err


def test_undo_passes_the_same_trees_backwards(at: At, moments: Moments) -> None:
    root = at(-1)
    for number in range(len(NAMES) - 1, -1, -1):
        ran = run(root, "undo", "--preset", NAMES[number])
        assert ran.code == 0, ran.err
        assert trees.read(root) == moments.states[number]


def test_undo_of_everything_leaves_only_what_init_wrote(at: At, moments: Moments) -> None:
    root = at(-1)
    undo_all(root)
    assert trees.theirs(trees.read(root)) == moments.before


def test_undo_works_on_a_fresh_clone(at: At, moments: Moments, tmp_path: Path) -> None:
    root, clone = at(-1), tmp_path / "clone"
    (root / "train.sh").chmod(0o755)
    _git(root, "init", "-q", "-b", "main")
    _git(root, "add", ".")
    _git(root, "commit", "-q", "-m", "migrated")
    _git(root, "clone", "-q", str(root), str(clone))
    assert not (clone / ".migrate").exists()
    undo_all(clone)
    left = {path: body for path, body in trees.read(clone).items() if not path.startswith(".git/")}
    assert trees.theirs(left) == moments.before
    assert (clone / "train.sh").stat().st_mode & 0o111


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.autocrlf=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, timeout=60)


def test_undo_says_what_is_missing(at: At, moments: Moments) -> None:
    root = at(-1)
    shutil.rmtree(root / "configs/legacy")
    before = trees.read(root)
    ran = run(root, "undo", "--preset", "r")
    assert ran.code == 3
    assert "configs/legacy/components/b.yaml is missing, which holds what it was" in ran.err
    assert "configs/legacy/train/r.yaml is missing, which holds what it was" in ran.err
    assert "hint: restore the legacy tree from version control" in ran.err
    assert trees.read(root) == before


def test_a_legacy_file_that_was_changed_is_not_brought_back(at: At) -> None:
    root = at(-1)
    (root / "configs/legacy/train/r.yaml").write_bytes(b"forged: true\n")
    before = trees.read(root)
    ran = run(root, "undo", "--preset", "r")
    assert ran.code == 3
    assert "cannot be brought back: the record does not match" in ran.err
    assert trees.read(root) == before


def test_what_was_edited_since_is_listed(at: At) -> None:
    root = at(-1)
    (root / "configs/train/r.yaml").write_bytes(b"edited: 1\n")
    (root / "configs/components").mkdir()
    (root / "configs/components/b.yaml").write_bytes(b"back: 1\n")
    before = trees.read(root)
    ran = run(root, "undo", "--preset", "r")
    assert ran.code == 4
    for path in ("configs/train/r.yaml", "configs/components/b.yaml"):
        assert f"error: {path}: was edited since" in ran.err
    assert trees.read(root) == before


def test_what_later_steps_build_on_is_not_undone(at: At) -> None:
    root = at(2)
    before = trees.read(root)
    ran = run(root, "undo", "--preset", "p")
    assert ran.code == 3
    assert "q builds on p" in ran.err
    assert "hint: undo first: migrate undo --preset q" in ran.err
    assert trees.read(root) == before


@pytest.mark.parametrize("mode", [0o755, 0o600])
def test_a_file_that_changes_keeps_its_mode_both_ways(at: At, mode: int) -> None:
    root = at(0)
    (root / "configs/train/p.yaml").chmod(mode)
    assert run(root, "apply", "--all").code == 0
    assert trees.modes(root)["configs/train/p.yaml"] == mode
    undo_all(root)
    assert trees.modes(root)["configs/train/p.yaml"] == mode


# Shared files.

SHARED = {
    "configs/base.yaml": b"z: 1\n",
    "configs/components/b.yaml": b"b: 2\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/b.yaml]\n" + LAUNCH + b"a: 1\n",
    "configs/train/q.yaml": b"extends: [../base.yaml, ../components/b.yaml]\n" + LAUNCH + b"a: 2\n",
    "configs/train/v.yaml": b"extends: [p.yaml, ../components/b.yaml]\na: 3\n",
    "configs/mine/w.yaml": b"extends: ../train/p.yaml # ours\nx: 1\n",
    "README.md": b"# Runs\n\n`configs/train/p.yaml`\n\nand\n\n`configs/train/q.yaml`\n",
    "run.sh": b"#!/bin/sh\npython t.py configs/train/p.yaml\npython t.py configs/train/q.yaml\n",
}
EDITS = {"README.md": b"More.\n", "run.sh": b"echo done\n", "configs/mine/w.yaml": b"y: 2\n"}


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Three presets that move, named by docs, by a script, and one by a config nobody plans."""
    root = trees.write(tmp_path / "root", SHARED)
    assert run(root, "init", "--presets", "configs/train/**").code == 0
    plan = root / "plans/train.yaml"
    text = plan.read_text()
    for name in "pqv":
        text = text.replace(f"configs/train/{name}.yaml", f"configs/new/{name}.yaml")
    plan.write_text(text)
    return root


def applied(root: Path, *names: str) -> None:
    for name in names:
        ran = run(root, "apply", "--preset", name)
        assert ran.code == 0, ran.err


def test_undo_takes_back_its_own_lines_of_files_that_others_edit(shared: Path) -> None:
    before = trees.read(shared)
    applied(shared, "p")
    for path, more in EDITS.items():
        (shared / path).write_bytes((shared / path).read_bytes() + more)
    ran = run(shared, "undo", "--preset", "p")
    assert ran.code == 0, ran.err
    assert trees.read(shared) == before | {
        path: before[path] + more for path, more in EDITS.items()
    }
    for path in EDITS:
        assert f"{path}: without the lines of p; the rest stays as it is" in ran.out


@pytest.mark.parametrize("path", EDITS)
def test_an_edited_line_of_a_step_is_shown_and_kept(shared: Path, path: str) -> None:
    applied(shared, "p")
    file = shared / path
    lines = file.read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if "new/p.yaml" in line)
    wrote, edited = lines[number], f"{lines[number]} # mine"
    file.write_text("\n".join([*lines[:number], edited, *lines[number + 1 :], ""]))
    before = trees.read(shared)
    ran = run(shared, "undo", "--preset", "p")
    assert ran.code == 4
    assert f"error: {path}:{number + 1}: was edited since, in a line that p wrote" in ran.err
    assert f"\n-{wrote}\n+{edited}\n" in ran.err
    assert trees.read(shared) == before
    file.write_text("\n".join([*lines, ""]))  # as the hint says
    assert run(shared, "undo", "--preset", "p").code == 0


def test_steps_that_wrote_other_lines_of_a_file_do_not_build_on_one_another(shared: Path) -> None:
    start = trees.read(shared)
    applied(shared, "q")
    after_q = trees.read(shared)
    ran = run(shared, "undo", "--preset", "q")
    assert ran.code == 0, ran.err
    assert trees.read(shared) == start
    applied(shared, "p", "q")
    assert run(shared, "undo", "--preset", "p").code == 0
    # Only the record of the lines of README differs: it was made on top of the other step.
    assert _but_records(trees.read(shared)) == _but_records(after_q)
    assert run(shared, "undo", "--preset", "q").code == 0
    assert trees.read(shared) == start


def _but_records(tree: trees.Tree) -> trees.Tree:
    return {path: body for path, body in tree.items() if not path.startswith("plans/evidence/")}


def test_a_step_that_wrote_upon_the_lines_of_another_goes_first(tmp_path: Path) -> None:
    line = b"compare configs/train/p.yaml configs/train/q.yaml\n"
    root = trees.write(tmp_path / "root", {**SHARED, "run.sh": b"#!/bin/sh\n" + line})
    assert run(root, "init", "--presets", "configs/train/**").code == 0
    plan = root / "plans/train.yaml"
    moved = plan.read_text().replace("to: configs/train/", "to: configs/new/")
    plan.write_text(moved.replace("[configs/train/", "[configs/new/"))
    start = trees.read(root)
    applied(root, "p", "q")
    (root / "run.sh").write_bytes((root / "run.sh").read_bytes() + b"echo done\n")
    ran = run(root, "undo", "--preset", "p")
    assert (ran.code, "q builds on p" in ran.err) == (3, True)
    assert run(root, "undo", "--preset", "p", "--with-dependents").code == 0
    assert trees.read(root) == start | {"run.sh": start["run.sh"] + b"echo done\n"}


def test_the_chain_of_steps_is_named_in_order_and_works_in_order(shared: Path) -> None:
    start = trees.read(shared)
    applied(shared, "p", "q", "v")
    ran = run(shared, "undo", "--preset", "p")
    assert ran.code == 3
    commands = re.findall(r"migrate undo --preset (\w)(?! --with)", ran.err)
    assert commands == ["v"]  # v deleted the component, too, which the old p and q extend
    for name in [*commands, "p", "q"]:
        assert run(shared, "undo", "--preset", name).code == 0
    assert trees.read(shared) == start


def test_undo_with_dependents_is_one_landing(at: At, moments: Moments) -> None:
    root = at(-1)
    ran = run(root, "undo", "--preset", "p", "--with-dependents")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("undone q, r, p: ")
    assert trees.read(root) == moments.states[0]


def test_a_dry_run_of_undo_shows_all_and_writes_nothing(at: At) -> None:
    root = at(-1)
    before = trees.read(root)
    ran = run(root, "undo", "--preset", "p", "--with-dependents", "--dry-run")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "would undo q, r, p: 8 files as they were")
    assert "  + configs/components/b.yaml" in ran.out
    asked = ["--output", "json", "undo", "--preset", "p", "--with-dependents", "--dry-run"]
    data = json.loads(run(root, *asked).out)
    assert (data["dry_run"], data["undone"]) == (True, ["q", "r", "p"])
    assert trees.read(root) == before


def test_an_edited_target_is_kept_though_its_own_lines_are_known(shared: Path) -> None:
    plan = shared / "plans/train.yaml"
    plan.write_text(plan.read_text().replace("configs/new/v.yaml", "configs/train/v.yaml"))
    applied(shared, "p")  # relinks the live file of `v`, which the legacy tree has as it was
    applied(shared, "v")
    target = shared / "configs/train/v.yaml"
    target.write_bytes(target.read_bytes() + b"tuned: 1\n")
    before = trees.read(shared)
    ran = run(shared, "undo", "--preset", "v")
    assert ran.code == 4
    assert "configs/train/v.yaml: was edited since" in ran.err
    assert trees.read(shared) == before


@pytest.mark.parametrize("path", ["configs/train/r.yaml", "configs/components/b.yaml"])
def test_what_already_is_as_it_was_is_left(at: At, moments: Moments, path: str) -> None:
    root = at(-1)
    trees.write(root, {path: moments.states[2][path]})
    ran = run(root, "undo", "--preset", "r")
    assert ran.code == 0, ran.err
    assert trees.read(root) == moments.states[2]


def test_a_target_that_is_gone_comes_back(at: At, moments: Moments) -> None:
    root = at(-1)
    (root / "configs/train/r.yaml").unlink()
    assert "migrate undo --preset r" in run(root, "apply", "--all").err
    assert run(root, "undo", "--preset", "r").code == 0
    assert trees.read(root) == moments.states[2]


def test_an_edited_target_is_shown_and_the_way_out_works(at: At, moments: Moments) -> None:
    root = at(-1)
    target = root / "configs/train/r.yaml"
    target.write_bytes(target.read_bytes() + b"mine: 1\n")
    ran = run(root, "undo", "--preset", "r")
    assert (ran.code, "+mine: 1" in ran.err) == (4, True)
    assert "`migrate apply --preset r --force` does" in ran.err
    assert run(root, "apply", "--preset", "r", "--force").code == 0
    assert run(root, "undo", "--preset", "r").code == 0
    (copy,) = (root / "configs/train").glob("r.yaml.edited-*")
    copy.unlink()
    assert trees.read(root) == moments.states[2]


def test_a_config_that_extends_by_now_what_a_step_made_stops_undo(shared: Path) -> None:
    applied(shared, "p")
    trees.write(shared, {"configs/mine/n.yaml": b"extends: ../new/p.yaml\n"})
    before = trees.read(shared)
    ran = run(shared, "undo", "--preset", "p")
    assert ran.code == 3
    assert "configs/mine/n.yaml:1:10: extends configs/new/p.yaml, which undo takes" in ran.err
    assert trees.read(shared) == before


def test_undo_of_any_preset_leaves_its_files_as_if_it_had_never_been_applied(
    tmp_path: Path,
) -> None:
    root = Path(rollout(str(tmp_path)).pending)
    trees.write(root, {"jobs.sh": _jobs(root), "notes/runs.md": _jobs(root)})
    start = trees.read(root)
    assert run(root, "apply", "--all").code == 0
    workspace = Workspace(str(root))
    for name in workspace.plans.presets:
        undone = undo(workspace, name, with_dependents=True)
        assert undone.names[-1] == name
        after = Overlay(workspace.tree, undone.changes)
        steps = (step for gone in undone.names for step in workspace.evidence[gone].steps)
        for path in {step.path for step in steps}:
            assert (after.read(path) if after.exists(path) else None) == start.get(path)
        for gone in undone.names:
            loaded = PlainLoader(after, EXTENDS).load(_old(workspace.plans, gone))
            assert loaded == workspace.evidence[gone].resolved


def _jobs(root: Path) -> bytes:
    plans = Workspace(str(root)).plans
    return "".join(f"python t.py --config {_old(plans, name)}\n" for name in plans.presets).encode()


def _old(plans: Plans, name: str) -> str:
    return plans.live_path(plans.presets[name].preset.from_)


def test_of_a_long_diff_the_begin_is_shown(at: At) -> None:
    root = at(-1)
    (root / "configs/train/r.yaml").write_bytes(b"y: 1\n" * 1000 + b"z: " + b"1" * 1000)
    ran = run(root, "undo", "--preset", "r")
    assert (ran.code, len(ran.err.splitlines())) == (4, 2 + 400 + 1)
    assert ran.err.endswith(" more lines\n")


def test_a_dependent_that_cannot_be_taken_back_is_named_with_the_reason(at: At) -> None:
    root = at(2)
    target = root / "configs/train/q.yaml"
    target.write_bytes(target.read_bytes() + b"mine: 1\n")
    before = trees.read(root)
    for options in ([], ["--with-dependents"]):
        ran = run(root, "undo", "--preset", "p", *options)
        assert ran.code == 4
        assert ran.err.startswith(
            "error: configs/train/q.yaml: builds on p, and cannot be taken back as it is\n"
        )
        assert "error: configs/train/q.yaml: was edited since" in ran.err
        assert "+mine: 1" in ran.err
        assert trees.read(root) == before


def test_two_presets_at_once_are_a_wrong_command_line(at: At) -> None:
    root = at(-1)
    before = trees.read(root)
    ran = run(root, "undo", "--preset", "debug", "--preset", "grpo_dense")
    assert ran.code == 2
    assert "undo takes one --preset" in ran.err
    assert trees.read(root) == before
