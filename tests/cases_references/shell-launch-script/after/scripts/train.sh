#!/usr/bin/env bash
set -euo pipefail
python train.py --config configs/train/grpo/dense_2048.yaml
python train.py --config="configs/train/grpo/dense_2048.yaml" --seed 1
python train.py --config './configs/train/grpo/dense_2048.yaml' \
    --overlay ../configs/smoke/debug.yaml
python train.py config=train/grpo/dense_2048
python train.py config=smoke/debug
python train.py --config train/grpo/dense_2048.yaml; cat configs/smoke/debug.yaml|head
python train.py --config ${CONFIG:-configs/train/grpo/dense_2048.yaml}
CFG=$(cat configs/smoke/debug.yaml) python train.py
echo "configs/smoke/debug.yaml: ok" # then configs/smoke/debug.yaml
