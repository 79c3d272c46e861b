#!/usr/bin/env bash
# Start one job of jobs.yaml by hand: bash scripts/nightly/run.sh [gpus]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

GPUS=${1:-0}
QUICK=configs/smoke/debug.yaml

# The quick one decides whether the long ones start at all.
bash scripts/train.sh config="$QUICK" gpus="$GPUS"
for name in sft_dense sft_summary; do
    bash scripts/train.sh config="configs/smoke/$name.yaml" gpus="$GPUS"
done
