"""`migrate diff --since`: what a branch changes, against the independent reader on both sides."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.look.test_table import WITH_AN_OLD_BASE, Q
from tests.look.trees import BASE, PRESET, leaves, write
from tests.support import reader
from tests.support.cli import migrate

REPOSITORY = Path(__file__).parents[2]
SFT, LOW, SMOKE = (f"configs/train/{name}.yaml" for name in ("sft", "low", "smoke"))
FILES = {
    "configs/base.yaml": BASE,
    SFT: PRESET,
    LOW: "extends: sft.yaml\ntraining: { learning_rate: 1.0e-6 }\nops: [{ name: a, p: 1 }]\n",
    SMOKE: "extends: sft.yaml\ntraining: { max_steps: 3 }\n",
}
Git = Callable[..., str]


def git_in(folder: Path) -> Git:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    return git


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write(tmp_path / "root", FILES)
    git = git_in(root)
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    return root


def told(root: Path, *arguments: str) -> Any:
    return json.loads(migrate(root, "--output", "json", "diff", "--since", *arguments).out)


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new))


def test_nothing_differs_where_nothing_was_edited(root: Path) -> None:
    ran = migrate(root, "diff", "--since", "main")
    commit = git_in(root)("rev-parse", "main")[:10]
    said = f"nothing differs since main ({commit}): 3 presets are the same\n"
    assert (ran.code, ran.out, ran.err) == (0, said, "")


def test_a_change_is_told_once_with_every_preset_that_has_it(root: Path) -> None:
    edit(root, SFT, "vit_lr: 1.0e-5", "vit_lr: 3.0e-5  # tuned")
    ran = migrate(root, "diff", "--since", "HEAD")
    commit = git_in(root)("rev-parse", "HEAD")[:10]
    assert ran.code == 1
    assert ran.out == (
        "training.vit_lr  1e-05 -> 3e-05  in 3 presets\n"
        "    low, sft, smoke\n"
        "    configs/train/sft.yaml:10:3\n"
        f"\n1 change in 3 of 3 presets since HEAD ({commit})\n"
    )
    (change,) = told(root, "HEAD")["changed"]
    assert (change["key"], change["kind"]) == ("training.vit_lr", "value")
    assert (change["old"]["value"], change["new"]["value"]) == (1e-5, 3e-5)
    assert change["old"]["origin"] == change["new"]["origin"] == f"{SFT}:10:3"
    assert [one["config"] for one in change["presets"]] == [LOW, SFT, SMOKE]


def test_a_comment_an_order_and_another_spelling_are_no_change(root: Path) -> None:
    edit(root, SFT, "vit_lr: 1.0e-5", "vit_lr: 0.00001 # the same")
    edit(root, LOW, "ops: [{ name: a, p: 1 }]", "ops: [{ p: 1, name: a }]")
    assert migrate(root, "diff", "--since", "HEAD").code == 0


def test_who_overrides_the_key_is_not_among_those_that_change(root: Path) -> None:
    edit(root, SFT, "learning_rate: 1.0e-4", "learning_rate: 5.0e-4")
    (change,) = told(root, "HEAD")["changed"]
    assert [one["config"] for one in change["presets"]] == [SFT, SMOKE]


def test_each_difference_is_one_that_the_reader_sees(root: Path) -> None:
    before = {path: text.encode() for path, text in FILES.items()}
    edit(root, "configs/base.yaml", "bfloat16", "float32")
    edit(root, SFT, "  num_train_epochs: 2.0\n", "  weight_decay: null\n")
    edit(root, LOW, "p: 1", "p: 1.0")
    after = {path: (root / path).read_bytes() for path in FILES}
    expected = set()
    for path in (SFT, LOW, SMOKE):
        then, today = (leaves(reader.resolve(files, path)) for files in (before, after))
        for key in {*then, *today}:
            was, now = repr(then.get(key, "absent")), repr(today.get(key, "absent"))
            if was != now:
                expected.add((key, path, was, now))
    said: set[tuple[str, str, str, str]] = set()
    for change in told(root, "HEAD")["changed"]:
        key = change["key"].partition("[")[0]
        old, new = (
            repr(side["value"]) if side else repr("absent")
            for side in (change["old"], change["new"])
        )
        if key == "ops":  # told item by item
            old, new = (f"[{{'name': 'a', 'p': {side}}}]" for side in (old, new))
        said.update((key, one["config"], old, new) for one in change["presets"])
    assert said == expected
    assert len(said) == 3 + 2 * 3 + 1


def test_presets_that_come_and_go_are_told_and_count(root: Path) -> None:
    write(root, {"configs/train/new.yaml": "extends: sft.yaml\nk: 1\n"})
    assert migrate(root, "diff", "--since", "HEAD").code == 1
    (root / LOW).unlink()
    found = told(root, "HEAD")
    assert [one["config"] for one in found["added"]] == ["configs/train/new.yaml"]
    assert [one["config"] for one in found["removed"]] == [LOW]
    assert (found["changed"], found["moved"], found["differs"]) == ([], [], True)


def test_a_preset_that_only_moved_is_told_and_is_no_difference(root: Path) -> None:
    (root / LOW).rename(root / "configs/train/lower.yaml")
    found = told(root, "HEAD")
    assert found["moved"] == [{"name": "lower", "from": LOW, "to": "configs/train/lower.yaml"}]
    assert (found["differs"], found["added"], found["removed"]) == (False, [], [])
    assert migrate(root, "diff", "--since", "HEAD").code == 0


def test_of_the_named_configs_alone(root: Path) -> None:
    edit(root, SFT, "vit_lr: 1.0e-5", "vit_lr: 3.0e-5")
    edit(root, SMOKE, "max_steps: 3", "max_steps: 5")
    (root / LOW).unlink()
    found = told(root, "HEAD", SMOKE)
    assert {change["key"] for change in found["changed"]} == {
        "training.vit_lr",
        "training.max_steps",
    }
    assert {one["config"] for c in found["changed"] for one in c["presets"]} == {SMOKE}
    assert found["removed"] == []
    assert [one["config"] for one in told(root, "HEAD", "configs/train")["removed"]] == [LOW]
    assert [one["config"] for one in told(root, "HEAD", LOW)["removed"]] == [LOW]
    for word in ("configs/nope*", "nope.yaml", f"git:HEAD:{SFT}", "legacy:sft"):
        ran = migrate(root, "diff", "--since", "HEAD", word)
        assert (ran.code, ran.out) == (3, "")
        assert ran.err.startswith("error: ")


def test_what_the_profile_allows_is_told_apart_and_is_no_difference(root: Path) -> None:
    profile = "version: 1\nallow:\n  - { path: training.run_name, reason: names a run }\n"
    write(root, {"plans/parity.yaml": profile})
    edit(root, SFT, "run_name: sft", "run_name: other")
    ran = migrate(root, "diff", "--since", "HEAD")
    assert ran.code == 0
    assert "by training.run_name: names a run" in ran.out
    assert ran.out.splitlines()[-1].endswith("in 3 presets, 1 allowed by plans/parity.yaml")
    found = told(root, "HEAD")
    assert ([one["key"] for one in found["allowed"]], found["changed"]) == (
        ["training.run_name"],
        [],
    )
    edit(root, SFT, "vit_lr: 1.0e-5", "vit_lr: 3.0e-5")
    assert migrate(root, "diff", "--since", "HEAD").code == 1


def test_a_preset_that_cannot_be_read_now_is_an_error_after_the_others(root: Path) -> None:
    edit(root, SFT, "vit_lr: 1.0e-5", "vit_lr: 3.0e-5")
    (root / SMOKE).write_text("extends: sft.yaml\na: [\n")
    write(root, {"plans/p.yaml": "version: 1\n"})
    ran = migrate(root, "diff", "--since", "HEAD")
    assert ran.code == 3
    assert "1 change in 2 of 2 presets" in ran.out
    assert f"error: {SMOKE}:3:1: " in ran.err


def test_a_preset_that_could_not_be_read_then_is_told(root: Path) -> None:
    good = (root / SMOKE).read_text()
    (root / SMOKE).write_text("extends: sft.yaml\na: [\n")
    git = git_in(root)
    git("commit", "-qam", "broken")
    (root / SMOKE).write_text(good)
    for _ in range(2):  # without plans, and with plans
        (preset,) = told(root, "HEAD")["added"]
        assert preset["config"] == SMOKE
        assert preset["note"] == "it could not be read at the revision"
        write(root, {"plans/p.yaml": "version: 1\n"})


# Revisions.


@pytest.mark.parametrize(
    "revision",
    ["nope", "--upload-pack=x", "-h", "", "HEAD:configs", "main..main", "HEAD~9", "\x1b[2J", "a b"],
)
def test_a_revision_that_git_does_not_know_is_a_letter(root: Path, revision: str) -> None:
    ran = migrate(root, "diff", f"--since={revision}")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("error: git knows no revision")
    assert "\x1b" not in ran.err


def test_a_shallow_clone_says_how_to_get_the_rest(root: Path, tmp_path: Path) -> None:
    git = git_in(root)
    edit(root, SMOKE, "max_steps: 3", "max_steps: 4")
    first = git("rev-parse", "HEAD")
    git("commit", "-qam", "second")
    clone = tmp_path / "clone"
    git("clone", "-q", "--depth", "1", f"file://{root}", str(clone))
    assert migrate(clone, "diff", "--since", "HEAD").code == 0
    for revision in ("HEAD~1", first):
        ran = migrate(clone, "diff", "--since", revision)
        assert ran.code == 3
        assert "hint: this clone is shallow; `git fetch --unshallow` brings" in ran.err
    git_in(clone)("fetch", "-q", "--unshallow")
    assert migrate(clone, "diff", "--since", "HEAD~1").code == 1


def test_outside_of_git_is_a_letter(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    ran = migrate(root, "diff", "--since", "HEAD")
    assert ran.code == 3
    assert "is in no repository of git" in ran.err


def test_a_tree_below_the_repository_is_read_from_there(root: Path) -> None:
    inner = root / "inner"
    shutil.copytree(root / "configs", inner / "configs")
    git = git_in(root)
    git("add", "-A")
    git("commit", "-qm", "inner")
    edit(inner, SFT, "vit_lr: 1.0e-5", "vit_lr: 3.0e-5")
    assert len(told(inner, "HEAD")["changed"]) == 1
    assert told(root, "HEAD", "configs")["changed"] == []


def test_the_dialect_of_then_is_the_one_of_its_plans(root: Path) -> None:
    git = git_in(root)
    shutil.rmtree(root / "configs")
    write(root, {"c/base.yml": "k: 1\n", "c/a.yml": "_BASE_: [base.yml]\nm: 1\n"})
    rules = "rules: { presets: ['c/a.yml'] }\n"
    write(root, {"plans/p.yaml": f"version: 1\ndialect: paddledetection\n{rules}"})
    git("add", "-A")
    git("commit", "-qm", "other")
    write(root, {"c/base.yml": "k: 2\n"})
    (change,) = told(root, "HEAD")["changed"]
    assert (change["key"], change["old"]["value"], change["new"]["value"]) == ("k", 1, 2)


def test_plans_of_then_that_have_faults_are_told_and_not_used(root: Path) -> None:
    git = git_in(root)
    write(root, {"plans/p.yaml": "version: 1\nnonsense: 1\n"})
    git("add", "-A")
    git("commit", "-qm", "faulty")
    write(root, {"plans/p.yaml": "version: 1\n"})
    ran = migrate(root, "diff", "--since", "HEAD")
    assert ran.code == 0
    assert "the plans of the revision are not used: plans/p.yaml:2:1: " in ran.err


def test_changes_of_two_types_are_two_changes(root: Path) -> None:
    git = git_in(root)
    edit(root, LOW, "ops:", "k: 1\nops:")
    edit(root, SMOKE, "extends: sft.yaml\n", "extends: sft.yaml\nk: '1'\n")
    git("commit", "-qam", "k")
    edit(root, LOW, "k: 1", "k: 2")
    edit(root, SMOKE, "k: '1'", "k: 2")
    changes = told(root, "HEAD")["changed"]
    assert [(one["kind"], one["old"]["value"]) for one in changes] == [("value", 1), ("type", "1")]


# A rollout.


def test_a_rollout_changes_nothing_at_any_step(tmp_path: Path) -> None:
    root = write(tmp_path, WITH_AN_OLD_BASE)
    git = git_in(root)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "before")
    steps = (["init"], ["apply", "--preset", "p"], ["apply", "--preset", "q"])
    for step in steps:
        assert migrate(root, *step).code == 0
        found = told(root, "HEAD")
        assert (found["differs"], found["compared"], found["moved"]) == (False, 2, [])
    edit(root, "configs/train/q.yaml", "lr: 2", "lr: 3")
    (change,) = told(root, "HEAD")["changed"]
    assert (change["key"], [one["name"] for one in change["presets"]]) == ("t.lr", ["q"])


def test_a_preset_that_its_step_moves_is_compared_with_its_old_form(tmp_path: Path) -> None:
    root = write(tmp_path, WITH_AN_OLD_BASE)
    git = git_in(root)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "before")
    assert migrate(root, "init").code == 0
    (plan,) = (path for path in (root / "plans").glob("*.yaml") if "to: " + Q in path.read_text())
    plan.write_text(plan.read_text().replace("to: " + Q, "to: configs/train/new/q.yaml"))
    assert migrate(root, "apply", "--all").code == 0
    edit(root, "configs/train/new/q.yaml", "lr: 2", "lr: 3")
    found = told(root, "HEAD")
    assert found["moved"] == [{"name": "q", "from": Q, "to": "configs/train/new/q.yaml"}]
    assert [change["key"] for change in found["changed"]] == ["t.lr"]
    assert (found["added"], found["removed"]) == ([], [])


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository with its history; skips where only a part of that is there."""
    folder = tmp_path_factory.mktemp("clone") / "root"
    done = subprocess.run(
        ["git", "clone", "-q", "--no-hardlinks", str(REPOSITORY), str(folder)], check=False
    )
    if done.returncode or (folder / ".git/shallow").exists():
        pytest.skip("the history of this repository is not there")
    return folder


