"""The files that a config names: what it extends, and values that are paths."""

from __future__ import annotations

import posixpath

from migrate.errors import MigrateError
from migrate.locations import LEGACY, join
from migrate.lsp.folder import ConfigFolder
from migrate.resolve import Resolver
from migrate.yaml_text import SCALAR, Document, Node

LONGEST = 400
"""A longer text is no path."""


def base_of(resolver: Resolver, document: Document, node: Node) -> str | None:
    """The file that an `extends` entry means, whether it is there or not."""
    try:
        for base in resolver.bases(document):
            if base.node is node:
                return base.path
    except MigrateError:
        return None
    return None


def files_of(folder: ConfigFolder, document: Document, node: Node) -> list[str]:
    """The files of the tree that a value may name, the likeliest first.

    A path is read from the root, or from the file's own folder; in a plan also from the legacy
    tree, which is how plans name old files.
    """
    if node.kind != SCALAR or not _may_be_path(node.value):
        return []
    found = [posixpath.normpath(node.value), join(document.path, node.value)]
    if folder.is_plan(document.path):
        found.insert(0, posixpath.join(LEGACY, posixpath.normpath(node.value)))
    elif document.path.startswith(f"{LEGACY}/"):
        found += folder.dialect.candidates(document.path, node.value)
    there = (path for path in dict.fromkeys(found) if path != document.path)
    return [path for path in there if folder.tree.exists(path)]


def _may_be_path(text: str) -> bool:
    if not text or len(text) > LONGEST or "\n" in text or "\0" in text:
        return False
    return ("/" in text or "." in text) and not text.startswith(("/", "~"))
