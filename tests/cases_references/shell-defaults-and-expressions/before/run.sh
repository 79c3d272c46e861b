python train.py ${CONFIG-configs/train/p.yaml} ${CONFIG:-configs/train/p.yaml}
python train.py "${CONFIG+configs/train/p.yaml}" "${CONFIG:=configs/train/p.yaml}"
python train.py "${1:-$PWD/configs/train/p.yaml}"
python train.py "${CONFIG-other/configs/train/p.yaml}" my-configs/train/p.yaml
