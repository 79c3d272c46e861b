grep -q 'configs/components/o\.yaml' log.txt
grep -q 'configs/components/o\.yaml\.bak' log.txt
python train.py configs/train/"$C".yaml "configs/components/${C}".yaml
python train.py other/"$C".yaml
