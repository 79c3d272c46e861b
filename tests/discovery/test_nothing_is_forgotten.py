"""From `init` to the gate: whatever the tree is like, every run still means what it meant.

The reader is the tests' own; links and other repositories are real ones on disk.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import reader, trees
from tests.support.cli import migrate

OPT = "configs/components/o.yaml"
P = "configs/train/p.yaml"
START = {
    "configs/base.yaml": "x: 1\n",
    OPT: "t: {lr: 1}\n",
    P: "extends: [../base.yaml, ../components/o.yaml]\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay(tmp_path, START)


def lay(root: Path, files: dict[str, str]) -> Path:
    return trees.write(root, {path: text.encode() for path, text in files.items()})


class OnDisk(dict[str, bytes]):
    """The files of a folder, links followed as the trainer follows them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __missing__(self, path: str) -> bytes:
        return (self.root / path).read_bytes()


def meaning(root: Path, path: str) -> Any:
    return reader.spelled(reader.resolve(OnDisk(root), path))


def rolled_out(root: Path, runs: list[str], *options: str) -> dict[str, Any]:
    """`init`, `apply --all`, `verify`: all of them well, and each run means what it meant."""
    before = {path: meaning(root, path) for path in runs}
    started = migrate(root, "--output", "json", "init", *options)
    assert (started.code, started.err) == (0, "")
    for verb in (("apply", "--all"), ("verify",)):
        ran = migrate(root, *verb)
        assert (ran.code, ran.err) == (0, "")
    assert {path: meaning(root, path) for path in runs} == before
    told: dict[str, Any] = json.loads(started.out)
    return told


