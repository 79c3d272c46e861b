"""The model and data that every test with the trainer shares; nothing is ever downloaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

os.environ |= {
    "USE_HF": "1",
    "HF_HUB_OFFLINE": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "TOKENIZERS_PARALLELISM": "false",
}


@dataclass(frozen=True)
class Material:
    """Paths of what is trained on."""

    dataset: str
    text_model: str
    vision_model: str


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """Made once, locally, from fixed seeds."""
    from tests_trainer.tiny import make_dataset, make_text_model, make_vision_config

    folder = str(tmp_path_factory.mktemp("material"))
    dataset = make_dataset(folder)
    return Material(dataset, make_text_model(folder, dataset), make_vision_config(folder))


@pytest.fixture
def output(tmp_path: Path) -> str:
    """Where a run writes."""
    return str(tmp_path / "output")
