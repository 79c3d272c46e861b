"""Trains on configs/train/grpo/dense_2048.yaml (see ``configs/components/tuner/dora_full.yaml``)."""


def start():
    '''Like `python -m trainer config=train/grpo/dense_2048`.'''
    # 参见configs/train/grpo/dense_2048.yaml。
    return 1  # was configs/components/tuner/dora_full.yaml
