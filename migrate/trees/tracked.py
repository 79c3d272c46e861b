"""Which files of a tree are somebody's work: git's tracked ones, else all that are not ignored."""

from __future__ import annotations

import os
from collections.abc import Iterable

from migrate.trees.git import repository
from migrate.trees.ignored import IgnoreRules
from migrate.trees.recording import RecordingTree
from migrate.trees.tree import CachedTree, DiskTree, Overlay, Tree

_LINK, _MODULE = "120000", "160000"


def tracked(tree: Tree, config_root: str) -> list[str]:
    """The files, sorted, without links and submodules.

    Configs count even if git does not track them yet: an earlier step may just have written them.
    """
    if not isinstance(tree, RecordingTree):
        return _tracked(tree, config_root)
    if config_root not in tree.tracked:
        tree.tracked[config_root] = _tracked(tree, config_root)
    return tree.tracked[config_root]


def _tracked(tree: Tree, config_root: str) -> list[str]:
    disk, changed = _below(tree)
    known = _by_git(disk.root, config_root) if disk else None
    if known is None:
        every = list(tree.files())
        ignored = IgnoreRules(tree, every)
        return [path for path in every if path not in ignored and not _is_link(disk, path)]
    return sorted(
        path for path in known | changed if tree.exists(path) and not _is_link(disk, path)
    )


def _below(tree: Tree) -> tuple[DiskTree | None, set[str]]:
    """The disk under any overlays, and what the overlays change."""
    changed: set[str] = set()
    while isinstance(tree, (Overlay, CachedTree)):
        if isinstance(tree, Overlay):
            changed.update(tree.changed)
        tree = tree.below
    return (tree if isinstance(tree, DiskTree) else None), changed


def _is_link(disk: DiskTree | None, path: str) -> bool:
    return disk is not None and disk.is_link(path)


def _by_git(root: str, config_root: str) -> set[str] | None:
    """What git tracks below a root, and new configs; None without git or a repository."""
    with repository(root) as git:
        staged = _paths(git.ask("ls-files", "--stage", "-z")) if git else []
        if git is None or not staged:
            return None
        return set(_regular(staged)) | set(_paths(git.others("-z", below=config_root)))


def _paths(records: bytes) -> list[str]:
    return [record for record in os.fsdecode(records).split("\0") if record]


def _regular(records: Iterable[str]) -> Iterable[str]:
    """The paths of `ls-files --stage` records, without links and submodules."""
    for record in records:
        facts, _, path = record.partition("\t")
        if not facts.startswith((_LINK, _MODULE)):
            yield path
