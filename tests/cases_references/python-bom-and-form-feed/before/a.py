x = "configs/train/grpo/dense_base.yaml"

if x:
	y = 'configs/train/grpo/dense_base.yaml'