def rollout_steps(git: Git) -> list[str]:
    """The commits that each migrated one preset, the first one first."""
    grep = ("-E", "--grep=^Migrate [a-z_0-9]+$")
    return git("log", "--reverse", "--format=%H", *grep).split()


def test_the_steps_of_this_repositorys_own_rollout_change_nothing(clone: Path) -> None:
    git = git_in(clone)
    steps = rollout_steps(git)
    assert len(steps) == 16
    git("checkout", "-q", f"{steps[-1]}")
    for step in (steps[0], steps[7], steps[-1]):
        found = told(clone, f"{step}~1")
        assert (found["changed"], found["added"], found["removed"]) == ([], [], [])
        assert found["compared"] == 16
    git("checkout", "-q", "-")


def test_an_edit_in_the_middle_of_a_rollout_is_told_once(clone: Path) -> None:
    git = git_in(clone)
    steps = rollout_steps(git)
    git("checkout", "-q", steps[7])
    target = next((clone / "configs/train/grpo").glob("dense_2048.yaml"))
    text = target.read_text()
    target.write_text(re.sub(r"(?m)^  max_grad_norm: 0.5", "  max_grad_norm: 0.25", text))
    (change,) = told(clone, f"{steps[0]}~1")["changed"]
    assert (change["old"]["value"], change["new"]["value"]) == (0.5, 0.25)
    names = {one["name"] for one in change["presets"]}
    assert names >= {"grpo_dense", "grpo_dense_lowaug"}
    git("checkout", "-qf", "-")


