cat configs/components/tuner/dora_full.yaml
# configs/components/tuner/dora_full.yaml
