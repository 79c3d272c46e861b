CONFIGS=configs/train
export GRPO="configs/train/grpo"
python train.py --config $CONFIGS/grpo/dense_2048.yaml
python train.py --config "${GRPO}/dense_2048.yaml"
python train.py --config "$REPO_ROOT/configs/train/grpo/dense_2048.yaml"
python train.py --config $(git rev-parse --show-toplevel)/configs/train/debug.yaml
python train.py --config "$(dirname "$0")/../configs/train/debug.yaml"
python train.py --config ${SCRIPT_DIR}/../configs/train/debug.yaml
