"""Every JSON field of the looking verbs is documented in docs/json.md, under the verb's heading."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.look.trees import BASE, PRESET, write
from tests.support.cli import migrate

DOCUMENT = (Path(__file__).parents[2] / "docs/json.md").read_text()
A, B = "configs/train/sft.yaml", "configs/train/o.yaml"
TREE = {
    "configs/base.yaml": BASE,
    A: PRESET,
    B: "extends: sft.yaml\nmodel: null\ncustom: { fusion_config: f.yaml }\na: 1e-5\n",
    "f.yaml": "extends: g.yaml\ntargets: [{ name: a }]\n",
    "g.yaml": "targets: []\n",
    "plans/parity.yaml": "version: 1\nallow: [{ path: a, reason: r }]\n",
}
RUNS = [
    ("inspect", B, "--fusion"),
    ("explain", B),
    ("explain", B, "model.model"),
    ("explain", B, "nothing"),
    ("explain", A, B),
    ("diff", A, B),
    ("diff", "--since", "HEAD"),
    ("lint",),
    ("table", "--all"),
    ("flatten", A, "-o", "flat.yaml"),
    ("flatten", A, B, "-o", "flat/"),
]
VALUES = {"resolved", "value", "values"}


def fields(data: Any) -> Iterator[str]:
    """Field names at any depth; what a config holds is no field."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            if key not in VALUES - {"values"}:
                yield from fields(value)
    elif isinstance(data, list):
        for item in data:
            yield from fields(item)


def _edited_since_a_commit(root: Path) -> None:
    """With a change, an allowed one, and a preset that came, went or moved."""
    moved = PRESET.replace("sft", "moved")
    write(root, {A: PRESET + "a: 1\n", "configs/train/m.yaml": moved})
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        names = ("-c", "user.name=t", "-c", "user.email=t@t")
        subprocess.run(["git", *names, *command], cwd=root, check=True)
    write(root, {A: PRESET.replace("1.0e-4", "2.0e-4") + "a: 2\n", "configs/train/c.yaml": PRESET})
    (root / B).unlink()
    (root / "configs/train/m.yaml").rename(root / "configs/train/n.yaml")


@pytest.mark.parametrize("run", RUNS, ids=" ".join)
def test_every_field_is_documented(tmp_path: Path, run: tuple[str, ...]) -> None:
    root = write(tmp_path, TREE)
    if "--since" in run:
        _edited_since_a_commit(root)
    said = json.loads(migrate(root, "--output", "json", *run).out)
    sections = re.split(r"(?m)^## ", DOCUMENT)
    described = sections[0] + next(text for text in sections if text.startswith(run[0]))
    documented = set(re.findall(r"`(\w+)`", described))
    assert set(fields(said)) - documented == set()
