# -*- coding: latin-1 -*-
NAME = "Übung é"; PATH = "configs/train/grpo/dense_base.yaml"  # für später
