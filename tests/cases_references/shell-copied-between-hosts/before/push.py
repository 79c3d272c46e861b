run(["scp", "configs/train/p.yaml", "host:configs/train/p.yaml"])
