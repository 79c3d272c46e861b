"""A config that nobody planned, and that extends a preset, keeps its values through its step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.tree import START, P, ok, value
from tests.support import trees
from tests.support.cli import migrate

CHILD = "configs/train/child.yaml"
OFF = {"configs/base.yaml": b"x: 1\nname: one\naugmentation: {enabled: false}\n"}
ON = b"extends: p.yaml\naugmentation: {enabled: true}\n"
PLAN = """\
version: 1
presets:
  p:
    from: train/p.yaml
    to: TARGET
    extends: [configs/base.yaml]
    inline: {components/o.yaml: [t]}
"""
TUNED = "    override: {t.lr: {value: 2, reason: tuned}}\n"
NAMED = "    override: {name: {value: two, reason: another name}}\n"
ALLOWED = """\
version: 1
allow:
  - {path: t.lr, reason: tuned, when: {augmentation.enabled: false}}
  - {path: name, reason: another name, when: {augmentation.enabled: false}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """One preset is planned; what its plan changes on purpose holds without augmentation alone."""
    trees.write(tmp_path, {path: body for path, body in START.items() if "q.yaml" not in path})
    trees.write(tmp_path, OFF)
    ok(migrate(tmp_path, "init"))
    (tmp_path / "plans/parity.yaml").write_text(ALLOWED)
    return tmp_path


def plan(root: Path, override: str, target: str = P) -> None:
    (root / "plans/train.yaml").write_text(PLAN.replace("TARGET", target) + override)


def refused(root: Path, what: str) -> None:
    """Neither `plan` nor `apply` takes the step, and nothing changes."""
    before = trees.read(root)
    for arguments in (["plan"], ["apply", "--all"]):
        ran = migrate(root, *arguments)
        assert ran.code == 3
        assert f"{CHILD}: would change: {what}" in ran.err
    assert trees.read(root) == before


@pytest.mark.parametrize(
    ("override", "what"),
    [(TUNED, "t.lr: 1 -> 2"), (NAMED, 'name: "one" -> "two"')],
    ids=["number", "text"],
)
def test_what_is_allowed_in_the_preset_alone_is_refused(
    root: Path, override: str, what: str
) -> None:
    trees.write(root, {CHILD: ON})
    plan(root, override)
    refused(root, what)


def test_what_is_allowed_in_both_is_done(root: Path) -> None:
    trees.write(root, {CHILD: b"extends: p.yaml\n"})
    plan(root, TUNED)
    ok(migrate(root, "apply", "--all"))
    assert value(root, P, "t.lr") == value(root, CHILD, "t.lr") == 2


def test_a_path_that_follows_the_preset_excuses_no_other_key(root: Path) -> None:
    moved = "configs/train/new/p.yaml"
    trees.write(root, {CHILD: ON + f"from: {P}\n".encode()})
    plan(root, "", moved)
    ok(migrate(root, "plan"))
    plan(root, TUNED, moved)
    refused(root, "t.lr: 1 -> 2")
