cfg = load("configs/components/o.yaml")
