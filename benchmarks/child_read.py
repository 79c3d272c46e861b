"""The floor of a scan: C-parse the files of one list, read those of another: LIST LIST."""

import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as listing:
    for path in listing.read().splitlines():
        with open(path, "rb") as file:
            yaml.load(file.read(), Loader=yaml.CSafeLoader)
with open(sys.argv[2], encoding="utf-8") as listing:
    for path in listing.read().splitlines():
        with open(path, "rb") as file:
            file.read()
