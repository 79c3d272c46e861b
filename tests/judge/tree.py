"""A small rollout with a trainer of its own, and what it answers when it is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.live.tree import START, ok
from tests.support import trees
from tests.support.cli import Ran, migrate

P, Q = "configs/train/p.yaml", "configs/train/q.yaml"
ASK = 'loader: teamlib.load:load, python: "{python}"'
SOUND = """
import os
import yaml


def load(path):
    with open(path) as file:
        own = yaml.safe_load(file) or {}
    bases = own.pop("extends", [])
    whole = {}
    for base in [bases] if isinstance(bases, str) else bases:
        whole = merge(whole, load(os.path.join(os.path.dirname(path), base)))
    return merge(whole, own)


def merge(below, over):
    whole = dict(below)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(whole.get(key), dict)
        whole[key] = merge(whole[key], value) if both else value
    return whole
"""
"""The loader of a team whose configs speak `extends`."""
SHALLOW = SOUND.replace(
    "whole[key] = merge(whole[key], value) if both else value", "whole[key] = value"
)
SHOW = b"import json, sys\nfrom teamlib.load import load\nprint(json.dumps(load(sys.argv[1])))\n"
FILES = {
    **START,
    "configs/components/o.yaml": b"t: {lr: 1}\n",
    "configs/base.yaml": b"x: 1\nt: {wd: 0.5}\n",
}
"""`t` is one mapping only for a loader that merges deeply."""


def plan(ask: str = ASK) -> bytes:
    return f"version: 1\ntrainer: {{{ask}}}\n".encode()


def tree(root: Path, loader: str = SOUND, ask: str = ASK) -> Path:
    """Nothing planned yet but how the trainer is asked."""
    return trees.write(
        root, {**FILES, "plans/tree.yaml": plan(ask), "teamlib/load.py": loader.encode()}
    )


def rolled(root: Path) -> Path:
    """All presets applied; the trainer is sound."""
    tree(root)
    ok(migrate(root, "init"))
    ok(migrate(root, "apply", "--all"))
    return root


def teach(root: Path, loader: str, ask: str = ASK) -> None:
    """Another loader from now on."""
    trees.write(root, {"teamlib/load.py": loader.encode()})
    text = (root / "plans/tree.yaml").read_text().replace(ASK, ask)
    (root / "plans/tree.yaml").write_text(text)


def asked(root: Path, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """What `verify --trainer` finds by asking; nothing of the tree may change."""
    before = trees.read(root)
    ran = migrate(root, "--output", "json", "verify", "--trainer", *options)
    assert trees.read(root) == before
    return ran.code, findings(ran)


def findings(ran: Ran) -> list[dict[str, Any]]:
    said = json.loads(ran.out)
    found: list[dict[str, Any]] = [one for one in said["findings"] if one["rule"] == "trainer"]
    assert said["checks"]["trainer"] == sum(one["level"] == "error" for one in found)
    return found


def errors(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that close the gate."""
    return [one for one in found if one["level"] == "error"]


def whats(found: list[dict[str, Any]]) -> list[str]:
    return [one["what"] for one in found]
