CONFIGS=configs/train
export GRPO="configs/train/grpo"
python train.py --config $CONFIGS/grpo/dense_base.yaml
python train.py --config "${GRPO}/dense_base.yaml"
python train.py --config "$REPO_ROOT/configs/train/grpo/dense_base.yaml"
python train.py --config $(git rev-parse --show-toplevel)/configs/debug.yaml
python train.py --config "$(dirname "$0")/../configs/debug.yaml"
python train.py --config ${SCRIPT_DIR}/../configs/debug.yaml
