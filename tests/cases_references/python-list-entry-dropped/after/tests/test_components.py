COMPONENTS = [
    "configs/components/tuner/other.yaml",
]
INLINE = ["a"]
