FOLDER = "configs/train"
if FOLDER:
    FOLDER = "configs/eval"
PATH = FOLDER + "/grpo/dense_base.yaml"


def load(folder="configs/train"):
    return folder + "/grpo/dense_base.yaml"


for part in ("configs/train/grpo", "configs/eval"):
    print(part + "/dense_base.yaml")
