python train.py --config /app/configs/debug.yaml
python train.py --config ~/repo/configs/debug.yaml
python train.py --config $OTHER/configs/debug.yaml
python train.py --run-name train/grpo/dense_base
