python train.py --config /app/configs/smoke/debug.yaml --name train/grpo/dense_2048
docker run -v ./configs/smoke/debug.yaml:/app/configs/smoke/debug.yaml x
python train.py --config $BASE_X/configs/smoke/debug.yaml
