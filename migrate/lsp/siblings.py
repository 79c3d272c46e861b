"""The configs near a config: what others in its folder, and around it, say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from migrate.errors import MigrateError
from migrate.locations import LEGACY
from migrate.lsp.folder import ConfigFolder
from migrate.yaml_text import Document

MOST = 24
"""So many files are read."""


def near(folder: ConfigFolder, path: str) -> list[str]:
    """The configs of a tree, those of the same folder first, without the config itself.

    Of the frozen files none but for a frozen file, and of plans and evidence none at all.
    """
    frozen = path.startswith(f"{LEGACY}/")
    home = path.split("/")[:-1]
    layout = folder.view.layout
    found = [
        (distance(one, home), one)
        for one in folder.tree.files()
        if one != path
        and folder.is_config(one)
        and not one.startswith(".")
        and (one.startswith(f"{LEGACY}/") if frozen else not layout.is_record(one))
    ]
    return [one for _, one in sorted(found)]


def distance(path: str, home: list[str]) -> int:
    """How many folders one goes up and down from a folder to a file."""
    there = path.split("/")[:-1]
    common = 0
    for mine, other in zip(home, there, strict=False):
        if mine != other:
            break
        common += 1
    return len(home) + len(there) - 2 * common


def documents_near(folder: ConfigFolder, path: str) -> Iterator[Document]:
    """The nearest of them, parsed; what cannot be read is left out."""
    resolver = folder.resolver()
    for one in near(folder, path)[:MOST]:
        with suppress(MigrateError, RecursionError):
            yield resolver.document(one)
