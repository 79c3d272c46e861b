"""A late branch on a copy of this repository from before its rollout, ported and adopted.

Values are held against an independent merge of old resolved configs: base, ours and theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.commands.rehearse import before_the_rollout
from migrate.workspace.scratch import scratch_copy
from migrate.workspace.workspace import Workspace
from tests.live.test_a_real_rollout import ROOT, git, replace, targets
from tests.live.test_port_properties import at, merge3, same
from tests.live.tree import findings, ok
from tests.support import trees
from tests.support.cli import migrate
from tests.support.reader import resolve

__all__ = ["targets"]
DEFAULTS = "configs/components/training/sft_defaults.yaml"
DENSE = "configs/train/grpo/dense_2048.yaml"
LATE = "configs/train/grpo/dense_late.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """`main` with the finished rollout, and a branch `late` that began before it."""
    folder = tmp_path / "copy"
    with scratch_copy(str(ROOT), before_the_rollout(Workspace(str(ROOT))), str(folder)):
        git(folder, "init", "-qb", "main", ".")
        git(folder, "add", "-A")
        git(folder, "rm", "-rq", "--cached", "plans", "configs/legacy")
        git(folder, "commit", "-qm", "before")
        git(folder, "branch", "late")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "plans")
        yield folder


def files(root: Path) -> trees.Tree:
    return {p: b for p, b in trees.read(root).items() if not p.startswith(".git/") and p[-1] != "/"}


def test_a_late_branch_is_ported_and_adopted(
    root: Path, targets: dict[str, tuple[str, str, list[str]]]
) -> None:
    base = files(root)
    git(root, "checkout", "-q", "late")
    # An edited fragment, a removed key, a new preset, an edited preset.
    edit = "# run 88 went flat\n  weight_decay: 7.0e-2  # was 0.05"
    replace(root, DEFAULTS, "weight_decay: 0.05", edit)
    replace(root, DEFAULTS, "  warmup_ratio: 0.05\n", "")
    (root / LATE).write_text((root / DENSE).read_text() + "late: {a: 1}  # fresh\n")
    (root / DENSE).write_text((root / DENSE).read_text() + "extra_note: kept  # theirs\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "late")
    theirs = {**base, **{p: b for p, b in files(root).items() if p.startswith("configs/")}}
    git(root, "checkout", "-q", "main")
    ok(migrate(root, "apply", "--all"))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "rollout")
    # Meanwhile somebody tuned a preset.
    tuned = root / targets["sft_dense_2048"][1]
    tuned.write_text(tuned.read_text() + "tuned: 5\n")
    ours = files(root)

    ran = ok(migrate(root, "--output", "json", "port", "late"))
    told = {p["name"]: {k["key"]: k for k in p["keys"]} for p in json.loads(ran.out)["presets"]}
    assert json.loads(ran.out)["new_there"] == [LATE]
    kinds = {one["outcome"] for keys in told.values() for one in keys.values()}
    assert kinds >= {"ported", "new", "unset"}
    assert told["grpo_dense"]["extra_note"]["outcome"] == "new"
    ok(migrate(root, "adopt", f"git:late:{LATE}"))
    ok(migrate(root, "apply", "--all"))

    after = files(root)
    for name, (old, new, overridden) in targets.items():
        sides = (resolve(base, old), resolve(theirs, old), resolve(ours, new))
        assert not wrong(*sides, resolve(after, new), overridden), name
    assert same(resolve(theirs, LATE), resolve(after, LATE))
    assert f"  {edit}\n" in tuned.read_text()
    assert "extra_note: kept  # theirs\n" in after[targets["grpo_dense"][1]].decode()
    # But for what was tuned, which somebody has to stand up for, the gate is open.
    tuned.write_bytes(after[str(tuned.relative_to(root))].replace(b"tuned: 5\n", b""))
    code, found = findings(root)
    assert (code, [one for one in found if one["level"] == "error"]) == (0, [])
    assert not (root / "configs/components").exists()


def wrong(
    base: Any, theirs: Any, ours: Any, after: Any, overridden: list[str]
) -> list[tuple[Any, ...]]:
    """The keys that are not as the independent merge says, but for what a plan overrides."""
    return [
        key
        for key, value, clash in merge3(base, theirs, ours)
        if (clash or not same(at(after, key), value))
        and not any(".".join(map(str, key)).startswith(one) for one in overridden)
    ]