def git(root: Path, *arguments: str) -> None:
    options = ["-c", "protocol.file.allow=always", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", "-C", str(root), *options, *arguments], check=True, capture_output=True)


def repository(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "s", "--allow-empty")
    return root


# Presets that others extend, excluded and broken configs.


def test_a_preset_that_a_variant_extends_and_a_readme_runs_stays(root: Path) -> None:
    lay(root, {"configs/train/q.yaml": "extends: p.yaml\nm: 1\n", "README.md": f"run `{P}`\n"})
    told = rolled_out(root, [P, "configs/train/q.yaml"])
    assert [preset["path"] for preset in told["presets"]] == [P, "configs/train/q.yaml"]
    assert told["retires"] == {OPT: "is a component"}


def test_what_is_excluded_keeps_what_it_extends(root: Path) -> None:
    old = "configs/train/old.yaml"
    lay(root, {old: START[P]})
    told = rolled_out(root, [P, old], "--exclude", old)
    assert told["stays"] == {OPT: f"{old} still extends it"}
    assert (root / old).read_text() == START[P]


def test_what_cannot_be_read_is_left_out_and_keeps_what_it_names(root: Path) -> None:
    lay(root, {"configs/train/b.yaml": START[P] + "v: [1\n"})
    lay(root, {"configs/train/d.yaml": "extends: ../components/gone.yaml\n"})
    told = rolled_out(root, [P])
    assert sorted(told["left_alone"]) == ["configs/train/b.yaml", "configs/train/d.yaml"]
    assert "configs/train/d.yaml:1:10" in told["left_alone"]["configs/train/d.yaml"]
    assert (root / OPT).exists()


def test_a_tree_that_is_shallow_is_told_so_and_nothing_is_written(tmp_path: Path) -> None:
    lay(tmp_path, {f"t/{n}.yaml": f"extends: _t.yaml\ntask: {n}\n" for n in range(30)})
    before = trees.read(lay(tmp_path, {"t/_t.yaml": "k: 1\n"}))
    ran = migrate(tmp_path, "init")
    assert (ran.code, ran.out.splitlines()[0]) == (
        0,
        "nothing to migrate, shallow already: 30 configs",
    )
    assert "  and 18 more: is shallow already" in ran.out.splitlines()
    assert json.loads(migrate(tmp_path, "--output", "json", "init").out)["shallow"] is True
    assert trees.read(tmp_path) == before


def test_a_path_may_climb_above_the_folder_of_configs_and_come_back(root: Path) -> None:
    lay(root, {P: "extends: [../../configs/base.yaml, ../components/o.yaml]\n"})
    told = rolled_out(root, [P])
    assert told["config_root"] == "."


# Symbolic links.


def test_a_link_to_a_preset_is_its_second_name(root: Path) -> None:
    link = root / "configs/train/latest.yaml"
    link.symlink_to("p.yaml")
    told = rolled_out(root, [P, "configs/train/latest.yaml"])
    assert [preset["path"] for preset in told["presets"]] == [P]
    assert told["left_alone"] == {
        "configs/train/latest.yaml": f"is a symbolic link to {P}: one config by two names"
    }
    assert link.is_symlink()
    assert not (root / OPT).exists()


def test_a_preset_may_extend_another_by_its_second_name(root: Path) -> None:
    (root / "configs/train/latest.yaml").symlink_to("p.yaml")
    lay(root, {"configs/train/q.yaml": "extends: latest.yaml\nm: 1\n"})
    rolled_out(root, [P, "configs/train/latest.yaml", "configs/train/q.yaml"])
    assert (root / "configs/train/q.yaml").read_text() == "extends: p.yaml\n\nm: 1\n"


def test_a_link_that_composes_other_files_holds_the_preset_it_leads_to(root: Path) -> None:
    lay(root, {"configs/b/base.yaml": "x: 2\n", "configs/b/components/o.yaml": "t: {lr: 9}\n"})
    lay(root, {"configs/train/r.yaml": START[P] + "r: 1\n"})
    (root / "configs/b/train").mkdir()
    (root / "configs/b/train/p.yaml").symlink_to("../../train/p.yaml")
    told = rolled_out(root, [P, "configs/b/train/p.yaml", "configs/train/r.yaml"])
    assert [preset["path"] for preset in told["presets"]] == ["configs/train/r.yaml"]


def test_a_component_that_is_a_link_stays(root: Path) -> None:
    (root / "shared").mkdir()
    (root / OPT).rename(root / "shared/o.yaml")
    (root / OPT).symlink_to("../../shared/o.yaml")
    told = rolled_out(root, [P])
    assert told["stays"] == {OPT: "is a symbolic link to shared/o.yaml"}
    assert (root / "shared/o.yaml").read_text() == START[OPT]


def test_a_component_behind_a_folder_that_is_a_link_stays(root: Path) -> None:
    lay(root, {"shared/s.yaml": "s: 1\n", P: "extends: [../components/o.yaml, ../c/s.yaml]\n"})
    (root / "configs/c").symlink_to("../shared")
    told = rolled_out(root, [P], "--components", "configs/c/**", "--components", OPT)
    assert told["stays"] == {"configs/c/s.yaml": "is reached through the symbolic link configs/c"}
    assert (root / "shared/s.yaml").exists()


@pytest.mark.parametrize("target", [OPT, "configs/components"])
def test_a_component_that_a_link_leads_to_stays(root: Path, target: str) -> None:
    (root / "here").symlink_to(target)
    assert rolled_out(root, [P])["stays"] == {OPT: "the symbolic link here leads to it"}


def test_a_link_to_a_folder_of_presets_holds_nothing(root: Path) -> None:
    (root / "here").symlink_to("configs")
    assert rolled_out(root, [P])["retires"] == {OPT: "is a component"}


# Other repositories.


def test_what_lies_in_a_submodule_is_neither_written_nor_deleted(tmp_path: Path) -> None:
    sub = repository(lay(tmp_path / "sub", {"d.yaml": "d: 1\n"}))
    root = lay(tmp_path / "root", START)
    lay(root, {P: "extends: [../base.yaml, ../components/o.yaml, ../../common/d.yaml]\n"})
    repository(root)
    git(root, "submodule", "add", "-q", str(sub), "common")
    told = rolled_out(root, [P])
    assert told["stays"] == {"common/d.yaml": "lies in another repository (common)"}
    assert (root / "common/d.yaml").read_text() == "d: 1\n"


def test_a_config_of_another_repository_is_left_alone_and_keeps_what_it_extends(root: Path) -> None:
    other = "other/z.yaml"
    lay(root, {other: "extends: ../configs/components/o.yaml\nz: 1\n"})
    repository(root / "other")
    told = rolled_out(root, [P, other])
    assert told["left_alone"] == {other: "lies in another repository (other)"}
    assert told["stays"] == {OPT: f"{other} still extends it"}


# Who comes after `init`: the step is refused, and the hint works as it is written.

LATE = "configs/train/late.yaml"


def come_as_a_config(root: Path) -> str:
    lay(root, {LATE: START[P]})
    return f"{LATE}:1:25: still extends {OPT}, which this step deletes"


def come_broken(root: Path) -> str:
    lay(root, {LATE: "# mine\n" + START[P] + "v: [1\n"})
    return f"{LATE}:2: cannot be read, and its text names {OPT}, which this step deletes"


def come_as_a_link(root: Path) -> str:
    (root / "here.yaml").symlink_to(OPT)
    return f"here.yaml: is a symbolic link that leads to {OPT}, which this step deletes"


def come_as_a_folder(root: Path) -> str:
    (root / "here").symlink_to("configs/components")
    return f"here: is a symbolic link that leads to {OPT}, which this step deletes"


@pytest.mark.parametrize("come", [come_as_a_config, come_broken, come_as_a_link, come_as_a_folder])
def test_who_comes_after_init_stops_the_step_and_the_hint_works(root: Path, come: Any) -> None:
    assert migrate(root, "init").code == 0
    said = come(root)
    before = trees.read(root)
    refused = migrate(root, "apply", "--all")
    assert (refused.code, refused.err.splitlines()[0]) == (3, f"error: {said}")
    assert trees.read(root) == before
    follow(root, refused.err)
    assert migrate(root, "apply", "--all").code == 0
    assert (root / OPT).exists()


def follow(root: Path, letter: str) -> None:
    """Do what the letter says: put the line under `keep:` in the plan."""
    hint = re.search(r"put `([^`]*)` under `keep:` in (\S+)", letter)
    assert hint is not None
    plan = root / hint[2]
    said = yaml.safe_load(plan.read_text())
    said["keep"] = yaml.safe_load(hint[1])
    plan.write_text(yaml.safe_dump(said))


def test_a_link_to_a_preset_that_moves_stops_the_step(root: Path) -> None:
    link = root / "configs/train/latest.yaml"
    link.symlink_to("p.yaml")
    assert migrate(root, "init").code == 0
    plan = root / "plans/train.yaml"
    plan.write_text(plan.read_text().replace(f"to: {P}", "to: configs/train/new/p.yaml"))
    refused = migrate(root, "apply", "--all")
    what = f"is a symbolic link that leads to {P}, which this step deletes"
    said = f"error: configs/train/latest.yaml: {what}"
    assert (refused.code, refused.err.splitlines()[0]) == (3, said)
    link.unlink()  # as the hint says
    assert migrate(root, "apply", "--all").code == 0
    assert migrate(root, "verify").code == 0


def test_a_plan_that_writes_through_a_link_is_refused(root: Path) -> None:
    assert migrate(root, "init").code == 0
    (root / P).rename(root / "mine.yaml")
    (root / P).symlink_to("../../mine.yaml")
    before = trees.read(root)
    refused = migrate(root, "apply", "--all")
    assert (refused.code, refused.err.splitlines()[0]) == (
        3,
        f"error: {P}: would be written, and is a symbolic link to mine.yaml",
    )
    assert trees.read(root) == before


def test_a_script_of_another_repository_is_not_rewritten(root: Path) -> None:
    script = repository(lay(root / "other", {"go.sh": f"python t.py {P}\n"})) / "go.sh"
    assert migrate(root, "init").code == 0
    plan = root / "plans/train.yaml"
    plan.write_text(plan.read_text().replace(f"to: {P}", "to: configs/train/n.yaml"))
    refused = migrate(root, "apply", "--all")
    assert refused.code == 3
    what = "other/go.sh: would be written, and lies in another repository (other)"
    assert f"error: {what}" in refused.err.splitlines()
    with (root / "plans/tree.yaml").open("a") as file:
        file.write("exclude: [other/go.sh]\n")  # as the hint says
    assert migrate(root, "apply", "--all").code == 0
    assert script.read_text() == f"python t.py {P}\n"
