"""Small trees on disk, and an independent reader that tells what they resolve to."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any

import yaml

BASE = "model: { torch_dtype: bfloat16 }\n"
PRESET = """\
extends: ../base.yaml
model:
  model: m/qwen  # the small one
training:
  run_name: sft
  output_dir: out
  logging_dir: tb
  num_train_epochs: 2.0
  learning_rate: 1.0e-4
  vit_lr: 1.0e-5
  aligner_lr: 2.0e-5
global_max_length: 2048
"""


def write(root: Path, files: dict[str, str]) -> Path:
    """Write files below a folder, parents included; the folder."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return root


def expected(root: Path, path: str) -> Any:
    """What the trainer sees: plain PyYAML and a deep merge."""
    own = yaml.safe_load((root / path).read_text()) or {}
    bases = own.pop("extends", None) or []
    merged: dict[str, Any] = {}
    for base in [bases] if isinstance(bases, str) else bases:
        above = posixpath.normpath(posixpath.join(posixpath.dirname(path), base))
        merged = _merge(merged, expected(root, above))
    return _merge(merged, own)


def _merge(base: Any, over: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    merged = dict(base)
    for key, value in over.items():
        merged[key] = _merge(merged[key], value) if key in merged else value
    return merged


def leaves(config: Any, above: str = "") -> dict[str, Any]:
    """Each value of a config by its dotted key."""
    found = {}
    for key, value in config.items():
        if isinstance(value, dict) and value:
            found.update(leaves(value, f"{above}{key}."))
        else:
            found[f"{above}{key}"] = value
    return found
