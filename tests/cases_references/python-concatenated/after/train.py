IMPLICIT = ("configs/train/"
            "sft/dense_1024.yaml")
THREE = "configs/" "train/sft/" 'dense_1024.yaml'
EXPLICIT = "configs/train/sft/" + "dense_1024" + ".yaml"
COMMAND = "python train.py --config configs/train/" f"sft/dense_1024.yaml --seed {1}"
TRIPLE = """
python train.py \
    --config configs/train/sft/dense_1024.yaml
"""
