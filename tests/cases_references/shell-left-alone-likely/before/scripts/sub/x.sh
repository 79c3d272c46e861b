python train.py --config ../configs/debug.yaml
