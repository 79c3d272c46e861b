ONLY = ["configs/components/tuner/dora_full.yaml"]
OPTION = ["train.py", "--config", "configs/components/tuner/dora_full.yaml"]
PAIR = ("configs/components/tuner/dora_full.yaml", 1)
ALONE = "configs/components/tuner/dora_full.yaml"
WITH_COMMENT = [
    "configs/components/tuner/dora_full.yaml",  # the one that broke
    "configs/components/tuner/other.yaml",
]