def test_a_preset_that_was_planned_since_is_compared_with_its_old_form(root: Path) -> None:
    plan = "  {0}: {{ from: train/{0}.yaml, to: configs/train/{1}.yaml }}\n"
    first = "version: 1\npresets:\n" + plan.format("sft", "sft")
    write(root, {"plans/p.yaml": first})
    git = git_in(root)
    git("add", "-A")
    git("commit", "-qm", "planned")
    write(root, {"plans/p.yaml": first + plan.format("low", "new/low")})
    low = (root / LOW).read_text().replace("sft.yaml", "../sft.yaml").replace("1.0e-6", "2.0e-6")
    write(root, {"configs/train/new/low.yaml": low})
    (root / LOW).unlink()
    found = told(root, "HEAD")
    moved = {"name": "low", "from": LOW, "to": "configs/train/new/low.yaml"}
    assert (found["moved"], found["added"], found["removed"]) == ([moved], [], [])
    assert [change["key"] for change in found["changed"]] == ["training.learning_rate"]


# How it looks.


def test_markdown_is_for_a_pull_request(root: Path) -> None:
    edit(root, SFT, "vit_lr: 1.0e-5", "vit_lr: 'a|b`c'")
    (root / LOW).unlink()
    ran = migrate(root, "diff", "--since", "main", "--output", "md")
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0].startswith("1 change in 2 of 2 presets, 1 removed since main")
    assert lines[2:5] == [
        "| key | was | is | presets |",
        "| --- | --- | --- | --- |",
        '| `training.vit_lr` | `1e-05 (float)` | ``"a\\|b`c" (str)`` | `sft`, `smoke` |',
    ]
    assert lines[-1] == "- removed: `low`"


