"""Which files are scanned: those that somebody works on, without what is frozen."""

from __future__ import annotations

from migrate.references.renames import Renames
from migrate.trees.tracked import tracked
from migrate.trees.tree import Tree


def scanned(tree: Tree, renames: Renames) -> list[str]:
    """The files to scan, sorted."""
    files = tracked(tree, renames.config_root)
    return [path for path in files if not renames.layout.is_record(path)]
