print "configs/train/grpo/dense_base.yaml"
