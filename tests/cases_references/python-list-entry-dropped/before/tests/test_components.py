COMPONENTS = [
    "configs/components/tuner/dora_full.yaml",
    "configs/components/tuner/other.yaml",
    "configs/components/data/rollout.yaml",
]
INLINE = ["a", "configs/components/tuner/dora_full.yaml", "configs/components/data/rollout.yaml"]
