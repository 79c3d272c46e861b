A = "https://example.org/team/repo/blob/main/configs/train/grpo/dense_base.yaml"
B = "s3://bucket/configs/train/grpo/dense_base.yaml"
C = "git@example.org:configs/train/grpo/dense_base.yaml"
D = "repo@v1.2/configs/train/grpo/dense_base.yaml"  # https://example.org/configs/train/grpo/dense_base.yaml