def test_markdown_stays_short_enough_for_a_comment(root: Path) -> None:
    (root / SFT).write_text(PRESET + "".join(f"k{n}_{'x' * 60}: {'y' * 90}\n" for n in range(900)))
    out = migrate(root, "diff", "--since", "main", "--output", "md").out
    assert len(out.encode()) < 61_000
    assert re.search(r"\nand \d+ more changes\n", out)


def test_many_changes_are_cut_unless_all_are_asked_for(root: Path) -> None:
    (root / SFT).write_text(PRESET + "".join(f"k{n}: 1\n" for n in range(250)))
    ran = migrate(root, "diff", "--since", "main")
    assert "and 50 more; --full shows them" in ran.out
    assert "k249" not in ran.out
    assert "k249" in migrate(root, "diff", "--since", "main", "--full").out


def test_two_configs_or_a_revision(root: Path) -> None:
    for words in ((), (SFT,), (SFT, LOW, SMOKE)):
        assert migrate(root, "diff", *words).code == 2
    assert migrate(root, "diff", SFT, LOW, "--output", "md").code == 2
    assert migrate(root, "--output", "csv", "diff", "--since", "main").code == 2
    assert migrate(root, "diff", SFT, SFT).code == 0


def test_where_nothing_runs_one_has_to_name_configs(root: Path) -> None:
    shutil.rmtree(root / "configs")
    write(root, {"a.yaml": "k: 1\n"})
    git = git_in(root)
    git("add", "-A")
    git("commit", "-qm", "flat")
    edit(root, "a.yaml", "k: 1", "k: 2")
    ran = migrate(root, "diff", "--since", "HEAD")
    assert (ran.code, ran.out) == (3, "")
    assert "there is no preset to compare" in ran.err
    assert [change["key"] for change in told(root, "HEAD", "a.yaml")["changed"]] == ["k"]


