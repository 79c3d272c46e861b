run(["scp", "configs/train/q.yaml", "host:configs/train/p.yaml"])
