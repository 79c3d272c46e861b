import glob
import os


def paths(name, stage, number, Path):
    yield f"configs/train/grpo/{name}.yaml"
    yield f"configs/train/{stage}/dense_{number:04d}.yaml"
    yield "configs/train/%s/dense_base.yaml" % stage
    yield "configs/train/{}/{}.yaml".format(stage, name)
    yield "configs/train/grpo/" + name + ".yaml"
    yield os.path.join("configs", "train", stage, "dense_base.yaml")
    yield Path("configs") / "train" / stage / f"{name}.yaml"
    yield from glob.glob("configs/train/**/*.yaml", recursive=True)
    yield f"{stage}/{name}.yaml"
    yield f"output/{stage}/dense_base.yaml"
