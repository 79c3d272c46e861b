IMPLICIT = ("configs/train/"
            "grpo/dense_base.yaml")
THREE = "configs/" "train/grpo/" 'dense_base.yaml'
EXPLICIT = "configs/train/grpo/" + "dense_base" + ".yaml"
COMMAND = "python train.py --config configs/train/" f"grpo/dense_base.yaml --seed {1}"
TRIPLE = """
python train.py \
    --config configs/train/grpo/dense_base.yaml
"""
