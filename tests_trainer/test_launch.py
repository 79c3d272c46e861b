"""The launcher from end to end: a config with `extends` and a fusion config becomes checkpoints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests_trainer.conftest import Material
from tests_trainer.pairs import ROOT

pytestmark = pytest.mark.trainer


def settings(model: str) -> dict[str, Any]:
    """A run of three steps on the CPU that may save at every step, but not before the second."""
    return {
        "extends": "../common.yaml",
        "model": {
            "model": model,
            "model_type": "qwen3",
            "torch_dtype": "float32",
            "check_model": False,
        },
        "tuner": {"train_type": "lora", "lora_rank": 4, "lora_alpha": 8},
        "training": {
            "output_dir": "output/mine",
            "add_version": False,
            "max_steps": 3,
            "effective_batch_size": 2,
            "per_device_train_batch_size": 1,
            "save_steps": 1,
            "save_delay_steps": 2,
            "save_only_model": True,
            "report_to": [],
        },
        "custom": {"fusion_config": "configs/fusion/mine.yaml"},
        "global_max_length": 512,
    }


def write(path: Path, values: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(values), encoding="utf-8")


def test_a_run_reads_its_fusion_config_and_saves_on_its_schedule(
    material: Material, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    shutil.copy(material.dataset, tmp_path / "data" / "mine.jsonl")
    config = tmp_path / "configs" / "train" / "mine.yaml"
    write(config, settings(material.text_model))
    write(tmp_path / "configs" / "common.yaml", {"template": {"template": "qwen3"}})
    entry = {"name": "mine", "dataset": "mine", "train_jsonl": "data/mine.jsonl", "ratio": 0.5}
    write(tmp_path / "configs" / "fusion" / "mine.yaml", {"targets": [entry]})
    command = [sys.executable, "-m", "src.sft", "--config", str(config)]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    saved = sorted(path.name for path in (tmp_path / "output" / "mine").glob("checkpoint-*"))
    assert saved == ["checkpoint-2", "checkpoint-3"]
    assert "'data/mine.jsonl#8'" in done.stdout + done.stderr
