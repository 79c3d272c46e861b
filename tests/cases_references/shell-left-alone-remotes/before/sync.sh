scp user@host:configs/train/grpo/dense_base.yaml .
curl -O https://example.org/configs/train/grpo/dense_base.yaml
git show v1:configs/train/grpo/dense_base.yaml
cp configs/train/grpo/dense_base.yaml.orig configs/train/grpo/dense_base.yaml-old /tmp
rm output/configs/train/grpo/dense_base.yaml
