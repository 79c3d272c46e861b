"""Retired old files that are back, as a merge leaves them: what of them is new, and what is stale.

Such a file is the text of a branch that lived through the rollout. Whatever was edited here since
that branch began is older there, and taking it for an edit would take the newer value back. So it
is merged into its record, three ways, and only what comes of that counts as its live text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from migrate.canonical import plain
from migrate.changes import Change, ChangeSet
from migrate.errors import MigrateError
from migrate.locations import KeyPath
from migrate.parity import ABSENT
from migrate.resolve import Resolver
from migrate.rollout.evidence import replaced_values
from migrate.rollout.old_tree import MovedFile, OldTree
from migrate.rollout.port_revision import merged
from migrate.rollout.port_values import Goal
from migrate.rollout.relink import relinked_text
from migrate.trees.revisions import ancestors
from migrate.trees.tree import Overlay
from migrate.workspace.workspace import Workspace

_STALE = (
    "the file says what was said before an edit that is recorded; nobody can tell whether that is"
    " meant"
)


class BroughtBack(NamedTuple):
    """Retired files that are back: the texts that stand there, and the keys that clash."""

    texts: Mapping[str, bytes] = {}
    """By the live path."""
    merged: Mapping[str, bytes] = {}
    """What they come to, merged into their records, by the live path."""
    clashes: Mapping[str, tuple[Goal, ...]] = {}
    """Keys that the record says otherwise too, by the path in the legacy tree."""

    def as_on_disk(self, changes: ChangeSet) -> ChangeSet:
        """Changes of a tree in which these files were merged, as changes of what stands there.

        A file that stays, since a preset that waits is made of it, gets its merged text.
        """
        known = {change.path for change in changes}
        why = "what is new in it, merged into its record"
        stay = [
            Change(path, self.texts[path], text, why)
            for path, text in self.merged.items()
            if path not in known
        ]
        moved = [one._replace(before=self.texts.get(one.path, one.before)) for one in changes]
        return ChangeSet.of([*moved, *stay])


def merged_back(workspace: Workspace) -> tuple[Workspace, BroughtBack]:
    """The workspace in which retired files that are back say what they bring and nothing else.

    Raises InputError for a file that cannot be loaded.
    """
    old = workspace.rollout.old
    back = [file for file in old.moved.values() if file.path in old.applied.retired]
    if not back:
        return workspace, BroughtBack()
    record = OldTree(workspace.plans, workspace.tree, workspace.dialect, old.applied, live=False)
    known = ancestors(workspace.root, [file.path for file in back], workspace.limits)
    changes, clashes = [], {}
    for file in back:
        ancestor = known.get(file.path)
        certain = ancestor is not None and ancestor.certain
        base = ancestor.text if ancestor is not None else file.before
        doubtful = None if certain else _doubtful(workspace, file.frozen)
        try:
            text, clashing = merged(
                record, file.path, file.frozen, base or b"", file.after, doubtful
            )
        except MigrateError as error:
            raise old.in_live_terms(error) from None
        if clashing:
            clashes[file.frozen] = clashing
        live = _relinked(record, file, text)
        changes.append(Change(file.path, workspace.tree.read(file.path), live))
    merged_workspace = workspace.fresh()
    merged_workspace.likely, merged_workspace.tell = workspace.likely, workspace.tell
    merged_workspace.tree = Overlay(workspace.tree, changes)
    texts = {change.path: change.before or b"" for change in changes}
    merges = {change.path: change.after or b"" for change in changes}
    return merged_workspace, BroughtBack(texts, merges, clashes)


def _relinked(record: OldTree, file: MovedFile, text: bytes) -> bytes:
    """A merged text with links to presets that moved, as it would stand in the live tree."""
    moved = record.applied.moved
    if not moved:
        return text
    tree = Overlay(record.tree, [Change(file.frozen, None, text)])
    return relinked_text(Resolver(tree, record.dialect), file.frozen, file.path, moved)


def _doubtful(workspace: Workspace, frozen: str) -> Callable[[KeyPath, Any], str]:
    """Why a key of a file may be no edit: it says what an edit, carried over since, replaced."""
    records = workspace.evidence.values()
    known = [one for evidence in records for one in replaced_values(evidence, frozen)]

    def reason(key: KeyPath, value: Any) -> str:
        said = ABSENT if value is ABSENT else plain(value)
        stale = any(key == path and _same(said, before) for path, before in known)
        return _STALE if stale else ""

    return reason


def _same(left: Any, right: Any) -> bool:
    return left is right if ABSENT in (left, right) else bool(left == right)
