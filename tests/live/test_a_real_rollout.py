"""The life of a rollout, on a copy of this repository taken back to before its own.

Each story ends with an open gate and the values of an independent reader: each preset loads what
its old chain, with whatever people changed meanwhile, would load.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.commands.rehearse import before_the_rollout
from migrate.workspace.scratch import scratch_copy
from migrate.workspace.workspace import Workspace
from tests.live.tree import findings, ok, states
from tests.support import trees
from tests.support.cli import migrate
from tests.support.reader import resolve, spelled

ROOT = Path(__file__).parents[2]
HALF = ["debug", "sft_dense_1024", "sft_dense_2048", "grpo_dense", "smoke_debug"]
OTHERS = [
    "grpo_summary_1024",
    "grpo_summary_2048",
    "sft_summary_1024",
    "sft_summary_2048",
    "stage_b_distill",
]
DEFAULTS = "configs/components/training/sft_defaults.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """This repository before its rollout, with its plans."""
    with scratch_copy(str(ROOT), before_the_rollout(Workspace(str(ROOT))), str(tmp_path / "copy")):
        yield tmp_path / "copy"


@pytest.fixture(scope="module")
def targets() -> dict[str, tuple[str, str, list[str]]]:
    """Each preset: its old path, its new one, and the sections that its plan overrides."""
    plans = Workspace(str(ROOT)).plans
    return {
        name: (
            f"configs/{planned.preset.from_}",
            planned.preset.to,
            list(planned.preset.override),
        )
        for name, planned in plans.presets.items()
    }


def files(root: Path) -> trees.Tree:
    """The copy without empty folders, which git does not know."""
    return {path: body for path, body in trees.read(root).items() if not path.endswith("/")}


def apply(root: Path, *names: str) -> None:
    ok(migrate(root, "apply", *(word for name in names for word in ("--preset", name))))


def same(old: Any, new: Any, overridden: list[str]) -> bool:
    """Whether two resolved configs agree, but for what a plan changed on purpose."""
    for key in overridden:
        for side in (old, new):
            *above, last = key.split(".")
            section = side
            for part in above:
                section = section.get(part, {})
            section.pop(last, None)
    return bool(spelled(old, False) == spelled(new, False))


def replace(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text()
    assert text.count(old) == 1
    (root / path).write_text(text.replace(old, new))


def test_a_colleague_edits_a_fragment_in_the_middle(
    root: Path, targets: dict[str, tuple[str, str, list[str]]]
) -> None:
    before = trees.read(root)
    apply(root, *HALF)
    replace(root, DEFAULTS, "weight_decay: 0.05", "weight_decay: 0.07  # run 88")
    edited = {**before, DEFAULTS: (root / DEFAULTS).read_bytes()}
    ok(migrate(root, "apply", "--all"))
    behind = {name for name, state in states(root).items() if state == "behind"}
    assert behind
    assert behind < set(HALF)
    code, found = findings(root)
    assert code == 1
    lacking = [one for one in found if one["rule"] == "edits" and one["level"] == "error"]
    assert {one["hint"] for one in lacking} == {"`migrate port` carries it over"}
    assert all("training.weight_decay: 0.05 -> 0.07" in one["what"] for one in lacking)
    ok(migrate(root, "port"))
    code, found = findings(root)
    assert (code, [one for one in found if one["level"] == "error"]) == (0, [])
    after = trees.read(root)
    for old, new, overridden in targets.values():
        assert same(resolve(edited, old), resolve(after, new), overridden), new
    ok(migrate(root, "finalize"))
    assert findings(root)[0] == 0


def test_the_gate_is_open_so_far_while_the_rollout_lasts(root: Path) -> None:
    apply(root, *HALF)
    assert so_far(root) == (0, "5 of 16 applied; the gate is open so far")
    replace(
        root, "configs/train/grpo/dense_2048.yaml", "learning_rate: 2.0e-6", "learning_rate: 3e-6"
    )
    assert so_far(root) == (1, "5 of 16 applied; the gate is closed so far: 1 finding")


def so_far(root: Path) -> tuple[int, str]:
    ran = migrate(root, "verify", "--so-far")
    return ran.code, ran.out.splitlines()[-1]


def test_two_branches_are_merged(
    root: Path, targets: dict[str, tuple[str, str, list[str]]]
) -> None:
    before = files(root)
    apply(root, *HALF)
    ours = files(root)
    for name in reversed(HALF):
        ok(migrate(root, "undo", "--preset", name, "--with-dependents"))
    assert files(root) == before
    apply(root, *OTHERS)
    # What git would do: each side's changes, deletions included.
    for path in before.keys() | ours.keys():
        if ours.get(path) == before.get(path):
            continue
        if path in ours:
            trees.write(root, {path: ours[path]})
        else:
            (root / path).unlink(missing_ok=True)
    _, found = findings(root)
    assert "retired" in {one["rule"] for one in found if one["level"] == "error"}
    ok(migrate(root, "apply", "--all"))
    assert findings(root)[0] == 0
    assert not (root / "configs/components").exists()
    after = trees.read(root)
    for old, new, overridden in targets.values():
        assert same(resolve(before, old), resolve(after, new), overridden), new


def test_a_plan_is_edited_after_its_preset_was_applied(
    root: Path, targets: dict[str, tuple[str, str, list[str]]]
) -> None:
    before = trees.read(root)
    ok(migrate(root, "apply", "--all"))
    old, new, overridden = targets["sft_summary_2048"]
    moved = "configs/train/renamed.yaml"
    plans = (root / "plans/sft.yaml").read_text()
    (root / "plans/sft.yaml").write_text(plans.replace(f"to: {new}\n", f"to: {moved}\n"))
    assert states(root)["sft_summary_2048"] == "stale"
    ran = migrate(root, "apply", "--all")
    assert ran.code == 0, ran.err
    assert not (root / new).exists()
    after = trees.read(root)
    assert same(resolve(before, old), resolve(after, moved), overridden)
    assert findings(root)[0] == 0


def git(folder: Path, *words: str) -> None:
    config = ["user.name=a", "user.email=a@example.org", "protocol.file.allow=always"]
    options = [word for one in config for word in ("-c", one)]
    subprocess.run(["git", "-C", str(folder), *options, *words], check=True, capture_output=True)


def without_plans(root: Path) -> None:
    """As it was before anybody planned anything."""
    for folder in ("plans", "configs/legacy"):
        shutil.rmtree(root / folder)


def test_a_preset_has_a_second_name(root: Path) -> None:
    link = root / "configs/train/grpo/latest.yaml"
    link.symlink_to("dense_2048.yaml")
    git(root, "init", "-q", ".")
    git(root, "add", "-A")
    before = trees.read(root)
    without_plans(root)
    ok(migrate(root, "init"))
    assert not any(b"latest" in body for path, body in trees.read(root).items() if "plans/" in path)
    ok(migrate(root, "apply", "--all"))
    code, found = findings(root)
    assert (code, [one for one in found if one["level"] == "error"]) == (0, [])
    assert link.is_symlink()
    old, new = (
        resolve(tree, "configs/train/grpo/dense_2048.yaml") for tree in (before, trees.read(root))
    )
    assert same(old, new, [])
    assert "nothing to do" in ok(migrate(root, "apply", "--all")).out


def test_a_fragment_lives_in_a_submodule(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "shared"
    trees.write(other, {"optim.yaml": b"training:\n  adam_beta2: 0.97\n"})
    git(other, "init", "-q", ".")
    git(other, "add", "-A")
    git(other, "commit", "-qm", "one")
    git(root, "init", "-q", ".")
    git(root, "submodule", "add", "-q", str(other), "configs/shared")
    preset = "configs/train/grpo/summary_1024.yaml"
    text = (root / preset).read_text()
    (root / preset).write_text(
        text.replace("extends:\n", "extends:\n    - ../../shared/optim.yaml\n")
    )
    assert "shared/optim.yaml" in (root / preset).read_text()
    git(root, "add", "-A")
    before = trees.read(root)
    without_plans(root)
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--all"))
    code, found = findings(root)
    assert (code, [one for one in found if one["level"] == "error"]) == (0, [])
    after = trees.read(root)
    assert same(resolve(before, preset), resolve(after, preset), [])
    assert (root / "configs/shared/optim.yaml").read_bytes() == before["configs/shared/optim.yaml"]
    changed = subprocess.run(
        ["git", "-C", str(root / "configs/shared"), "status", "--porcelain"],
        check=True,
        capture_output=True,
    )
    assert changed.stdout == b""


def test_presets_are_tuned_and_renamed_in_the_middle_of_it(root: Path) -> None:
    apply(root, *HALF)
    before = files(root)
    dense, new = "configs/train/grpo/dense_2048.yaml", "configs/train/grpo/long/dense_2k.yaml"
    ok(migrate(root, "mv", dense, new))
    moved = files(root)
    assert spelled(resolve(moved, new)) == spelled(resolve(before, dense))
    overlay = "configs/train/grpo/dense_2048_lowaug.yaml"
    assert spelled(resolve(moved, overlay)) == spelled(resolve(before, overlay))
    pending = {"pending", "moved"}
    assert {state for name, state in states(root).items() if name not in HALF} <= pending
    apply(root, *(name for name in states(root) if name not in HALF))
    assert findings(root)[0] == 0
    rate = "training.learning_rate=7.5e-7"
    ok(migrate(root, "set", rate, new, "configs/train/grpo/dense*.yaml", "--reason", "steadier"))
    assert resolve(files(root), overlay)["training"]["learning_rate"] == 7.5e-7
    assert findings(root)[0] == 0
    ok(migrate(root, "mv", new, dense))
    assert findings(root)[0] == 0
