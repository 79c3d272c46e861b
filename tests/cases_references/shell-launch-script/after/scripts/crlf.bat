python train.py --config configs/smoke/debug.yaml
python train.py --config configs\debug.yaml
