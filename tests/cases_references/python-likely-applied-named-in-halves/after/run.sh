python train.py --config-path configs/train --config-name q
python train.py --config-name pp --config-path configs/train
python train.py --config-name p
python train.py --config-name=n \
    --config-dir=configs/components
