"""A small rollout for tests of the whole command: the tree at each moment, real processes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support import trees
from tests.support.cli import migrate
from tests.support.trees import Tree

REPOSITORY = Path(__file__).parents[2]

LAUNCH = b"""model: {model: m}
training:
  {run_name: r, output_dir: o, logging_dir: l, num_train_epochs: 1, learning_rate: 1, vit_lr: 1,
   aligner_lr: 1}
"""
FILES = {
    "configs/base.yaml": b"z: 1\n",
    "configs/components/b.yaml": b"b: 2 # two\n",
    "configs/components/only/c.yaml": b"c: 3\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/b.yaml]\n" + LAUNCH + b"a: 1\n",
    "configs/train/q.yaml": b"extends: [p.yaml, ../components/only/c.yaml]\na: 2 # own\n",
    "configs/train/r.yaml": b"extends: [../base.yaml, ../components/b.yaml]\n" + LAUNCH + b"a: 3\n",
    "train.sh": b"#!/bin/sh\nrun configs/train/p.yaml\n",
}
NAMES = ["p", "q", "r"]

MAIN = "from migrate.__main__ import main; main()"

# Dies like a power cut would have it, before the rename with this number.
DIES = f"""
import os, sys
from migrate.disk import Disk
place, left = Disk.place, int(sys.argv.pop(1))
def dying(*arguments):
    global left
    left -= 1
    if left < 0:
        os._exit(9)
    place(*arguments)
Disk.place = dying
{MAIN}
"""
BEFORE_COMMIT, AFTER_COMMIT = 1, 3


@dataclass(frozen=True)
class Moments:
    """One rollout: folders as they stood after `init` and after each step."""

    before: Tree
    """Before `init`."""
    folders: list[Path]

    @property
    def states(self) -> list[Tree]:
        """The whole trees: after `init`, and after each step."""
        return [trees.read(folder) for folder in self.folders]


def roll_out(folder: Path) -> Moments:
    """Run the rollout step by step, each in a copy of the one before."""
    here = trees.write(folder / "0", FILES)
    assert migrate(here, "init").code == 0
    folders = [here]
    for number, name in enumerate(NAMES, 1):
        here = folder / str(number)
        shutil.copytree(folders[-1], here)
        ran = migrate(here, "apply", "--preset", name)
        assert ran.code == 0, ran.err
        folders.append(here)
    return Moments(FILES, folders)


def start(root: Path, *arguments: str, code: str = MAIN) -> subprocess.Popen[str]:
    """`migrate --root ROOT ARGUMENTS` in a process of its own; `code` may be `DIES`, whose first
    argument is the number of the rename."""
    number = [arguments[0]] if code == DIES else []
    rest = arguments[len(number) :]
    return subprocess.Popen(
        [sys.executable, "-c", code, *number, "--root", str(root), *rest],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def crash(root: Path, rename: int, *arguments: str) -> None:
    """Run a command that dies before its rename with this number."""
    process = start(root, str(rename), *arguments, code=DIES)
    said = process.communicate()
    assert process.returncode == 9, said
    assert (root / ".migrate/journal").exists()
