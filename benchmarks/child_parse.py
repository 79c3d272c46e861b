"""The floor: C-parse each file of a list once, and nothing else. Usage: child_parse.py LIST."""

import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as listing:
    for path in listing.read().splitlines():
        with open(path, "rb") as file:
            yaml.load(file.read(), Loader=yaml.CSafeLoader)
