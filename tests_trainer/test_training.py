"""A real training, three steps on the CPU: the same losses, old and migrated, digit for digit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from src.arguments import ArgumentSet, argument_set
from tests_trainer.conftest import Material
from tests_trainer.neutral import three_steps
from tests_trainer.pairs import ROOT, Pair, pairs

pytestmark = pytest.mark.trainer
TRAINED = [pair for pair in pairs() if not argument_set(pair.old).rlhf][1::4][:2]


def losses(arguments: ArgumentSet, material: Material, folder: Path) -> list[str]:
    """The loss of each step as it was logged, from a process of its own."""
    folder.mkdir()
    small = three_steps(arguments, material.text_model, material.dataset, str(folder / "output"))
    (folder / "arguments.json").write_text(small.text(), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "tests_trainer.run",
        str(folder / "arguments.json"),
        str(folder / "log.json"),
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    log: list[dict[str, Any]] = json.loads((folder / "log.json").read_text(encoding="utf-8"))
    return [repr(row["loss"]) for row in log if "loss" in row]


@pytest.mark.parametrize("pair", TRAINED, ids=lambda pair: pair.name)
def test_old_and_migrated_preset_train_to_the_same_losses(
    pair: Pair, material: Material, tmp_path: Path
) -> None:
    old = losses(argument_set(pair.old), material, tmp_path / "old")
    new = losses(argument_set(pair.new), material, tmp_path / "new")
    assert len(old) == 3
    assert old == new
    assert len(set(old)) > 1
    faster = argument_set(pair.new)
    faster = replace(
        faster, swift={**faster.swift, "learning_rate": faster.swift["learning_rate"] * 10}
    )
    changed = losses(faster, material, tmp_path / "faster")
    assert changed != old
