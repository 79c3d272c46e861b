cat ../configs/debug.yaml
