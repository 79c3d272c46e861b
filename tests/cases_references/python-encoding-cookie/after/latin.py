# -*- coding: latin-1 -*-
NAME = "Übung é"; PATH = "configs/train/grpo/dense_2048.yaml"  # für später
