"""`mv` moves a config and everything that names it; every config resolves to what it did."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from migrate.trees.tree import MemoryTree
from migrate.workspace.renamed_records import renamed_accepted
from tests.live.tree import P, Q, findings, ok, states
from tests.support import trees
from tests.support.cli import migrate
from tests.support.reader import resolve, spelled

R, NEW = "configs/train/r.yaml", "configs/train/deep/pp.yaml"
BASE, O_FILE = "configs/base.yaml", "configs/components/o.yaml"
TREE = {
    BASE: b"x: 1\n",
    O_FILE: b"t: {lr: 1, wd: 0.0}\n",
    P: b"# ours: configs/train/p.yaml\nextends: [ '../base.yaml', ../components/o.yaml ]  # two\n",
    Q: b"extends: [../base.yaml, ../components/o.yaml]\r\nm: 1\r\n",
    R: b"# overlay\nextends: ./p.yaml # on p\nm: 3\n",
    "run.sh": b'#!/bin/sh\npython train.py --config configs/train/p.yaml "$@"\n',
    "README.md": b"See `configs/train/p.yaml`.\n",
    "tools/list.py": b"CONFIGS = ['configs/train/p.yaml', 'configs/train/q.yaml']\n",
}

OURS = b"# ours\nextends: [ '../base.yaml', ../components/o.yaml ]  # two\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    trees.write(tmp_path, TREE)
    return tmp_path


@pytest.fixture
def half_done(root: Path) -> Path:
    """Two presets are applied, an overlay waits for its step."""
    trees.write(root, {P: OURS})
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--preset", "p", "--preset", "q"))
    return root


def values(root: Path, moves: dict[str, str] | None = None) -> dict[str, Any]:
    """Every live config as an independent reader resolves it, by the path that it had."""
    files = trees.read(root)
    back = {new: old for old, new in (moves or {}).items()}
    live = (one for one in files if one.startswith(("configs/train/", "configs/base")))
    return {back.get(one, one): spelled(resolve(files, one)) for one in live}


def refused(root: Path, *arguments: str, code: int = 3) -> str:
    before = trees.read(root)
    ran = migrate(root, "mv", *arguments)
    assert ran.code == code, ran.out + ran.err
    assert trees.read(root) == before
    return ran.err


def test_a_config_moves_with_all_that_names_it(root: Path) -> None:
    before = values(root)
    ok(migrate(root, "mv", P, NEW))
    after = trees.read(root)
    assert P not in after
    assert after[NEW] == (
        b"# ours: configs/train/deep/pp.yaml\n"
        b"extends: [ '../../base.yaml', ../../components/o.yaml ]  # two\n"
    )
    assert after[R] == b"# overlay\nextends: ./deep/pp.yaml # on p\nm: 3\n"
    assert after["run.sh"] == TREE["run.sh"].replace(b"train/p.", b"train/deep/pp.")
    assert after["README.md"] == b"See `configs/train/deep/pp.yaml`.\n"
    assert b"'configs/train/deep/pp.yaml', 'configs/train/q.yaml'" in after["tools/list.py"]
    assert values(root, {P: NEW}) == before


def test_moving_back_is_byte_for_byte_the_inverse(root: Path) -> None:
    ok(migrate(root, "mv", P, NEW))
    ok(migrate(root, "mv", NEW, P))
    assert trees.read(root) == TREE


def test_a_link_by_a_detour_keeps_it(root: Path) -> None:
    text = b"extends: ../../configs/train/p.yaml  # from the top\n"
    trees.write(root, {"configs/train/s.yaml": text})
    ok(migrate(root, "mv", "configs/train/s.yaml", "configs/s.yaml"))
    assert trees.read(root)["configs/s.yaml"] == text.replace(b"../../", b"../")
    ok(migrate(root, "mv", "configs/s.yaml", "configs/train/s.yaml"))
    assert trees.read(root)["configs/train/s.yaml"] == text


def test_a_dry_run_shows_the_diff_and_writes_nothing(root: Path) -> None:
    shown = ok(migrate(root, "mv", P, NEW, "--dry-run")).out
    assert "rename from configs/train/p.yaml\nrename to configs/train/deep/pp.yaml\n" in shown
    assert "-extends: ./p.yaml # on p\n+extends: ./deep/pp.yaml # on p\n" in shown
    assert "  run.sh:2:26" in shown
    assert trees.read(root) == TREE


def test_as_json(root: Path) -> None:
    data = json.loads(ok(migrate(root, "--output", "json", "mv", P, NEW)).out)
    assert data["moved"] == [{"from": P, "to": NEW}]
    assert data["links"] == [R]
    assert {one["file"] for one in data["references"]} >= {"run.sh", "README.md", "tools/list.py"}
    assert (data["plans"], data["presets"], data["dry_run"]) == ([], [], False)


def test_into_a_folder_and_a_folder_as_a_whole(root: Path) -> None:
    before = values(root)
    (root / "configs/later").mkdir()
    ok(migrate(root, "mv", R, "configs/later"))
    assert trees.read(root)["configs/later/r.yaml"] == (
        b"# overlay\nextends: ../train/p.yaml # on p\nm: 3\n"
    )
    ok(migrate(root, "mv", "configs/later/r.yaml", "configs/train/"))
    assert trees.read(root) == {**TREE, R: TREE[R].replace(b"./p", b"p")}
    ok(migrate(root, "mv", "configs/train", "configs/runs/2026"))
    after = trees.read(root)
    assert after["configs/runs/2026/r.yaml"] == TREE[R].replace(b"./p", b"p")
    assert after["configs/runs/2026/q.yaml"].startswith(b"extends: [../../base.yaml, ../../comp")
    assert b"configs/runs/2026/p.yaml" in after["run.sh"]
    files = {one.replace("runs/2026", "train"): one for one in after}
    assert values_of(root, files) == before
    assert not (root / "configs/train").exists()


def values_of(root: Path, files: dict[str, str]) -> dict[str, Any]:
    content = trees.read(root)
    wanted = (one for one in files if one.startswith(("configs/train/", "configs/base")))
    return {one: spelled(resolve(content, files[one])) for one in wanted}


ODD = ["a b#c", "it's", 'say "x"', "数据", "-dash", "key: value", "*star", "{b}, [c]", "no", "~t"]


@pytest.mark.parametrize("name", ODD)
def test_odd_names(root: Path, name: str) -> None:
    for code in ("run.sh", "tools/list.py"):  # where such a name would need quotes
        (root / code).unlink()
    before = values(root)
    new = f"configs/train/{name}.yaml"
    ok(migrate(root, "mv", P, new))
    assert new in trees.read(root)
    assert values(root, {P: new}) == before
    ok(migrate(root, "mv", new, P))
    assert values(root) == before
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--all"))
    ok(migrate(root, "mv", P, new))
    assert findings(root)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([P, Q], "configs/train/q.yaml: is there already"),
        ([P, "configs/train/P.yaml"], "only in case, if at all"),
        ([P, P], "only in case, if at all"),
        ([P, ""], "no new place is named"),
        ([P, "../p.yaml"], "is outside the root"),
        ([P, "/etc/p.yaml"], "is outside the root"),
        (["configs/train/pp.yaml", NEW], "did you mean configs/train/p.yaml"),
        ([P, "configs/train/pp"], "migrate mv configs/train/p.yaml configs/train/pp.yaml"),
        ([P, "configs/base.yaml/p.yaml"], "lies below configs/base.yaml, which is a file"),
        ([P, "plans/p.yaml"], "is where no config is looked for"),
        ([P, ".git/p.yaml"], "is where no config is looked for"),
        ([P, "configs/legacy/p.yaml"], "is where no config is looked for"),
        ([P, "configs/a\nb.yaml"], "holds a control character"),
        (["configs", "configs/train/x"], "is inside the folder that moves"),
        (["tools", "code"], "tools/list.py: is not a config"),
        (["git:HEAD:configs/base.yaml", NEW], "a file of a revision"),
    ],
)
def test_bad_input_is_a_letter(root: Path, arguments: list[str], told: str) -> None:
    assert told in refused(root, *arguments)


def test_what_stands_beside_its_file_is_refused(root: Path) -> None:
    trees.write(root, {P: TREE[P] + b"data: ../data/a.yaml\n", "configs/data/a.yaml": b"n: 1\n"})
    told = refused(root, P, NEW)
    assert "p.yaml:3:7: names configs/data/a.yaml by its place beside this file" in told
    ok(migrate(root, "mv", P, "configs/train/pp.yaml"))


def test_a_value_that_names_a_config_follows(root: Path) -> None:
    data = {"configs/data/a.yaml": b"n: 1\n", P: TREE[P] + b"data: configs/data/a.yaml  # it\n"}
    trees.write(root, data)
    ok(migrate(root, "mv", "configs/data/a.yaml", "configs/data/b.yaml"))
    assert trees.read(root)[P] == data[P].replace(b"data/a", b"data/b")


def test_code_that_cannot_follow_holds_it(root: Path) -> None:
    code = b"NAME = 'p'\nopen('configs/train/' + NAME + '.yaml')\n"
    trees.write(root, {"load.py": code})
    told = refused(root, P, NEW)
    assert "load.py:2:7: names configs/train/p.yaml and cannot follow" in told
    assert f"let it name {NEW} first, by hand" in told
    trees.write(root, {"load.py": f"open('{NEW}')\n".encode()})
    ok(migrate(root, "mv", P, NEW))


def test_links_submodules_and_ignored_places_are_refused(root: Path) -> None:
    (root / "configs/now.yaml").symlink_to("train/p.yaml")
    assert "configs/now.yaml: is a symbolic link that leads to" in refused(root, P, NEW)
    assert "is a symbolic link to configs/train/p.yaml" in refused(root, "configs/now.yaml", NEW)
    (root / "configs/now.yaml").unlink()
    trees.write(root, {"sub/.git": b"gitdir: x\n", "sub/a.yaml": b"a: 1\n"})
    assert "lies in another repository" in refused(root, "sub/a.yaml", NEW)
    assert "lies in another repository" in refused(root, P, "sub/p.yaml")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    trees.write(root, {".gitignore": b"*.log\nconfigs/out/\n"})
    assert "hidden from git by .gitignore:2" in refused(root, P, "configs/out/p.yaml")


def test_a_config_that_cannot_be_read_and_names_it_holds_it(root: Path) -> None:
    trees.write(root, {"configs/train/broken.yaml": b"extends: p.yaml\na: [\n"})
    told = refused(root, P, NEW)
    assert "configs/train/broken.yaml:1: cannot be read, and its text names" in told


def test_another_dialect(tmp_path: Path) -> None:
    tree = {
        "configs/a.yml": b"_BASE_: ['sub/b.yml', ]\nm: {x: 1}\n",
        "configs/sub/b.yml": b"m: {x: 0, y: !!float 2}\n",
    }
    trees.write(tmp_path, tree)
    moved = ("--dialect", "paddledetection", "mv", "configs/sub/b.yml", "configs/b.yml")
    ok(migrate(tmp_path, *moved))
    assert trees.read(tmp_path)["configs/a.yml"] == b"_BASE_: ['b.yml', ]\nm: {x: 1}\n"


# While a rollout is under way, and after it.


def test_in_the_middle_of_a_rollout(half_done: Path) -> None:
    before, was = trees.read(half_done), values(half_done)
    shown = ok(migrate(half_done, "mv", P, NEW)).out
    assert "  the preset p is deep_pp now: commands have to say so\n" in shown
    assert values(half_done, {P: NEW}) == was
    assert states(half_done) == {"deep_pp": "applied", "q": "applied", "r": "pending"}
    plan = trees.read(half_done)["plans/train.yaml"].decode()
    assert f"  deep_pp:\n    from: train/p.yaml\n    to: {NEW}\n" in plan
    assert f"    extends: [{NEW}]\n" in plan
    assert [one["what"] for one in findings(half_done)[1]] == ["r is not applied"]
    ok(migrate(half_done, "rehearse"))
    ok(migrate(half_done, "mv", NEW, P))
    assert trees.read(half_done) == before
    ok(migrate(half_done, "mv", P, NEW))
    ok(migrate(half_done, "apply", "--all"))
    assert findings(half_done)[0] == 0
    ok(migrate(half_done, "rehearse"))


def test_a_step_is_taken_back_after_its_file_is_back(half_done: Path) -> None:
    ok(migrate(half_done, "apply", "--all"))
    applied = trees.read(half_done)
    ok(migrate(half_done, "mv", P, NEW))
    assert findings(half_done)[0] == 0
    for name in ("deep_pp", "r"):
        ran = migrate(half_done, "undo", "--preset", name, "--with-dependents")
        assert ran.code == 4
        assert f"hint: move it back first: migrate mv {NEW} {P}" in ran.err
    ok(migrate(half_done, "mv", NEW, P))
    assert trees.read(half_done) == applied
    ok(migrate(half_done, "undo", "--preset", "p", "--with-dependents"))
    assert trees.read(half_done)[P] == OURS


def test_moved_twice_and_back_at_once(half_done: Path) -> None:
    before = trees.read(half_done)
    ok(migrate(half_done, "mv", Q, "configs/train/q2.yaml"))
    ok(migrate(half_done, "mv", "q2", "configs/other/q.yaml"))
    assert findings(half_done)[0] == 1  # r waits
    ok(migrate(half_done, "mv", "configs/other/q.yaml", Q))
    assert trees.read(half_done) == before


def test_after_finalize(half_done: Path) -> None:
    ok(migrate(half_done, "apply", "--all"))
    ok(migrate(half_done, "finalize"))
    before = trees.read(half_done)
    ok(migrate(half_done, "mv", P, NEW))
    ok(migrate(half_done, "mv", BASE, "configs/ground.yaml"))
    assert findings(half_done)[0] == 0
    assert b"base: configs/ground.yaml\n" in trees.read(half_done)["plans/tree.yaml"]
    ok(migrate(half_done, "mv", "configs/ground.yaml", BASE))
    ok(migrate(half_done, "mv", NEW, P))
    after = trees.read(half_done)
    after["plans/tree.yaml"] = before["plans/tree.yaml"]  # it says now where the base is
    assert after == before


def test_a_value_that_follows_keeps_the_gate_open(root: Path) -> None:
    data = {"configs/data/a.yaml": b"n: 1\n", P: OURS + b"data: configs/data/a.yaml  # it\n"}
    trees.write(root, data)
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--all"))
    before = trees.read(root)
    shown = ok(migrate(root, "mv", "configs/data/a.yaml", "configs/data/b.yaml")).out
    assert "  the gate accepts data of p\n" in shown
    assert "every config resolves to what it did, but for values that name what moved" in shown
    assert findings(root)[0] == 0
    accepted = trees.read(root)["plans/accepted.yaml"].decode()
    assert "reason: configs/data/a.yaml is configs/data/b.yaml now" in accepted
    ran = migrate(root, "undo", "--preset", "p", "--with-dependents")
    assert (ran.code, "migrate mv configs/data/b.yaml configs/data/a.yaml" in ran.err) == (4, True)
    ok(migrate(root, "mv", "configs/data/b.yaml", "configs/data/c.yaml"))
    assert findings(root)[0] == 0
    ok(migrate(root, "mv", "configs/data/c.yaml", "configs/data/a.yaml"))
    after = trees.read(root)
    assert after == {**before, "plans/schema/accepted.json": after["plans/schema/accepted.json"]}


def test_before_finalize_and_with_what_was_accepted(half_done: Path) -> None:
    ok(migrate(half_done, "apply", "--all"))
    ok(migrate(half_done, "set", "m=7", Q, "--reason", "longer"))
    ok(migrate(half_done, "mv", Q, "configs/train/long.yaml"))
    assert findings(half_done)[0] == 0
    assert b"\n  long:\n" in trees.read(half_done)["plans/accepted.yaml"]
    ok(migrate(half_done, "finalize"))
    assert findings(half_done)[0] == 0
    ok(migrate(half_done, "set", "m=8", "long"))


def test_a_preset_edited_by_hand_stays_edited(half_done: Path) -> None:
    text = (half_done / Q).read_bytes()
    (half_done / Q).write_bytes(text + b"# tuned\r\n")
    ok(migrate(half_done, "mv", Q, "configs/train/deep/q.yaml"))
    assert states(half_done)["deep_q"] == "edited"
    (half_done / "configs/train/deep/q.yaml").write_bytes(
        (half_done / "configs/train/deep/q.yaml").read_bytes().removesuffix(b"# tuned\r\n")
    )
    ok(migrate(half_done, "mv", "configs/train/deep/q.yaml", Q))
    assert states(half_done)["q"] == "applied"


def test_gates_and_other_fields_of_the_plans_follow(half_done: Path) -> None:
    with (half_done / "plans/tree.yaml").open("a") as file:
        file.write(f"references: {{configs/old.yaml: {P}}}\nexclude:\n  - {P}  # ours\n")
    with (half_done / "plans/train.yaml").open("a") as file:
        file.write(f"gates: ['true --config {P} {{config}}']\n")
    before = trees.read(half_done)
    ok(migrate(half_done, "mv", P, NEW))
    tree = trees.read(half_done)["plans/tree.yaml"].decode()
    assert tree.endswith(f"references: {{configs/old.yaml: {NEW}}}\nexclude:\n  - {NEW}  # ours\n")
    plan = trees.read(half_done)["plans/train.yaml"].decode()
    assert f"gates: ['true --config {NEW} {{config}}']" in plan
    ok(migrate(half_done, "mv", NEW, P))
    after = trees.read(half_done)
    assert after == before


def test_a_name_of_its_own_is_kept(half_done: Path) -> None:
    plan = half_done / "plans/train.yaml"
    plan.write_text(plan.read_text().replace("  q:\n", "  quick:  # ours\n"))
    shutil.rmtree(half_done / "plans/evidence")
    trees.write(half_done, {P: OURS, Q: TREE[Q]})
    ok(migrate(half_done, "apply", "--preset", "quick"))
    assert "the preset" not in ok(migrate(half_done, "mv", Q, "configs/train/qq.yaml")).out
    assert states(half_done)["quick"] == "applied"
    assert "  quick:  # ours\n" in plan.read_text()


def test_what_waits_for_its_step_moves_with_it(half_done: Path) -> None:
    told = refused(half_done, R, "configs/train/rr.yaml")
    assert f"{R}: waits for the step of r, which can move it" in told
    assert "write `to: configs/train/rr.yaml` in plans/train.yaml:" in told
    plan = half_done / "plans/train.yaml"
    plan.write_text(plan.read_text().replace("to: configs/train/r.y", "to: configs/train/rr.y"))
    ok(migrate(half_done, "apply", "--preset", "r"))
    assert R not in trees.read(half_done)


def test_old_files_and_records_stay(half_done: Path) -> None:
    assert "is an old file of the rollout" in refused(half_done, BASE, "configs/b.yaml")
    assert "is an old file of the rollout" in refused(half_done, O_FILE, "configs/o.yaml")
    frozen = "configs/legacy/train/p.yaml"
    assert "is a record of the rollout" in refused(half_done, frozen, NEW)
    assert "is a record of the rollout" in refused(half_done, "plans/train.yaml", NEW)


def test_accepted_differences_follow_a_new_name() -> None:
    text = b"version: 1\naccepted:\n  # why\n  p:\n    t.lr: {was: 1, now: 2, reason: r}\n"
    tree = MemoryTree({"plans/accepted.yaml": text})
    (change,) = renamed_accepted(tree, "plans/accepted.yaml", {"p": "deep_pp"})
    assert change.after == text.replace(b" p:", b" deep_pp:")
    assert not list(renamed_accepted(tree, "plans/accepted.yaml", {"q": "r"}))


def test_other_folder_of_plans(root: Path) -> None:
    ok(migrate(root, "--plans", "ops/rollout", "init"))
    ok(migrate(root, "--plans", "ops/rollout", "apply", "--all"))
    ok(migrate(root, "--plans", "ops/rollout", "mv", P, NEW))
    ok(migrate(root, "--plans", "ops/rollout", "verify"))
    ran = migrate(
        root, "--plans", "ops/rollout", "undo", "--preset", "deep_pp", "--with-dependents"
    )
    assert f"migrate --plans ops/rollout mv {NEW} {P}" in ran.err
