DIR=configs/train
DIR=configs/eval
python train.py --config $DIR/grpo/dense_base.yaml
