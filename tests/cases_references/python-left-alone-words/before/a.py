import logging.config

LEVEL = "debug"
MODE = dict(mode="dense_base", base="base")
x = {"debug": 1}["debug"] / 2
NAME = "base" + "line"
config = dict(name="debug")
FILES = ["base.yaml", "debug.yaml"]
