# coding: gbk
说明 = "密集"
PATH = "configs/train/grpo/dense_base.yaml"
