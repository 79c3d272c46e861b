COMPONENTS = [  # what CI loads
    # the optimizers
    "configs/components/o.yaml",
    # the losses, see configs/components
    "configs/components/a.yaml",  # slow
    # nobody loves these
    "configs/components/z.yaml"
    # to be continued
]
IN_A_ROW = ["a", "configs/components/z.yaml",  # both are old
            "b"]
BOTH = ["configs/components/o.yaml", 'configs/components/z.yaml', 'c']
TAIL = [
    "b",
    # the last ones
    "configs/components/o.yaml",
    "configs/components/z.yaml",
]
WRAPPED = [
    "b", "configs/components/o.yaml",
]
BESIDE = [
    "configs/components/o.yaml",  # fast
    "b",
]
ODD = [
    "configs/components/o.yaml"  # fast
    ,
    "b",
]
