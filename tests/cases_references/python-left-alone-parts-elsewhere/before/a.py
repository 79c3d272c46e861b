import os
from pathlib import Path

FOLDER = "configs/train"
A = f"{FOLDER}/grpo/dense_base.yaml"
B = Path("configs") / "train" / "grpo" / "dense_base.yaml"
C = os.path.join("configs", "train", "grpo/dense_base.yaml")
