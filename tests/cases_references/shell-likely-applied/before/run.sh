python train.py --config /app/configs/debug.yaml --name train/grpo/dense_base
docker run -v ./configs/debug.yaml:/app/configs/debug.yaml x
python train.py --config $BASE_X/configs/debug.yaml
