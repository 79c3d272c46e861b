"""`migrate diff`: exit codes, every way to name a side, and both places of a difference."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.look.trees import BASE, PRESET, write
from tests.support.cli import migrate

REPOSITORY = Path(__file__).parents[2]
A, B = "configs/train/sft.yaml", "configs/train/b.yaml"
PROFILE = "version: 1\nallow:\n  - { path: training.run_name, reason: names a run }\n"
TREE = {"configs/base.yaml": BASE, A: PRESET, "plans/parity.yaml": PROFILE}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path, {**TREE, B: PRESET})


def data(root: Path, *arguments: str) -> Any:
    return json.loads(migrate(root, "--output", "json", "diff", *arguments).out)


def test_equal_configs_exit_0(root: Path) -> None:
    ran = migrate(root, "diff", A, B)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "equal: both resolve to the same config")


def test_what_the_profile_allows_exits_0_with_rule_and_reason(root: Path) -> None:
    write(root, {B: PRESET.replace("run_name: sft", "run_name: b")})
    (item,) = data(root, A, B)["allowed"]
    assert (item["rule"], item["reason"]) == ("training.run_name", "names a run")
    assert item["rule_place"] == "plans/parity.yaml:3:5"
    assert migrate(root, "diff", A, B).code == 0


def test_a_changed_learning_rate_exits_1_with_both_places(root: Path) -> None:
    write(root, {B: PRESET.replace("1.0e-4", "2.0e-4")})
    (item,) = data(root, A, B)["forbidden"]
    assert item["old"] == {"value": 1e-4, "origin": f"{A}:9:3"}
    assert item["new"] == {"value": 2e-4, "origin": f"{B}:9:3"}
    assert migrate(root, "diff", A, B).code == 1


CHANGES = {
    "type": ("2.0\n", "2\n"),
    "removed": ("  vit_lr: 1.0e-5\n", ""),
    "added": ("  vit_lr", "  new: null\n  vit_lr"),
    "value": ("2048", "4096"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_each_kind_of_difference_is_named(root: Path, kind: str) -> None:
    write(root, {B: PRESET.replace(*CHANGES[kind])})
    assert [item["kind"] for item in data(root, A, B)["forbidden"]] == [kind]


def test_key_order_is_told_and_no_failure(root: Path) -> None:
    write(root, {A: PRESET + "b: { x: 1, y: 2 }\n", B: PRESET + "b: { y: 2, x: 1 }\n"})
    ran = migrate(root, "diff", A, B)
    assert ran.code == 0
    assert "key order  differs in b;" in ran.out


def test_a_named_profile_replaces_the_one_of_the_plans(root: Path) -> None:
    write(root, {B: PRESET.replace("run_name: sft", "run_name: b"), "p.yaml": "version: 1\n"})
    assert migrate(root, "diff", A, B, "--profile", "p.yaml").code == 1
    assert migrate(root, "diff", A, B, "--profile", "parity").code == 0


def test_without_plans_nothing_is_allowed(tmp_path: Path) -> None:
    root = write(tmp_path, {"a.yaml": "x: 1\n", "b.yaml": "x: 2\n"})
    ran = migrate(root, "diff", "a.yaml", "b.yaml")
    assert ran.code == 1
    assert ran.out.endswith("1 forbidden, 0 allowed (no parity profile: nothing is allowed)\n")


def test_what_a_loader_sets_itself_is_not_compared(tmp_path: Path) -> None:
    both = {"a.yml": "filename: a\nn: 1\n", "b.yml": "filename: b\nn: 1\n"}
    write(tmp_path, both)
    name = ("--dialect", "paddledetection")  # its load_config sets `filename` after merging
    assert migrate(tmp_path, *name, "diff", "a.yml", "b.yml").code == 0
    assert migrate(tmp_path, "diff", "a.yml", "b.yml").code == 1


def test_a_profile_with_faults_is_input_to_fix(root: Path) -> None:
    write(root, {"p.yaml": "version: 1\nalow: []\n"})
    ran = migrate(root, "diff", A, B, "--profile", "p.yaml")
    assert (ran.code, ran.err.startswith("error: p.yaml:2:1:")) == (3, True)
    assert migrate(root, "diff", A, B, "--profile", "gone.yaml").code == 3


def test_long_values_are_cut_in_the_middle_unless_full(root: Path) -> None:
    write(root, {A: PRESET + f"t: {'x' * 99}\n", B: PRESET + f"t: {'y' * 99}\n"})
    assert "x" * 61 not in migrate(root, "diff", A, B).out
    assert "x" * 99 in migrate(root, "diff", A, B, "--full").out


def git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(root: Path) -> Path:
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    return root


def test_a_side_is_read_from_a_revision_chain_and_all(repository: Path) -> None:
    write(repository, {"configs/base.yaml": "model: { torch_dtype: float32 }\n"})
    assert migrate(repository, "diff", A, B).code == 0
    found = data(repository, f"git:HEAD:{A}", A)
    (item,) = found["forbidden"]
    assert (item["key"], item["old"]["value"]) == ("model.torch_dtype", "bfloat16")
    assert found["left"]["chain"] == ["configs/base.yaml", A]


def test_a_root_below_the_repository_reads_its_own_part(repository: Path) -> None:
    inner = repository / "configs"
    assert migrate(inner, "diff", "git:main:train/sft.yaml", "train/sft.yaml").code == 0


def test_a_deleted_file_is_still_there_in_its_revision(repository: Path) -> None:
    (repository / "configs/base.yaml").unlink()
    assert migrate(repository, "inspect", f"git:HEAD:{A}").code == 0
    assert migrate(repository, "inspect", A).code == 3


GIT_FAULTS = {
    "git:maim:configs/train/sft.yaml": "did you mean main?",
    "git:HEAD:configs/train/sfd.yaml": "did you mean configs/train/sft.yaml",
    "git:HEAD:configs": "no such file in HEAD",
    "git:--help:a.yaml": "git knows no revision --help",
    "git:HEAD:../a.yaml": "error: ../a.yaml",
    "git::a.yaml": "write git:REV:PATH",
}


@pytest.mark.parametrize("given", GIT_FAULTS)
def test_a_revision_or_file_that_is_not_there_gets_a_letter(repository: Path, given: str) -> None:
    ran = migrate(repository, "diff", given, A)
    assert (ran.code, ran.err.startswith("error: ")) == (3, True)
    assert GIT_FAULTS[given] in ran.err


PLAN = "version: 1\npresets:\n  tiny: { from: train/sft.yaml, to: configs/train/sft.yaml }\n"


def test_presets_and_their_legacy_configs_have_names(root: Path) -> None:
    write(root, {"plans/p.yaml": PLAN, "configs/legacy/train/sft.yaml": PRESET})
    write(root, {"configs/legacy/base.yaml": BASE})
    found = data(root, "legacy:tiny", "tiny")
    assert found["left"]["config"] == "configs/legacy/train/sft.yaml"
    assert found["right"]["config"] == A
    assert found["equal"]


def test_the_record_of_a_finalized_preset_says_nothing_of_key_order(tmp_path: Path) -> None:
    for folder in ("configs", "plans"):
        ignored = shutil.ignore_patterns("legacy")
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=ignored)
    ran = migrate(tmp_path, "diff", "legacy:debug", "debug")
    assert (ran.code, "from the evidence alone" in ran.out, "key order" in ran.out) == (
        0,
        True,
        False,
    )


def test_an_unknown_preset_has_its_nearest_names(root: Path) -> None:
    write(root, {"plans/p.yaml": PLAN})
    for given in ("legacy:tony", "tony"):
        ran = migrate(root, "diff", given, A)
        assert (ran.code, "did you mean tiny" in ran.err) == (3, True)


def test_a_legacy_config_that_is_gone_is_input_to_fix(root: Path) -> None:
    write(root, {"plans/p.yaml": PLAN})
    assert "restore the legacy tree" in migrate(root, "diff", "legacy:tiny", A).err


def test_the_place_of_a_list_item_is_its_own_on_both_sides(root: Path) -> None:
    old = """ops:
  - { name: a, p: 1, q: [1, 2], gone: 3 }
  - { name: b, p: 9 }
  - { name: c }
"""
    new = """ops:
  - { name: new }
  - { name: a, p: 2, q: [1, 3] }
  - { name: b, p: 9 }
"""
    write(root, {A: old, B: new})
    found = {
        item["key"]: (item["name"], *((item[side] or {}).get("origin") for side in ("old", "new")))
        for item in data(root, A, B)["forbidden"]
    }
    # Positions count in the new list, but for a removed item.
    assert found["ops[1].p"] == ("a", f"{A}:2:16", f"{B}:3:16")
    assert found["ops[1].q[1]"] == ("a", f"{A}:2:29", f"{B}:3:29")
    assert found["ops[1].gone"] == ("a", f"{A}:2:33", None)
    assert found["ops[2]"] == ("c", f"{A}:4:5", None)
    assert found["ops[0]"] == ("new", None, f"{B}:2:5")


def test_a_reason_is_told_once_for_what_follows_it(root: Path) -> None:
    write(root, {B: PRESET.replace("1.0e-4", "2.0e-4").replace("1.0e-5", "2.0e-5")})
    lines = [line.strip() for line in migrate(root, "diff", A, B).out.splitlines()]
    assert (lines.count("nothing allows it"), lines.count("as above")) == (1, 1)
