"""`port` on other repositories' trees, in their dialects; skipped where the corpora are absent."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from random import Random

import pytest

from migrate.loading.trainer import PlainLoader
from migrate.parity import differences
from migrate.trees.tree import MemoryTree
from migrate.workspace.workspace import Workspace
from tests.live.test_port import commit, git, read
from tests.live.tree import ok, states
from tests.support import trees
from tests.support.cli import unfollowed as migrate
from tools.corpora import folder_of_corpora

PARTS = {
    "paddledetection": ("configs/rtdetr", "configs/datasets", "configs/runtime.yml"),
    "nemo-rl": ("examples/configs",),
    "dfine": ("configs",),
}
NUMBER = re.compile(r"(\s*[\w.]+): +[\d.e-]+\s*")


def copied(name: str, root: Path) -> None:
    tree = folder_of_corpora() / name / "tree"
    if not tree.is_dir():
        pytest.skip("no corpora: set MIGRATE_CORPORA")
    for part in PARTS[name]:
        (root / part).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (tree / part).is_dir() else shutil.copy
        copy(tree / part, root / part)


def edited(text: str, random: Random) -> str:
    """A file in which one number is another one, with a comment above and one behind."""
    lines = text.split("\n")
    numbers = [number for number, line in enumerate(lines) if NUMBER.fullmatch(line)]
    if not numbers:
        return text
    number = random.choice(numbers)
    key = lines[number].partition(":")[0]
    indent = key[: len(key) - len(key.lstrip())]
    lines[number : number + 1] = [f"{indent}# run 88", f"{key}: 123.50  # theirs"]
    return "\n".join(lines)


@pytest.mark.parametrize("name", PARTS)
def test_a_late_branch_reaches_every_preset(tmp_path: Path, name: str) -> None:
    copied(name, tmp_path)
    git(tmp_path, "init", "-qb", "main")
    commit(tmp_path, "start")
    git(tmp_path, "branch", "late")
    ok(migrate(tmp_path, "init"))
    ok(migrate(tmp_path, "apply", "--all"))
    commit(tmp_path, "rollout")
    old = Workspace(str(tmp_path)).rollout.old
    gone = [old.live(one) for one in old.frozen_digests]
    gone = [one for one in gone if one in old.applied.targets or not (tmp_path / one).exists()]
    git(tmp_path, "checkout", "-q", "late")
    random = Random(name)
    for path in random.sample(sorted(gone), min(12, len(gone))):
        file = tmp_path / path
        file.write_text(edited(file.read_text(encoding="utf-8"), random), encoding="utf-8")
    theirs = read(tmp_path)
    commit(tmp_path, "late")
    git(tmp_path, "checkout", "-q", "main")
    said = ok(migrate(tmp_path, "port", "late")).out
    assert "ported" in said
    after = Workspace(str(tmp_path))
    loader = PlainLoader(MemoryTree(theirs), after.dialect)
    for planned in after.plans.presets.values():
        before = loader.load(after.plans.live_path(planned.preset.from_))
        assert differences(before, after.loader.load(planned.preset.to)) == [], planned.name
    assert set(states(tmp_path).values()) == {"applied"}
    assert any(
        b"# run 88" in body for path, body in trees.read(tmp_path).items() if "/legacy/" not in path
    )
    ok(migrate(tmp_path, "verify"))
