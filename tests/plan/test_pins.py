"""`pins:` says whether a later edit of the parent reaches a key that an inlined file had set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import trees
from tests.support.cli import migrate

FILES = {
    "configs/base.yaml": b"t: {wd: 0.0, lr: 1}\n",
    "configs/components/o.yaml": b"t:\n  wd: 0.0  # swept\n  lr: 2\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/o.yaml]\nx: 1\n",
}
PRESET = "configs/train/p.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = trees.write(tmp_path, FILES)
    assert migrate(root, "init").code == 0
    return root


def add(root: Path, line: str) -> None:
    plan = root / "plans/train.yaml"
    plan.write_text(f"{line}\n{plan.read_text()}")


def wd_after_an_edit_of_the_base(root: Path) -> float:
    assert migrate(root, "apply", "--all").code == 0
    (root / "configs/base.yaml").write_text("t: {wd: 0.5, lr: 1}\n")
    shown = json.loads(migrate(root, "inspect", PRESET, "--only", "payload").out)
    return float(shown["t"]["wd"])


def test_a_pin_that_follows_gets_the_edit_and_is_told_beforehand(root: Path) -> None:
    (step,) = json.loads(migrate(root, "--output", "json", "plan").out)["steps"]
    assert step["follows"] == [
        {
            "key": "t.wd",
            "file": "configs/legacy/components/o.yaml",
            "line": 2,
            "parent": "configs/base.yaml",
        }
    ]
    assert "now follows configs/base.yaml" in migrate(root, "plan").out
    assert wd_after_an_edit_of_the_base(root) == 0.5


def test_a_pin_that_is_kept_does_not(root: Path) -> None:
    add(root, "pins: keep")
    (step,) = json.loads(migrate(root, "--output", "json", "plan").out)["steps"]
    assert step["follows"] == []
    assert wd_after_an_edit_of_the_base(root) == 0.0
    assert b"wd: 0.0  # swept" in (root / PRESET).read_bytes()


def test_other_presets_plans_are_as_current_as_they_were(root: Path) -> None:
    assert migrate(root, "apply", "--all").code == 0
    add(root, "pins: follow")
    assert "applied" in migrate(root, "status").out
    assert migrate(root, "plan", "--exit-code").code == 0
