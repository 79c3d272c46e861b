COMPONENTS = [  # what CI loads
    # the optimizers
    # the losses, see configs/components
    "configs/components/a.yaml"  # slow
    # nobody loves these
    # to be continued
]
IN_A_ROW = ["a",  # both are old
            "b"]
BOTH = ['c']
TAIL = [
    "b",
    # the last ones
]
WRAPPED = [
    "b",
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
