"""One step on the live tree: what it reads, what it writes, and the record of it."""
