"""Trees to run commands on, and what was there before and after."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.hostile.bounded import Server

PRESET, COMPONENT = "configs/train/p.yaml", "configs/components/b.yaml"
_LAUNCH = (
    "extends: [../base.yaml, ../components/b.yaml]\nmodel: {model: m}\n"
    "training: {run_name: r, output_dir: o, logging_dir: l, num_train_epochs: 1,"
    " learning_rate: 1, vit_lr: 1, aligner_lr: 1}\n"
)
FILES = {
    PRESET: _LAUNCH + "a: 1 # one\n",
    "configs/train/q.yaml": _LAUNCH + "a: 2\n",
    COMPONENT: "b: 2 # two\n",
    "configs/base.yaml": "z: 1\n",
}
Shot = dict[bytes, tuple[int, int, int]]


def write(root: Path, path: str | bytes, content: bytes | str) -> None:
    """Write one file, its folders with it; a path may be bytes that are no text."""
    target = os.path.join(os.fsencode(root), os.fsencode(path))
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def small(root: Path) -> Path:
    """Two presets on one component and the base."""
    for path, text in FILES.items():
        write(root, path, text)
    return root


def rolled(server: Server, folder: Path, applied: bool) -> Path:
    """The same with plans, and if asked for with the rollout done."""
    root = small(folder / "tree")
    for command in [["init"], *([["apply", "--all"]] if applied else [])]:
        ran = server.run(root, *command)
        assert ran.code == 0, ran.err
    return root


def copied(root: Path, folder: Path) -> Path:
    """A copy of a tree to spoil."""
    return Path(shutil.copytree(root, folder / "tree", symlinks=True))


def shot(folder: Path) -> Shot:
    """Size, time and mode of everything in a folder, links not followed; locks apart."""
    found: Shot = {}
    for inner, folders, names in os.walk(os.fsencode(folder)):
        folders[:] = [name for name in folders if name != b".migrate"]
        for name in names:
            path = os.path.join(inner, name)
            status = os.lstat(path)
            found[path] = (status.st_size, status.st_mtime_ns, status.st_mode)
    return found