def test_looking_writes_nothing_into_the_repository(root: Path) -> None:
    before = sorted(path for path in root.rglob("*"))
    edit(root, SFT, "vit_lr: 1.0e-5", "vit_lr: 3.0e-5")
    migrate(root, "diff", "--since", "main")
    assert sorted(path for path in root.rglob("*")) == before


def _branched(root: Path) -> Git:
    """A branch that changed one value, while `main` changed another."""
    git = git_in(root)
    git("switch", "-q", "-c", "topic")
    edit(root, SFT, "1.0e-4", "2.0e-4")
    git("commit", "-q", "-am", "topic")
    git("switch", "-q", "main")
    edit(root, SMOKE, "max_steps: 3", "max_steps: 4")
    git("commit", "-q", "-am", "meanwhile")
    git("switch", "-q", "topic")
    return git


def test_three_dots_leave_out_what_the_other_branch_did_meanwhile(root: Path) -> None:
    git = _branched(root)
    assert {one["key"] for one in told(root, "main")["changed"]} == {
        "training.learning_rate",
        "training.max_steps",
    }
    data = told(root, "main...")
    assert {one["key"] for one in data["changed"]} == {"training.learning_rate"}
    assert data["since"] == {"given": "main...", "commit": git("merge-base", "main", "HEAD")}
    assert "since main... (" in migrate(root, "diff", "--since", "main...").out


def test_three_dots_alone_mean_what_is_checked_out_as_to_git(root: Path) -> None:
    git = _branched(root)
    assert told(root, "...")["since"]["commit"] == git("rev-parse", "HEAD")


def test_three_dots_behind_what_git_does_not_know_are_refused(root: Path) -> None:
    ran = migrate(root, "diff", "--since", "mian...")
    assert (ran.code, ran.err) == (
        3,
        "error: git knows no revision mian\nhint: did you mean main?\n",
    )
    git = git_in(root)
    git("switch", "-q", "--orphan", "alone")
    write(root, FILES)
    git("add", "-A")
    git("commit", "-q", "-m", "alone")
    ran = migrate(root, "diff", "--since", "main...")
    assert ran.code == 3
    assert ran.err.startswith("error: main has no history in common with what is checked out\n")
