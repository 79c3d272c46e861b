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
from migrate.resolve.routes import Route, RoutedSetting, routes

__all__ = [
    "EMPTY",
    "Base",
    "Below",
    "Branch",
    "Combiner",
    "Resolved",
    "Resolver",
    "Route",
    "RoutedSetting",
    "Setting",
    "Slot",
    "Store",
    "merge",
    "read_branch",
    "read_value",
    "routes",
    "shown",
]
