"""`port` carries what others changed in the old files into what replaced them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from migrate.commands.port import port as decide
from migrate.workspace.workspace import Workspace
from tests.live.tree import START, P, Q, findings, ok, states, value
from tests.support import trees
from tests.support.cli import migrate, unfollowed
from tests.support.crashes import crash_at_some_steps, near

O = "configs/components/o.yaml"  # noqa: E741
V = "configs/train/v.yaml"
OLD = b"t:\n  # steady\n  lr: 1  # one\n  wd: 0.0\n  mom: 0.9\n"
NEW = b"t:\n  # steady\n  lr: 1  # one\n  # run 88\n  wd: 5.0e-2  # more\nn: {a: 1}  # new\n"
TREE = {**START, O: OLD}


def made(root: Path, files: Mapping[str, bytes], *names: str) -> Path:
    """A tree with these presets applied; all of them for no name."""
    trees.write(root, files)
    ok(migrate(root, "init"))
    chosen = [word for name in names for word in ("--preset", name)] or ["--all"]
    ok(migrate(root, "apply", *chosen))
    return root


def port(root: Path, *arguments: str, code: int = 0) -> dict[str, dict[str, Any]]:
    """What became of each key, by preset."""
    ran = migrate(root, "--output", "json", "port", *arguments)
    assert ran.code == code, ran.out + ran.err
    presets = json.loads(ran.out)["presets"]
    return {preset["name"]: {one["key"]: one for one in preset["keys"]} for preset in presets}


def outcomes(ported: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, str]:
    return {key: one["outcome"] for key, one in ported[name].items()}


def git(root: Path, *words: str, code: int = 0) -> None:
    config = [part for one in ("user.name=a", "user.email=a@example.org") for part in ("-c", one)]
    done = subprocess.run(
        ["git", "-C", str(root), *config, *words], check=False, capture_output=True
    )
    assert done.returncode == code, done.stdout + done.stderr


def branched(root: Path, late: Mapping[str, bytes], files: Mapping[str, bytes] = TREE) -> Path:
    """A rollout on `main`, and a branch `late` that began before it."""
    trees.write(root, files)
    git(root, "init", "-qb", "main")
    commit(root, "start")
    git(root, "checkout", "-qb", "late")
    trees.write(root, late)
    commit(root, "late")
    git(root, "checkout", "-q", "main")
    made(root, {})
    commit(root, "rollout")
    return root


def commit(root: Path, message: str) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-qm", message)


def read(root: Path) -> trees.Tree:
    """The tree without what git keeps for itself, and without empty folders."""
    files = trees.read(root)
    return {p: body for p, body in files.items() if not p.startswith(".git/") and p[-1] != "/"}


# The old files that are there.


def test_value_comment_and_spelling_go_to_the_file_that_sets_the_key_today(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    trees.write(root, {O: NEW})
    assert states(root) == {"p": "behind", "q": "behind"}
    ported = port(root)
    assert outcomes(ported, "p") == {"t.wd": "ported", "t.mom": "unset", "n.a": "new"}
    assert outcomes(ported, "q") == outcomes(ported, "p")
    text = (root / P).read_text()
    assert "  lr: 1  # one\n  # run 88\n  wd: 5.0e-2  # more\nn: {a: 1}  # new\n" in text
    assert "mom" not in text
    assert not (root / O).exists()
    assert states(root) == {"p": "applied", "q": "applied"}
    assert findings(root) == (0, [])
    ok(migrate(root, "rehearse"))
    assert not any(port(root).values())


def test_the_record_says_key_old_new_and_source(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    trees.write(root, {O: OLD.replace(b"0.0", b"0.1")})
    port(root)
    record = json.loads((root / "plans/evidence/p.json").read_text())
    key = {"key": "t.wd", "old": 0.0, "new": 0.1, "source": f"{O}:4:3"}
    assert record["amendments"] == [{"files": [f"configs/legacy/{O[8:]}"], "keys": [key]}]
    assert record["legacy"]["resolved"]["t"]["wd"] == 0.1
    ok(migrate(root, "finalize"))
    assert findings(root)[0] == 0


def test_in_the_middle_of_a_rollout_the_fragment_stays_for_who_waits(tmp_path: Path) -> None:
    root = made(tmp_path, TREE, "p")
    new = NEW.replace(b"n: {a: 1}  # new\n", b"")
    trees.write(root, {O: new})
    assert states(root) == {"p": "behind", "q": "moved"}
    port(root)
    assert states(root) == {"p": "applied", "q": "pending"}
    assert (root / O).read_bytes() == new
    ok(migrate(root, "apply", "--all"))
    assert findings(root) == (0, [])
    assert value(root, P, "t") == value(root, Q, "t") == {"lr": 1, "wd": 0.05}


def test_undo_after_port_brings_the_old_files_with_the_edit(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    trees.write(root, {O: NEW})
    port(root)
    ok(migrate(root, "undo", "--preset", "q"))
    ok(migrate(root, "undo", "--preset", "p"))
    assert trees.theirs(read(root)) == {**TREE, O: NEW}
    ok(migrate(root, "apply", "--all"))
    assert findings(root) == (0, [])


def test_a_key_that_was_changed_here_too_is_left_alone(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    text = (root / P).read_text()
    (root / P).write_text(text.replace("wd: 0.0", "wd: 0.3  # ours").replace("lr: 1", "lr: 2"))
    trees.write(root, {O: NEW})
    ported = port(root, code=1)
    assert outcomes(ported, "p") == {"t.wd": "conflict", "t.mom": "unset", "n.a": "new"}
    assert ported["p"]["t.wd"]["here"] == 0.3
    assert ported["p"]["t.wd"]["from"] == f"{O}:5:3"
    assert ported["p"]["t.wd"]["place"]["path"] == P
    assert outcomes(ported, "q")["t.wd"] == "ported"
    assert value(root, P, "t") == {"lr": 2, "wd": 0.3}
    assert "# ours" in (root / P).read_text()
    # It stays behind in this one key, and the file that says it stays, until somebody decides.
    assert states(root) == {"p": "behind", "q": "applied"}
    assert (root / O).exists()
    (root / P).write_text((root / P).read_text().replace("0.3  # ours", "5.0e-2"))
    assert outcomes(port(root), "p")["t.wd"] == "already"
    assert not (root / O).exists()
    assert states(root)["p"] == "edited"


def test_a_key_that_another_file_sets_has_no_effect(tmp_path: Path) -> None:
    own = b"extends: [../base.yaml, ../components/o.yaml]\nt: {wd: 0.5}\n"
    root = made(tmp_path, {**TREE, P: own})
    trees.write(root, {O: OLD.replace(b"wd: 0.0", b"wd: 0.1")})
    ported = port(root)
    assert outcomes(ported, "p") == {"t.wd": "no effect"}
    assert ported["p"]["t.wd"]["here"] == 0.5
    assert ported["p"]["t.wd"]["place"]["path"] == P
    assert value(root, P, "t.wd") == 0.5
    assert findings(root) == (0, [])


def test_what_the_plan_overrides_has_no_effect(tmp_path: Path) -> None:
    trees.write(tmp_path, TREE)
    ok(migrate(tmp_path, "init"))
    plan, profile = tmp_path / "plans/train.yaml", tmp_path / "plans/parity.yaml"
    plan.write_text(
        plan.read_text().replace(
            "  q:\n", "    override: {t.wd: {value: 0.7, reason: ours}}\n  q:\n"
        )
    )
    profile.write_text("version: 1\nallow:\n  - {path: t.wd, reason: ours}\n")
    ok(migrate(tmp_path, "apply", "--all"))
    trees.write(tmp_path, {O: OLD.replace(b"wd: 0.0", b"wd: 0.1")})
    ported = port(tmp_path)
    assert outcomes(ported, "p") == {"t.wd": "no effect"}
    assert "overrides" in ported["p"]["t.wd"]["note"]
    assert (value(tmp_path, P, "t.wd"), value(tmp_path, Q, "t.wd")) == (0.7, 0.1)


OVERLAY = {**TREE, V: b"extends: p.yaml\nown: 1\n"}


def test_an_overlay_inherits_and_its_parent_is_edited_once(tmp_path: Path) -> None:
    root = made(tmp_path, OVERLAY)
    before = (root / V).read_bytes()
    trees.write(root, {O: NEW})
    ported = port(root)
    assert ported["v"]["t.wd"]["outcome"] == "ported"
    assert ported["v"]["t.wd"]["place"]["path"] == P
    assert (root / V).read_bytes() == before
    assert value(root, V, "t") == {"lr": 1, "wd": 0.05}
    assert findings(root) == (0, [])


def test_an_overlay_that_took_the_edit_by_its_step_follows_its_parent(tmp_path: Path) -> None:
    root = made(tmp_path, OVERLAY, "p")
    trees.write(root, {O: OLD.replace(b"wd: 0.0", b"wd: 0.1")})
    ok(migrate(root, "apply", "--all"))
    assert value(root, V, "t.wd") == 0.0  # inherited from one that lacks it
    assert outcomes(port(root), "v") == {"t.wd": "ported"}
    assert value(root, V, "t.wd") == 0.1
    assert findings(root) == (0, [])


def test_an_overlay_that_its_step_left_as_it_was(tmp_path: Path) -> None:
    root = branched(tmp_path, {V: OVERLAY[V].replace(b"1", b"2")}, OVERLAY)
    assert (root / V).read_bytes() == OVERLAY[V]
    assert outcomes(port(root, "late"), "v") == {"own": "ported"}
    assert states(root) == {"p": "applied", "q": "applied", "v": "applied"}
    ok(migrate(root, "undo", "--preset", "v"))
    assert value(root, V, "own") == 2


def test_an_overlay_whose_own_fragment_says_the_old_value_keeps_it(tmp_path: Path) -> None:
    # The overlay's fragment says what its parent said, so the overlay had nothing to say itself.
    pin = "configs/components/pin.yaml"
    files = {**OVERLAY, pin: b"t: {wd: 0.0}\n", V: b"extends: [p.yaml, ../components/pin.yaml]\n"}
    root = made(tmp_path, files)
    assert "wd" not in (root / V).read_text()
    trees.write(root, {O: NEW})
    port(root)
    assert (value(root, P, "t.wd"), value(root, V, "t.wd")) == (0.05, 0.0)
    assert findings(root) == (0, [])


def test_a_shared_base_is_not_edited_for_one_preset(tmp_path: Path) -> None:
    # The base says what the fragment said, so the presets follow it.
    root = made(tmp_path, {**TREE, "configs/base.yaml": b"x: 1\nt: {wd: 0.0}\n"})
    assert "wd" not in (root / P).read_text()
    trees.write(root, {O: OLD.replace(b"wd: 0.0", b"wd: 0.1  # up")})
    port(root)
    assert (root / "configs/base.yaml").read_bytes() == b"x: 1\nt: {wd: 0.0}\n"
    assert (value(root, P, "t.wd"), value(root, Q, "t.wd")) == (0.1, 0.1)
    # Where a step would put it.
    assert "  lr: 1  # one\n  wd: 0.1  # up\n  mom: 0.9\n" in (root / P).read_text()


def test_a_removal_that_uncovers_another_value_ports_that_value(tmp_path: Path) -> None:
    root = made(tmp_path, {**TREE, "configs/base.yaml": b"x: 1\nt: {wd: 0.3}\n"})
    trees.write(root, {O: OLD.replace(b"  wd: 0.0\n", b"")})
    ported = port(root)
    assert (ported["p"]["t.wd"]["outcome"], ported["p"]["t.wd"]["new"]) == ("ported", 0.3)
    assert "wd" not in (root / P).read_text()
    assert value(root, P, "t.wd") == 0.3


def test_a_key_that_a_tuned_parent_sets_too_cannot_be_unset(tmp_path: Path) -> None:
    own = "configs/components/own.yaml"
    overlay = b"extends: [p.yaml, ../components/own.yaml]\n"
    root = made(tmp_path, {**TREE, own: b"e: 1\nf: 1\n", V: overlay})
    (root / P).write_text((root / P).read_text() + "e: 5\n")
    trees.write(root, {own: b"f: 2\n"})
    ported = port(root, code=1)
    assert outcomes(ported, "v") == {"e": "conflict", "f": "ported"}
    assert (value(root, V, "e"), value(root, V, "f")) == (1, 2)


@pytest.mark.parametrize(
    ("old", "new", "ours", "merged"),
    [
        (" [q, k]", " [q, k, v]", " [q, o, k]", ["q", "o", "k", "v"]),
        (" [q, k]", " [k]", " [q, k, v]", ["k", "v"]),
        (" [0.9, 0.95]", " [0.9, 0.98]", " [0.8, 0.95]", None),
        (" [q, k]", " [k, q]", " [q, k, v]", None),
        (
            "\n  - {name: a, p: 1}\n  - {name: b, p: 1}",
            "\n  - {name: a, p: 2}\n  - {name: b, p: 1}",
            "\n  - {name: a, p: 1}\n  - {name: b, p: 3}",
            [{"name": "a", "p": 2}, {"name": "b", "p": 3}],
        ),
        (
            "\n  - {name: a, p: 1}\n  - {name: b, p: 1}",
            "\n  - {name: a, p: 2}\n  - {name: b, p: 1}",
            "\n  - {name: a, p: 5}\n  - {name: b, p: 1}",
            None,
        ),
    ],
)
def test_lists_are_merged_item_by_item_where_items_have_names(
    tmp_path: Path, old: str, new: str, ours: str, merged: Any
) -> None:
    root = made(tmp_path, {**START, O: f"l:{old}\nu: 1\n".encode()})
    text = (root / P).read_text()
    assert f"l:{old}" in text
    (root / P).write_text(text.replace(f"l:{old}", f"l:{ours}"))
    before = value(root, P, "l")
    trees.write(root, {O: f"l:{new}\nu: 2\n".encode()})
    ported = port(root, code=merged is None)
    assert value(root, P, "l") == (before if merged is None else merged)
    assert value(root, P, "u") == 2
    if merged is not None:
        assert ported["p"]["l"]["note"] == "the list item by item"


def test_a_comment_alone_travels_and_ours_stay(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    text = (root / P).read_text()
    (root / P).write_text(text.replace("mom: 0.9\n", "mom: 0.9  # ours\n"))
    trees.write(root, {O: OLD.replace(b"# steady", b"# steadier\n  # and slower")})
    port(root)
    text = (root / P).read_text()
    assert "  # steadier\n  # and slower\n  lr: 1  # one\n" in text
    assert "# ours" in text
    assert not (root / O).exists()


def test_comments_of_both_sides_are_kept_where_both_changed_the_line(tmp_path: Path) -> None:
    root = made(tmp_path, {**START, O: b"t: {lr: 1, wd: 0.0}  # flow\n"})
    text = (root / P).read_text()
    (root / P).write_text(text.replace("lr: 1, ", "lr: 7, "))
    trees.write(root, {O: b"t: {lr: 1, wd: 0.05}  # flow\n"})
    assert outcomes(port(root), "p") == {"t.wd": "ported"}
    assert (root / P).read_text().endswith("t: {lr: 7, wd: 0.05}  # flow\n")


def test_a_new_section_is_planned_too(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    plan = root / "plans/train.yaml"
    plan.write_text("# spring\n" + plan.read_text())
    trees.write(root, {O: OLD + b"n: 1\n"})
    port(root)
    assert plan.read_text().startswith("# spring\n")
    assert "components/o.yaml: [t, n]" in plan.read_text()
    assert states(root) == {"p": "applied", "q": "applied"}
    ok(migrate(root, "rehearse"))


def test_one_preset_and_what_builds_on_it(tmp_path: Path) -> None:
    root = made(tmp_path, OVERLAY)
    trees.write(root, {O: NEW})
    assert set(port(root, "--preset", "p")) == {"p", "v"}
    assert states(root) == {"p": "applied", "q": "behind", "v": "applied"}
    assert (root / O).exists()
    assert "until q has what was edited there" in ok(migrate(root, "port", "--preset", "p")).out
    assert set(port(root)) == {"q"}
    assert not (root / O).exists()
    assert findings(root) == (0, [])


def test_an_overlay_by_name_brings_its_parent_along(tmp_path: Path) -> None:
    root = branched(tmp_path, {O: NEW, V: b"extends: p.yaml\nown: 2\n"}, OVERLAY)
    assert set(port(root, "late", "--preset", "v")) == {"p", "v"}
    assert (root / V).read_bytes() == b"extends: p.yaml\nown: 2\n"
    assert states(root) == {"p": "applied", "q": "behind", "v": "applied"}
    assert not any(one["rule"] in ("evidence", "manifest") for one in findings(root)[1])
    assert set(port(root)) == {"q"}
    assert findings(root) == (0, [])


def test_a_dry_run_shows_the_same_and_writes_nothing(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    trees.write(root, {O: NEW})
    before = trees.read(root)
    told = port(root, "--dry-run")
    assert trees.read(root) == before
    said = ok(migrate(root, "port", "--dry-run")).out
    assert f"would retire {O}" in said
    assert "would write 2 presets" in said
    assert port(root) == told


def test_nothing_to_port_is_said(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    before = trees.read(root)
    assert "nothing to port" in ok(migrate(root, "port")).out
    assert trees.read(root) == before


def test_code_that_names_the_old_file_keeps_it_and_the_edits_arrive(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    trees.write(root, {O: NEW, "run.py": f'open("{O}")\n'.encode()})
    said = ok(migrate(root, "port")).out
    assert "an old file stays: run.py:1" in said
    assert (root / O).exists()
    assert value(root, P, "t.wd") == 0.05


def test_another_folder_of_plans(tmp_path: Path) -> None:
    trees.write(tmp_path, TREE)
    plans = ("--plans", "ops/rollout")
    ok(migrate(tmp_path, *plans, "init"))
    ok(migrate(tmp_path, *plans, "apply", "--all"))
    trees.write(tmp_path, {O: NEW})
    found = json.loads(migrate(tmp_path, *plans, "--output", "json", "verify").out)["findings"]
    hint = "`migrate --plans ops/rollout port` carries over what is new in it, and retires it"
    assert hint in {one["hint"] for one in found}
    ok(migrate(tmp_path, *plans, "port"))
    ok(migrate(tmp_path, *plans, "verify"))


def test_another_dialect(tmp_path: Path) -> None:
    files = {
        "configs/base.yml": b"x: 1\n",
        "configs/_base_/o.yml": OLD,
        "configs/train/p.yml": b"_BASE_: [../base.yml, ../_base_/o.yml]\n",
        "configs/train/q.yml": b"_BASE_: [../base.yml, ../_base_/o.yml]\nm: 1\n",
    }
    trees.write(tmp_path, files)
    ok(
        migrate(
            tmp_path, "--dialect", "paddledetection", "init", "--components", "configs/_base_/**"
        )
    )
    ok(migrate(tmp_path, "apply", "--all"))
    trees.write(tmp_path, {"configs/_base_/o.yml": NEW})
    port(tmp_path)
    assert "wd: 5.0e-2  # more" in (tmp_path / "configs/train/p.yml").read_text()
    assert findings(tmp_path)[0] == 0


def test_a_landing_of_port_is_all_or_nothing(tmp_path: Path) -> None:
    root = made(tmp_path, OVERLAY)
    trees.write(root, {O: NEW})
    changes = decide(Workspace(str(root))).changes
    before = {path: body for path, body in trees.read(root).items() if path[-1] != "/"}
    assert crash_at_some_steps(near(before, changes), changes, "port") == []


# What a revision did.


def test_a_branch_that_is_not_merged(tmp_path: Path) -> None:
    new = {
        O: NEW,
        Q: START[Q]
        .replace(b"z.yaml]", b"z.yaml, ../components/f.yaml]")
        .replace(b"1\n", b"2 # two\n"),
        "configs/components/f.yaml": b"f: 1  # fresh\n",
    }
    root = branched(tmp_path, new)
    ported = port(root, "late")
    assert outcomes(ported, "p") == {"t.wd": "ported", "t.mom": "unset", "n.a": "new"}
    assert outcomes(ported, "q")["m"] == "ported"
    assert outcomes(ported, "q")["f"] == "new"
    assert ported["q"]["m"]["from"].startswith(f"git:late:{Q}:")
    text = (root / Q).read_text()
    assert "m: 2 # two\n" in text
    assert "f: 1  # fresh\n" in text
    assert findings(root) == (0, [])
    ok(migrate(root, "rehearse"))
    assert not any(port(root, "late").values())
    ok(migrate(root, "undo", "--preset", "q", "--with-dependents"))
    ok(migrate(root, "undo", "--preset", "p", "--with-dependents"))
    assert trees.theirs(read(root)) == {**TREE, **new}


@pytest.mark.parametrize("way", [("-sort",), ("-srecursive", "-Xno-renames")])
def test_in_the_middle_of_a_merge_and_after_it(tmp_path: Path, way: tuple[str, ...]) -> None:
    """Git takes a fragment that went for renamed into its frozen copy, and merges the edit there;
    told not to, it leaves the fragment in the work tree."""
    root = branched(tmp_path, {O: NEW, P: START[P] + b"own: 1\n"})
    git(root, "merge", "-q", *way, "late", code=1)
    assert (root / O).exists() is (len(way) > 1)
    ran = unfollowed(root, "port")
    assert ran.code == 3
    assert f"error: {P}:1:1: holds a conflict marker of an unfinished merge" in ran.err
    # The hint, followed literally.
    assert f"hint: `git checkout --ours -- {P}`" in ran.err
    assert "`migrate port MERGE_HEAD`" in ran.err
    git(root, "checkout", "--ours", "--", P)
    ported = port(root, "MERGE_HEAD")
    assert outcomes(ported, "p")["own"] == "new"
    assert outcomes(ported, "q")["t.wd"] == "ported"
    assert not (root / O).exists()
    assert findings(root) == (0, [])
    commit(root, "merged")
    for revision in ("late", "HEAD", "HEAD^2"):
        assert not any(port(root, revision).values())
    assert value(root, P, "own") == 1


def test_what_git_merged_into_a_frozen_copy_and_somebody_tuned(tmp_path: Path) -> None:
    root = branched(tmp_path, {O: NEW})
    (root / P).write_text((root / P).read_text().replace("wd: 0.0", "wd: 0.3"))
    git(root, "commit", "-qam", "tuned")
    git(root, "merge", "-q", "-sort", "-m", "merge", "late")
    (finding,) = [one for one in findings(root)[1] if one["rule"] == "manifest"]
    assert "`migrate port` carries that over" in finding["hint"]
    assert states(root) == {"p": "behind", "q": "behind"}
    assert "lacks t.mom: 0.9 -> absent and 2 more" in migrate(root, "status").out
    assert "is back" not in migrate(root, "status").out
    frozen = f"configs/legacy/{O.removeprefix('configs/')}"
    assert f"behind: q lacks t.wd: 0.0 -> 0.05 of {frozen}:" in migrate(root, "plan").out
    ported = port(root, code=1)
    assert outcomes(ported, "p") == {"t.wd": "conflict", "t.mom": "unset", "n.a": "new"}
    assert outcomes(ported, "q")["t.wd"] == "ported"
    assert {one["rule"] for one in findings(root)[1] if one["level"] == "error"} == {"edits"}
    assert states(root) == {"p": "behind", "q": "applied"}


def test_what_git_merged_into_a_frozen_copy_some_commits_ago(tmp_path: Path) -> None:
    root = branched(tmp_path, {O: NEW})
    git(root, "merge", "-q", "-sort", "-m", "merge", "late")
    for number in range(3):
        trees.write(root, {"notes.md": f"{number}\n".encode()})
        commit(root, "more")
    text = (root / P).read_text()
    (root / P).write_text(text.replace("lr: 1  # one", "lr: 7  # one, and ours"))
    ported = port(root)
    assert outcomes(ported, "p") == {"t.wd": "ported", "t.mom": "unset", "n.a": "new"}
    assert value(root, P, "t") == {"lr": 7, "wd": 0.05}
    assert "# one, and ours\n  # run 88\n  wd: 5.0e-2  # more\n" in (root / P).read_text()


def test_a_frozen_copy_that_was_edited_while_its_file_is_here_is_no_edit(tmp_path: Path) -> None:
    root = made(tmp_path, TREE, "p")
    copy = root / "configs/legacy" / O[8:]
    copy.write_bytes(NEW)
    assert states(root)["p"] == "applied"
    assert not any(port(root).values())
    (finding,) = [one for one in findings(root)[1] if one["rule"] == "manifest"]
    assert "port" not in finding["hint"]


def test_what_a_merge_lost_is_carried_over_after_it(tmp_path: Path) -> None:
    root = branched(tmp_path, {O: NEW})
    git(root, "merge", "-q", "-s", "ours", "-m", "merge", "late")
    assert states(root) == {"p": "applied", "q": "applied"}
    for revision in ("HEAD", "late"):
        git(root, "stash", "-uq") if revision == "late" else None
        assert outcomes(port(root, revision), "p")["t.wd"] == "ported"
        assert value(root, Q, "t.wd") == 0.05


def test_one_commit_of_this_branch(tmp_path: Path) -> None:
    trees.write(tmp_path, TREE)
    git(tmp_path, "init", "-qb", "main")
    commit(tmp_path, "start")
    made(tmp_path, {})
    commit(tmp_path, "rollout")
    trees.write(tmp_path, {O: OLD})
    commit(tmp_path, "by accident")
    trees.write(tmp_path, {O: NEW})
    commit(tmp_path, "edit")
    (tmp_path / O).unlink()
    commit(tmp_path, "gone again")
    assert outcomes(port(tmp_path, "HEAD~1"), "p")["t.wd"] == "ported"


def test_what_the_record_and_the_branch_both_changed(tmp_path: Path) -> None:
    trees.write(tmp_path, TREE)
    git(tmp_path, "init", "-qb", "main")
    commit(tmp_path, "start")
    git(tmp_path, "checkout", "-qb", "late")
    trees.write(
        tmp_path, {O: OLD.replace(b"wd: 0.0", b"wd: 0.1").replace(b"mom: 0.9", b"mom: 0.8")}
    )
    commit(tmp_path, "late")
    git(tmp_path, "checkout", "-q", "main")
    trees.write(tmp_path, {O: OLD.replace(b"wd: 0.0", b"wd: 0.2")})
    commit(tmp_path, "ours")
    made(tmp_path, {})
    commit(tmp_path, "rollout")
    ported = port(tmp_path, "late", code=1)
    assert outcomes(ported, "p") == {"t.mom": "ported", "t.wd": "conflict"}
    assert value(tmp_path, P, "t") == {"lr": 1, "wd": 0.2, "mom": 0.8}


def test_a_conflict_with_a_branch_stays_told_until_it_is_settled(tmp_path: Path) -> None:
    root = branched(tmp_path, {O: OLD.replace(b"wd: 0.0", b"wd: 0.1")})
    (root / P).write_text((root / P).read_text().replace("wd: 0.0", "wd: 0.3"))
    assert outcomes(port(root, "late", code=1), "p") == {"t.wd": "conflict"}
    assert states(root) == {"p": "behind", "q": "applied"}
    assert not any(one["rule"] in ("evidence", "manifest") for one in findings(root)[1])
    ok(migrate(root, "port", "--decline", O, "--reason", "p is tuned"))
    assert states(root) == {"p": "edited", "q": "applied"}


def test_an_edit_of_a_file_that_is_still_here_is_left_to_the_merge(tmp_path: Path) -> None:
    trees.write(tmp_path, TREE)
    git(tmp_path, "init", "-qb", "main")
    commit(tmp_path, "start")
    git(tmp_path, "checkout", "-qb", "late")
    trees.write(tmp_path, {O: OLD.replace(b"wd: 0.0", b"wd: 0.1")})
    commit(tmp_path, "late")
    git(tmp_path, "checkout", "-q", "main")
    made(tmp_path, {}, "p")
    commit(tmp_path, "half")
    said = ok(migrate(tmp_path, "port", "late")).out
    assert f"still here, a merge brings its edit: {O}" in said
    assert value(tmp_path, P, "t.wd") == 0.0
    git(tmp_path, "merge", "-q", "-m", "merge", "late")
    assert outcomes(port(tmp_path), "p")["t.wd"] == "ported"
    ok(migrate(tmp_path, "apply", "--all"))
    assert findings(tmp_path) == (0, [])


def test_a_preset_that_the_branch_added_is_told_with_the_command(tmp_path: Path) -> None:
    late = b"extends: [../base.yaml, ../components/o.yaml, ../components/f.yaml]\nr: 1\n"
    new = {"configs/train/r.yaml": late, "configs/components/f.yaml": b"f: 1\n", O: NEW}
    root = branched(tmp_path, new)
    said = ok(migrate(root, "port", "late")).out
    assert "`migrate adopt git:late:configs/train/r.yaml` plans it" in said
    ok(migrate(root, "adopt", "git:late:configs/train/r.yaml"))
    ok(migrate(root, "apply", "--all"))
    assert findings(root) == (0, [])
    assert value(root, "configs/train/r.yaml", "t.wd") == 0.05
    assert value(root, "configs/train/r.yaml", "f") == 1
    assert not (root / "configs/components").exists()


# What nobody wants.


def test_a_declined_edit_is_silent_and_another_one_is_told(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    trees.write(root, {O: NEW})
    ok(migrate(root, "port", "--decline", O, "--reason", "a trial: never trained"))
    assert states(root) == {"p": "applied", "q": "applied"}
    assert findings(root) == (0, [])
    assert not (root / O).exists()
    text = (root / "plans/tree.yaml").read_text()
    assert 'reason: "a trial: never trained"' in text
    assert "file: components/o.yaml" in text
    trees.write(root, {O: NEW})
    assert states(root) == {"p": "applied", "q": "applied"}
    trees.write(root, {O: NEW + b"# more\nk: 1\n"})
    assert states(root) == {"p": "behind", "q": "behind"}
    ok(migrate(root, "port", "--decline", O, "--reason", "again"))
    assert states(root) == {"p": "applied", "q": "applied"}
    assert (root / "plans/tree.yaml").read_text().count("sha256:") == 2
    ok(migrate(root, "init", "--force"))


def test_an_edit_of_a_branch_can_be_declined(tmp_path: Path) -> None:
    root = branched(tmp_path, {O: NEW})
    ok(migrate(root, "port", "late", "--decline", O, "--reason", "no"))
    assert not any(port(root, "late").values())
    git(root, "commit", "-qam", "declined")
    git(root, "merge", "-q", "-srecursive", "-Xno-renames", "late", code=1)
    assert (root / O).read_bytes() == NEW
    assert states(root) == {"p": "applied", "q": "applied"}


def test_what_a_waiting_preset_loads_cannot_be_declined(tmp_path: Path) -> None:
    root = made(tmp_path, TREE, "p")
    trees.write(root, {O: NEW})
    before = trees.read(root)
    ran = migrate(root, "port", "--decline", O, "--reason", "no")
    assert ran.code == 3
    assert f"{O}: is loaded by q, whose step takes it as it stands" in ran.err
    assert trees.read(root) == before


# Bad input: a letter each, nothing changed.


@pytest.mark.parametrize(
    ("arguments", "code", "letter"),
    [
        (["nosuch"], 3, "git knows no revision nosuch"),
        (["lat"], 3, "did you mean late?"),
        ([""], 3, "git knows no revision ''"),
        (["--", "--upload-pack=touch pwned"], 3, "git knows no revision --upload-pack=touch pwned"),
        (["--", "-n1"], 3, "git knows no revision -n1"),
        (["late..main"], 3, "git knows no revision late..main"),
        (["other"], 3, "other has no history in common with what is checked out"),
        (["late~1"], 3, "late~1 is the first commit"),
        (["--preset", "pp"], 3, "no preset is called `pp`"),
        (["--decline", O, "--reason", "no"], 3, f"{O}: holds no edit that a preset could lack"),
        (["--decline", "configs/nosuch.yaml", "--reason", "no"], 3, "holds no edit"),
        (["--decline", "../x", "--reason", "no"], 3, "../x: is outside the root"),
        (["--decline", O, "--reason", " "], 3, "the reason is empty"),
        (["--decline", O], 2, "--decline FILE and --reason TEXT go together"),
        (["--reason", "no"], 2, "--decline FILE and --reason TEXT go together"),
        (["--decline", O, "--reason", "n", "--preset", "p"], 2, "leave --preset out"),
    ],
)
def test_what_cannot_be_ported_is_a_letter(
    tmp_path: Path, arguments: list[str], code: int, letter: str
) -> None:
    root = branched(tmp_path, {O: NEW})
    git(root, "checkout", "-q", "--orphan", "other")
    git(root, "commit", "-qm", "other")
    git(root, "checkout", "-q", "main")
    before = read(root)
    ran = migrate(root, "port", *arguments)
    assert ran.code == code, ran.out + ran.err
    assert letter in ran.err
    assert read(root) == before


def test_a_folder_without_git_has_no_revisions(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    ran = migrate(root, "port", "main")
    assert ran.code == 3
    assert "is in no repository of git" in ran.err
    assert "`migrate port` takes the old files that are there" in ran.err


def test_a_tree_without_a_rollout(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    ok(migrate(root, "finalize"))
    ran = migrate(root, "port")
    assert ran.code == 3
    assert "there is no legacy tree that says what was edited" in ran.err


@pytest.mark.parametrize("text", [b"t: {lr: 1\n", b"- a\n", b"extends: o.yaml\nt: 1\n"])
def test_an_old_file_that_cannot_be_read_is_told_at_its_line(tmp_path: Path, text: bytes) -> None:
    root = made(tmp_path, TREE)
    trees.write(root, {O: text})
    before = trees.read(root)
    ran = migrate(root, "port")
    assert ran.code == 3
    assert f"error: {O}" in ran.err
    assert trees.read(root) == before


def test_a_marker_in_an_old_file_is_told_with_its_line(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    trees.write(root, {O: OLD + b"<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> late\n"})
    ran = unfollowed(root, "port")
    assert ran.code == 3
    assert f"error: {O}:6:1: holds a conflict marker of an unfinished merge" in ran.err


def test_a_preset_that_waits_takes_the_edit_by_its_step(tmp_path: Path) -> None:
    root = made(tmp_path, TREE, "p")
    ran = migrate(root, "port", "--preset", "q")
    assert ran.code == 3
    assert "hint: migrate apply --preset q" in ran.err


def test_a_stale_preset_is_redone_first(tmp_path: Path) -> None:
    root = made(tmp_path, TREE)
    plan = root / "plans/train.yaml"
    plan.write_text(plan.read_text().replace("  q:\n", "    headers: drop\n  q:\n"))
    trees.write(root, {O: NEW})
    ran = migrate(root, "port")
    assert ran.code == 3
    assert "the plan of p changed since it was applied" in ran.err
