A = r"configs/train/grpo/dense_base.yaml"
B = b"configs/train/grpo/dense_base.yaml"
C = "run:\nconfigs/train/grpo/dense_base.yaml\tnow \"é\""
D = U"configs/train/grpo/dense_base.yaml"
E = f"{A!r} configs/train/grpo/dense_base.yaml {{}}"
F = 'é 密集 configs/train/grpo/dense_base.yaml'
