diff configs/components/tuner/dora_full.yaml new.yaml
