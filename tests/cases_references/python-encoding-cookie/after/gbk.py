# coding: gbk
说明 = "密集"
PATH = "configs/train/grpo/dense_2048.yaml"
