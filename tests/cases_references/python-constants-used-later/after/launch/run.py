from pathlib import Path

CONFIGS = "configs/train"
GRPO: str = f"{CONFIGS}/grpo"
ROOT = Path(__file__).parents[1]
HOME = ROOT / "configs"


def main(load):
    load(CONFIGS + "/grpo/dense_2048.yaml")
    load(f"{GRPO}/dense_2048.yaml")
    load(HOME / "train" / "grpo" / "dense_2048.yaml")
    load(HOME / "train/debug.yaml")
