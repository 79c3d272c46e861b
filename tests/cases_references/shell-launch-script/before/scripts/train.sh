#!/usr/bin/env bash
set -euo pipefail
python train.py --config configs/train/grpo/dense_base.yaml
python train.py --config="configs/train/grpo/dense_base.yaml" --seed 1
python train.py --config './configs/train/grpo/dense_base.yaml' \
    --overlay ../configs/debug.yaml
python train.py config=train/grpo/dense_base
python train.py config=debug
python train.py --config train/grpo/dense_base.yaml; cat configs/debug.yaml|head
python train.py --config ${CONFIG:-configs/train/grpo/dense_base.yaml}
CFG=$(cat configs/debug.yaml) python train.py
echo "configs/debug.yaml: ok" # then configs/debug.yaml
