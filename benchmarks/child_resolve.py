"""Resolve every config of a list with origins, and make its values: child_resolve.py LIST."""

import gc
import sys

from migrate.resolve import Resolver
from migrate.trees.tree import DiskTree

with open(sys.argv[1], encoding="utf-8") as listing:
    names = listing.read().splitlines()
keys = 0
gc.set_threshold(50_000, 20, 20)  # as the command does
for resolved in Resolver(DiskTree(".")).each(names):
    keys += len(resolved.python)
assert keys
