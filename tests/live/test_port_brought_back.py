"""A merge brings a retired file back: what is stale in it is no edit, and what is new is carried.

Expected values are a three-way merge of resolved configs, written here: base, ours, theirs.
"""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.live.tree import P, Q, findings, ok
from tests.support import trees
from tests.support.cli import migrate
from tests.support.reader import resolve

O = "configs/components/o.yaml"  # noqa: E741
TREE = {
    "configs/base.yaml": b"x: 1\n",
    O: b"# the optimiser\nt:\n  lr: 1\n  wd: 0.0\n  clip: 2\n  warm: 3\n",
    P: b"extends: [../base.yaml, ../components/o.yaml]\n",
    Q: b"extends: [../base.yaml, ../components/o.yaml]\nm: 1\nt: {warm: 9}\n",
}


def git(root: Path, *words: str, code: int | None = 0) -> str:
    person = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    done = subprocess.run(
        ["git", *person, *words], cwd=root, capture_output=True, text=True, check=False
    )
    assert code is None or done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def commit(root: Path, label: str) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", label)


def edit(root: Path, *pairs: tuple[str, str], path: str = O) -> None:
    text = (root / path).read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    (root / path).write_text(text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Plans in git, a branch `theirs` from there; ours edits `wd`, carries it over, and ends."""
    root = tmp_path / "root"
    trees.write(root, TREE)
    git(tmp_path, "init", "-q", "-b", "main", "root")
    ok(migrate(root, "init"))
    commit(root, "plans")
    git(root, "branch", "theirs")
    git(root, "tag", "start")
    ok(migrate(root, "apply", "--preset", "p"))
    edit(root, ("wd: 0.0", "wd: 0.05  # ours"))
    ok(migrate(root, "port"))
    commit(root, "ours")
    ok(migrate(root, "apply", "--all"))
    commit(root, "the rollout ends")
    assert not (root / O).exists()
    return root


def their_edit(root: Path, *pairs: tuple[str, str]) -> None:
    git(root, "switch", "-q", "theirs")
    edit(root, *pairs)
    commit(root, "theirs")
    git(root, "switch", "-q", "main")


def merge(root: Path) -> None:
    assert "CONFLICT (modify/delete)" in git(root, "merge", "theirs", code=1)


def values(root: Path) -> list[dict[str, Any]]:
    files = trees.read(root)
    return [resolve(files, path) for path in (P, Q)]


@pytest.mark.parametrize("words", [["port"], ["port", "MERGE_HEAD"], ["port", "theirs"]])
@pytest.mark.parametrize("committed", [False, True])
def test_what_the_branch_never_touched_is_no_edit(
    root: Path, words: list[str], committed: bool
) -> None:
    their_edit(root, ("clip: 2", "clip: 5  # theirs"))
    merge(root)
    if committed:
        commit(root, "merged as it lies there")
        words = ["theirs" if word == "MERGE_HEAD" else word for word in words]
    ran = ok(migrate(root, *words))
    assert "t.wd" not in ran.out
    assert values(root) == [
        {"x": 1, "t": {"lr": 1, "wd": 0.05, "clip": 5, "warm": 3}},
        {"x": 1, "t": {"lr": 1, "wd": 0.05, "clip": 5, "warm": 9}, "m": 1},
    ]
    text = (root / P).read_text()
    assert "wd: 0.05  # ours" in text
    assert "clip: 5  # theirs" in text
    assert not (root / O).exists()
    commit(root, "carried over")
    assert findings(root)[0] == 0


def test_the_place_of_an_edit_is_where_the_file_says_it(root: Path) -> None:
    their_edit(root, ("clip: 2", "# a line\n  # another\n  clip: 5"))
    merge(root)
    assert f"{O}:7:3 -> {P}:" in ok(migrate(root, "port")).out


def test_a_branch_that_had_our_edit_and_takes_it_back_is_followed(root: Path) -> None:
    git(root, "branch", "-D", "theirs")
    git(root, "switch", "-qc", "theirs", "start")
    edit(root, ("wd: 0.0", "wd: 0.05  # ours"))
    commit(root, "as ours")
    git(root, "switch", "-qc", "line", "start")
    git(root, "merge", "-q", "theirs")
    git(root, "rm", "-q", O)
    commit(root, "retired on our line too")
    git(root, "switch", "-q", "theirs")
    edit(root, ("wd: 0.05  # ours", "wd: 0.0"))
    commit(root, "takes it back")
    git(root, "switch", "-q", "main")
    git(root, "merge", "-qs", "ours", "line")
    merge(root)
    ran = ok(migrate(root, "port"))
    assert "ported    t.wd: 0.05 -> 0.0" in ran.out
    assert [one["t"]["wd"] for one in values(root)] == [0.0, 0.0]


def test_a_key_that_both_changed_is_a_conflict(root: Path) -> None:
    their_edit(root, ("wd: 0.0", "wd: 0.2"), ("clip: 2", "clip: 5"))
    merge(root)
    ran = migrate(root, "port")
    assert ran.code == 1
    assert "conflict  t.wd: 0.0 -> 0.2" in ran.out
    assert [one["t"]["wd"] for one in values(root)] == [0.05, 0.05]
    assert [one["t"]["clip"] for one in values(root)] == [5, 5]


def test_without_git_an_older_value_is_left_to_a_person(root: Path) -> None:
    shutil.rmtree(root / ".git")
    (root / "configs/components").mkdir(exist_ok=True)
    (root / O).write_bytes(TREE[O].replace(b"clip: 2", b"clip: 5"))
    ran = migrate(root, "port")
    assert ran.code == 1
    assert "conflict  t.wd" in ran.out
    assert "nobody can tell whether that is meant" in ran.out
    assert [one["t"]["wd"] for one in values(root)] == [0.05, 0.05]
    assert [one["t"]["clip"] for one in values(root)] == [5, 5]


def test_a_file_that_a_person_put_back_is_compared_with_what_it_was(root: Path) -> None:
    old = git(root, "show", f"main~1:{O}").replace("clip: 2", "clip: 5")
    (root / "configs/components").mkdir(exist_ok=True)
    (root / O).write_text(old)
    ran = migrate(root, "port")
    assert "t.clip: 2 -> 5" in ran.out
    assert [one["t"]["wd"] for one in values(root)] == [0.05, 0.05]


@pytest.mark.parametrize("seed", range(6))
def test_values_are_those_of_a_three_way_merge(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    keys = [f"k{number}" for number in range(6)]
    base = {key: chance.randrange(3) for key in keys}
    ours = {key: chance.randrange(3) if chance.random() < 0.4 else base[key] for key in keys}
    theirs = {key: chance.randrange(3) if chance.random() < 0.5 else base[key] for key in keys}
    if theirs == base:
        theirs["k0"] = 7

    def text(said: dict[str, int]) -> bytes:
        return b"t:\n" + b"".join(f"  {key}: {value}\n".encode() for key, value in said.items())

    root = tmp_path / "root"
    trees.write(root, {**TREE, O: text(base), Q: TREE[P] + b"m: 1\n"})
    git(tmp_path, "init", "-q", "-b", "main", "root")
    ok(migrate(root, "init"))
    commit(root, "plans")
    git(root, "branch", "theirs")
    ok(migrate(root, "apply", "--preset", "p"))
    (root / O).write_bytes(text(ours))
    ok(migrate(root, "port"))
    ok(migrate(root, "apply", "--all"))
    commit(root, "ours")
    git(root, "switch", "-q", "theirs")
    (root / O).write_bytes(text(theirs))
    commit(root, "theirs")
    git(root, "switch", "-q", "main")
    merge(root)
    if chance.random() < 0.5:
        commit(root, "merged as it lies there")
    ran = migrate(root, "port")
    for key in keys:
        sides = {base[key], ours[key], theirs[key]}
        changed = [one for one in (ours[key], theirs[key]) if one != base[key]]
        clash = len(sides) == 3
        wanted = ours[key] if clash or not changed else changed[-1]
        assert [one["t"][key] for one in values(root)] == [wanted, wanted], ran.out
        assert (f"conflict  t.{key}:" in ran.out) == clash, ran.out


def test_until_it_is_ported_nobody_takes_it_for_the_truth(root: Path) -> None:
    late = "configs/train/late.yaml"
    git(root, "switch", "-q", "theirs")
    edit(root, ("clip: 2", "clip: 5"))
    (root / late).write_bytes(TREE[P] + b"m: 2\n")
    commit(root, "theirs")
    git(root, "switch", "-q", "main")
    merge(root)
    code, found = findings(root)
    edits = [one for one in found if one["rule"] == "edits"]
    assert code == 1
    assert edits
    assert all("may be behind" in one["what"] and "is back" in one["what"] for one in edits)
    assert f"is back with another text: {O}" in migrate(root, "status").out
    ok(migrate(root, "adopt", late))
    ran = migrate(root, "apply", "--all")
    assert ran.code == 3
    assert f"error: {O}: was retired and is back with another text" in ran.err
    ok(migrate(root, "port"))
    ok(migrate(root, "apply", "--all"))
    loaded = resolve(trees.read(root), late)
    assert loaded == {"x": 1, "t": {"lr": 1, "wd": 0.05, "clip": 5, "warm": 3}, "m": 2}
    assert findings(root)[0] == 0


def test_what_the_record_says_already_is_in_no_doubt(root: Path) -> None:
    git(root, "switch", "-qc", "back", "main~1")
    edit(root, ("wd: 0.05  # ours", "wd: 0.0"))
    commit(root, "takes it back")
    git(root, "switch", "-q", "main")
    ok(migrate(root, "port", "back"))
    commit(root, "carried over")
    (root / "configs/components").mkdir(exist_ok=True)
    (root / O).write_bytes(TREE[O].replace(b"clip: 2", b"clip: 5"))
    ran = ok(migrate(root, "port"))
    assert "conflict" not in ran.out
    assert [(one["t"]["wd"], one["t"]["clip"]) for one in values(root)] == [(0.0, 5), (0.0, 5)]
