"""What can point at a config: who names it, how sure that is, and the edit that follows it."""

from migrate.references.kinds import KINDS
from migrate.references.reference import CERTAIN, LIKELY, NOTE, Reference
from migrate.references.remembered import ScanRecord, ScanStore
from migrate.references.renames import DROP, IgnoredReference, Renames, Successor
from migrate.references.rewrite import is_rewritten, rewrite
from migrate.references.scan import naming, scan
from migrate.references.tokens import as_glob, has_suffix

__all__ = [
    "CERTAIN",
    "DROP",
    "KINDS",
    "LIKELY",
    "NOTE",
    "IgnoredReference",
    "Reference",
    "Renames",
    "ScanRecord",
    "ScanStore",
    "Successor",
    "as_glob",
    "has_suffix",
    "is_rewritten",
    "naming",
    "rewrite",
    "scan",
]
