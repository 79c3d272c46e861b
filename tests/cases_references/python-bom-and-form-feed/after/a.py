x = "configs/train/grpo/dense_2048.yaml"

if x:
	y = 'configs/train/grpo/dense_2048.yaml'