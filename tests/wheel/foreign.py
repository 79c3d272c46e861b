"""A small repository of somebody who has never heard of this one: it trains a classifier."""

from __future__ import annotations

SGD = "configs/components/optim/sgd.yaml"
COSINE = "configs/components/schedule/cosine.yaml"
PRESETS = ("resnet50", "resnet50_adamw", "tiny")

TREE: dict[str, str] = {
    "README.md": """# birds

```bash
python train.py --config configs/train/resnet50.yaml
```

The learning rate stands in [sgd](configs/components/optim/sgd.yaml).
""",
    "docs/data.md": "`configs/components/data/birds.yaml` says how images are read.\n",
    "train.py": '''"""Train a classifier of birds."""

import argparse
import json
import pathlib

import yaml


def load(path):
    said = yaml.safe_load(path.read_text()) or {}
    bases = said.pop("extends", [])
    merged = {}
    for base in [bases] if isinstance(bases, str) else bases:
        merged = merge(merged, load((path.parent / base).resolve()))
    return merge(merged, said)


def merge(low, high):
    if not (isinstance(low, dict) and isinstance(high, dict)):
        return high
    return {**low, **{key: merge(low.get(key), value) for key, value in high.items()}}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", default="configs/train/resnet50.yaml", type=pathlib.Path)
    print(json.dumps(load(parser.parse_args().config), sort_keys=True))
''',
    "check.py": """CONFIGS = [
    "configs/components/schedule/cosine.yaml",  # the odd one
    "configs/train/resnet50.yaml",
]
""",
    "scripts/sweep.sh": """#!/bin/sh
# Learning rates, one after another.
for rate in 0.05 0.1 0.2; do
  sed -i "s/lr: .*/lr: $rate/" configs/components/optim/sgd.yaml
  python train.py --config configs/train/resnet50.yaml
done
""",
    "Makefile": "smoke:\n\tpython train.py --config configs/train/tiny.yaml\n",
    "look.ipynb": """{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "a1",
   "metadata": {},
   "outputs": [],
   "source": [
    "config = open('configs/train/resnet50_adamw.yaml').read()"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
""",
    "configs/base.yaml": "# What every run shares.\nseed: 7\nprecision: bf16\n",
    "configs/components/data/birds.yaml": """data:
  root: data/birds
  # 224 is what the backbone was trained with
  size: 224
  augment: { flip: true, jitter: 0.4 }   # no vertical flip: birds stand upright
""",
    "configs/components/model/resnet50.yaml": "model:\n  name: resnet50\n  classes: 200\n",
    SGD: "optim:\n  name: sgd\n  lr: 0.1        # for a batch of 256\n  momentum: 0.9\n",
    "configs/components/optim/adamw.yaml": "optim:\n  name: adamw\n  lr: 1.0e-3\n  decay: 5e-2\n",
    COSINE: "schedule: { name: cosine, warmup: 5 }\n",
    "configs/train/resnet50.yaml": """# The run of the paper.
extends:
  - ../base.yaml
  - ../components/data/birds.yaml
  - ../components/model/resnet50.yaml
  - ../components/optim/sgd.yaml
  - ../components/schedule/cosine.yaml
run: resnet50
epochs: 90   # 120 gave nothing
""",
    "configs/train/resnet50_adamw.yaml": """extends:
  - resnet50.yaml
  - ../components/optim/adamw.yaml
run: resnet50_adamw
""",
    "configs/train/tiny.yaml": """# Seconds on a laptop.
extends: [../base.yaml, ../components/data/birds.yaml, ../components/optim/sgd.yaml]
run: tiny
data: { size: 32 }
epochs: 1
""",
}
