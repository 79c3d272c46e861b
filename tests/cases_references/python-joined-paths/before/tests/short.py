from pathlib import Path

NAME = Path("configs") / "train" / "grpo" / "dense_base"
