cfg = load("configs/parts/o.yaml")
