"""Every file of the plans that a verb writes names its schema, which is there and accepts it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.support import trees
from tests.support.cli import migrate

MARK = "# yaml-language-server: $schema="
TREE = {
    "configs/base.yaml": b"template: chat\n",
    "configs/components/o.yaml": b"training: {lr: 1.0e-4, wd: 0.1}\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/o.yaml]\nseed: 17\n",
}
LATE = b"extends: [../base.yaml, ../components/o.yaml]\nseed: 18\n"
WITH_NAMES = ("parity", "tree", "accepted", "train", "smoke")


@pytest.fixture(params=["plans", "ops/rollout"])
def plans(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The plans of a tree after `init`, `adopt` and `accept`."""
    folder: str = request.param

    def ok(*arguments: str) -> None:
        ran = migrate(tmp_path, "--plans", folder, *arguments)
        assert ran.code == 0, ran.err

    trees.write(tmp_path, TREE)
    ok("init")
    trees.write(tmp_path, {"configs/smoke/late.yaml": LATE})
    ok("adopt", "configs/smoke/late.yaml")
    ok("apply", "--all")
    preset = tmp_path / "configs/train/p.yaml"
    preset.write_text(preset.read_text().replace("seed: 17", "seed: 19"))
    ok("accept", "--preset", "p", "--key", "seed", "--reason", "another draw")
    return tmp_path / folder


def schema_of(path: Path) -> Any:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    assert first.startswith(MARK), path
    return json.loads((path.parent / first.removeprefix(MARK)).read_text(encoding="utf-8"))


def test_every_file_names_a_schema_that_is_there_and_that_it_keeps(plans: Path) -> None:
    files = sorted(plans.glob("*.yaml"))
    assert {path.stem for path in files} == set(WITH_NAMES)
    for path in files:
        validator = jsonschema.Draft202012Validator(schema_of(path))
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert [fault.message for fault in validator.iter_errors(data)] == []
        assert [*validator.iter_errors({**data, "unheard_of": 1})] != []
