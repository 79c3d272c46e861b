import hydra


@hydra.main(version_base=None, config_path="../configs/train", config_name="q")
def main(config):
    compose(config_name="o")


@hydra.main(
    config_name="n.yaml",
    config_path="configs/components",
)
def other(config):
    pass
