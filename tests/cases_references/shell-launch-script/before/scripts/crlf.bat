python train.py --config configs/debug.yaml
python train.py --config configs\debug.yaml
