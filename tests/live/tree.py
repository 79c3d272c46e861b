"""A small rollout for the tests of this folder, and what they ask of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support import trees
from tests.support.cli import Ran, migrate
from tests.support.reader import resolve

START = {
    "configs/base.yaml": b"x: 1\n",
    "configs/components/o.yaml": b"t: {lr: 1, wd: 0.0}\n",
    "configs/components/z.yaml": b"z: 1\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/o.yaml]\n",
    "configs/train/q.yaml": b"extends: [../base.yaml, ../components/o.yaml, "
    b"../components/z.yaml]\nm: 1\n",
}
EDIT = {"configs/components/o.yaml": b"# steadier\nt: {lr: 1, wd: 0.05}\n"}
P, Q = "configs/train/p.yaml", "configs/train/q.yaml"


def states(root: Path) -> dict[str, str]:
    rows = json.loads(migrate(root, "--output", "json", "status").out)["presets"]
    return {row["name"]: row["state"] for row in rows}


def findings(root: Path) -> tuple[int, list[dict[str, Any]]]:
    ran = migrate(root, "--output", "json", "verify", "--fresh")
    return ran.code, json.loads(ran.out)["findings"]


def ok(ran: Ran) -> Ran:
    assert ran.code == 0, ran.out + ran.err
    return ran


def value(root: Path, path: str, key: str) -> Any:
    found: Any = resolve(trees.read(root), path)
    for part in key.split("."):
        found = found[part]
    return found
