A = r"configs/train/grpo/dense_2048.yaml"
B = b"configs/train/grpo/dense_2048.yaml"
C = "run:\nconfigs/train/grpo/dense_2048.yaml\tnow \"é\""
D = U"configs/train/grpo/dense_2048.yaml"
E = f"{A!r} configs/train/grpo/dense_2048.yaml {{}}"
F = 'é 密集 configs/train/grpo/dense_2048.yaml'
