"""The floor of a second look: read each file of a list and hash it. Usage: child_hash.py LIST."""

import hashlib
import sys

with open(sys.argv[1], encoding="utf-8") as listing:
    for path in listing.read().splitlines():
        with open(path, "rb") as file:
            hashlib.sha256(file.read()).digest()
