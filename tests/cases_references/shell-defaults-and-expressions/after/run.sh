python train.py ${CONFIG-configs/train/q.yaml} ${CONFIG:-configs/train/q.yaml}
python train.py "${CONFIG+configs/train/q.yaml}" "${CONFIG:=configs/train/q.yaml}"
python train.py "${1:-$PWD/configs/train/q.yaml}"
python train.py "${CONFIG-other/configs/train/p.yaml}" my-configs/train/p.yaml
