"""The only module that writes; each method one durable step, safe to repeat."""

from migrate.disk.spellings import folded
from migrate.disk.steps import LARGEST, Disk, FileState
from migrate.disk.system import Posix, System
from migrate.locations import PRIVATE

__all__ = ["LARGEST", "PRIVATE", "Disk", "FileState", "Posix", "System", "folded"]
