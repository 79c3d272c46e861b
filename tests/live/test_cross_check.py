"""`verify --cross-check`: eyes that share nothing with the loader and the judge of every step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.live.tree import START, ok
from tests.support import trees
from tests.support.cli import migrate

P = "configs/train/p.yaml"
ODD = {
    "configs/components/o.yaml": b"t: {lr: 1e-4, wd: -0.0}\nl: [1, {a: 2}]\n",
}


def checked(root: Path, *more: str) -> tuple[int, list[dict[str, Any]], dict[str, int]]:
    ran = migrate(root, "--output", "json", "verify", "--cross-check", *more)
    said = json.loads(ran.out)
    found = [one for one in said["findings"] if one["rule"] == "cross-check"]
    return ran.code, found, said["checks"]


@pytest.fixture
def done(tmp_path: Path) -> Path:
    trees.write(tmp_path, {**START, **ODD})
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    return tmp_path


def edit(root: Path, old: bytes, new: bytes) -> None:
    text = (root / P).read_bytes()
    assert old in text
    (root / P).write_bytes(text.replace(old, new))


def test_a_sound_tree_passes(done: Path) -> None:
    code, found, checks = checked(done)
    assert (code, found, checks["cross-check"]) == (0, [], 0)


def test_a_spelling_that_other_readers_take_for_another_type_is_seen_by_it_alone(
    done: Path,
) -> None:
    edit(done, b"lr: 1e-4", b'lr: "1e-4"')
    assert migrate(done, "verify").code == 0
    code, found, checks = checked(done)
    assert (code, checks["cross-check"]) == (1, 1)
    assert found[0]["level"] == "error"
    assert found[0]["what"] == 'p: t.lr: 0.0001 -> "1e-4"'


def test_what_parity_forbids_is_not_said_twice(done: Path) -> None:
    edit(done, b"{a: 2}", b"{a: 3}")
    code, found, _ = checked(done)
    assert code == 1
    assert found == []  # parity says so itself


def test_what_it_cannot_see_is_told(done: Path) -> None:
    edit(done, b"wd: -0.0", b"wd: 0.0")
    code, found, _ = checked(done)
    assert code == 1
    (note,) = found
    assert note["level"] == "note"
    assert "t.wd differs, and the second reader cannot see it" in note["what"]


def test_a_preset_that_cannot_be_read_is_a_finding_and_no_crash(done: Path) -> None:
    edit(done, b"t: {lr", b"t: {lr: 1}\n- t: {lr")
    code, _, checks = checked(done)
    assert code == 1
    assert checks["cross-check"] == 1


def test_a_preset_alone(done: Path) -> None:
    edit(done, b"lr: 1e-4", b'lr: "1e-4"')
    assert checked(done, "--preset", "q")[0] == 0
    assert checked(done, "--preset", "p")[0] == 1


def test_after_the_rollout_there_is_nothing_to_read_again(done: Path) -> None:
    ok(migrate(done, "finalize"))
    code, found, _ = checked(done)
    assert (code, {one["level"] for one in found}) == (0, {"note"})


def test_another_dialect_is_told(tmp_path: Path) -> None:
    tree = {path: body.replace(b"extends:", b"_BASE_:") for path, body in START.items()}
    trees.write(tmp_path, tree)
    ok(migrate(tmp_path, "--dialect", "paddledetection", "init"))
    ok(migrate(tmp_path, "--dialect", "paddledetection", "apply", "--all"))
    ran = migrate(
        tmp_path, "--dialect", "paddledetection", "--output", "json", "verify", "--cross-check"
    )
    found = [f for f in json.loads(ran.out)["findings"] if f["rule"] == "cross-check"]
    assert [one["level"] for one in found] == ["note"]
    assert "not the dialect paddledetection" in found[0]["what"]
