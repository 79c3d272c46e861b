"""How one ecosystem composes files: key, order, list policy, loader.

The others (`shipped`, `named`, `recognise`) are imported by whoever needs them.
"""

from migrate.dialect.declaration import EXTENDS, FUSION, Delete, Dialect

__all__ = ["EXTENDS", "FUSION", "Delete", "Dialect"]
