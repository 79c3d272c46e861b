"""Follow a config through all it extends, remembering who said each value."""

from migrate.resolve.branch import (
    EMPTY,
    Branch,
    Setting,
    Slot,
    merge,
    read_branch,
    read_value,
    shown,
)
from migrate.resolve.combine import Below, Combiner
from migrate.resolve.resolver import Base, Resolved, Resolver, Store

__all__ = [
    "EMPTY",
    "Base",
    "Below",
    "Branch",
    "Combiner",
    "Resolved",
    "Resolver",
    "Setting",
    "Slot",
    "Store",
    "merge",
    "read_branch",
    "read_value",
    "shown",
]
