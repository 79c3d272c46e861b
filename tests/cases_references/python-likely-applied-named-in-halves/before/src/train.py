import hydra


@hydra.main(version_base=None, config_path="../configs/train", config_name="p")
def main(config):
    compose(config_name="o")


@hydra.main(
    config_name="o.yaml",
    config_path="configs/components",
)
def other(config):
    pass
