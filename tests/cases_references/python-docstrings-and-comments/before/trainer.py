"""Trains on configs/train/grpo/dense_base.yaml (see ``configs/components/tuner/dora_full.yaml``)."""


def start():
    '''Like `python -m trainer config=train/grpo/dense_base`.'''
    # 参见configs/train/grpo/dense_base.yaml。
    return 1  # was configs/components/tuner/dora_full.yaml
