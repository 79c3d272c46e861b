"""A preset whose step comes after somebody tuned the migrated preset that it builds on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.tree import START, P, ok, value
from tests.support import trees
from tests.support.cli import migrate

C = "configs/train/c.yaml"
PLAN = """\
version: 1
presets:
  p:
    from: train/p.yaml
    to: configs/train/p.yaml
    extends: [configs/base.yaml]
    inline: {components/o.yaml: [t]}
  c:
    from: train/c.yaml
    to: configs/train/c.yaml
"""
OVERLAY = "    extends: [configs/train/p.yaml]\n"
FLAT = "    extends: [configs/base.yaml]\n    inline: {components/o.yaml: [t]}\n"


@pytest.fixture
def tuned(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """The parent is applied, and its rate was set to 9 by hand."""
    trees.write(tmp_path, {P: START[P], C: b"extends: p.yaml\nown: 1\n"})
    trees.write(tmp_path, {k: v for k, v in START.items() if not k.startswith("configs/train")})
    ok(migrate(tmp_path, "init"))
    (tmp_path / "plans/train.yaml").write_text(PLAN + request.param)
    ok(migrate(tmp_path, "apply", "--preset", "p"))
    (tmp_path / P).write_bytes((tmp_path / P).read_bytes().replace(b"lr: 1", b"lr: 9"))
    return tmp_path


@pytest.mark.parametrize("tuned", [OVERLAY], indirect=True)
def test_an_overlay_goes_on_inheriting_what_it_loads_today(tuned: Path) -> None:
    assert value(tuned, C, "t.lr") == 9
    said = ok(migrate(tuned, "plan")).out
    assert "inherited from a parent that was edited after its step: t.lr: 1 -> 9" in said
    ok(migrate(tuned, "apply", "--preset", "c"))
    assert value(tuned, C, "t.lr") == 9


@pytest.mark.parametrize("tuned", [FLAT], indirect=True)
def test_a_step_that_would_take_the_edit_back_is_refused_with_a_way_out(tuned: Path) -> None:
    before = trees.read(tuned)
    ran = migrate(tuned, "apply", "--preset", "c")
    assert ran.code == 3
    assert f"would change t.lr: 9 -> 1: {C} loads that today, since {P} was edited" in ran.err
    assert f"hint: set `t.lr` in {C} first" in ran.err
    assert trees.read(tuned) == before
    # The hint, followed literally.
    (tuned / C).write_bytes(b"extends: p.yaml\nown: 1\nt: {lr: 9}\n")
    ok(migrate(tuned, "apply", "--preset", "c"))
    assert value(tuned, C, "t.lr") == 9
