"""Where the edits come from that `port` carries over: the old files that are there, a revision."""

from __future__ import annotations

import re
from contextlib import ExitStack, suppress
from typing import NamedTuple

from migrate.changes import sha256
from migrate.errors import InputError, MigrateError, Refused, raise_all
from migrate.locations import Place
from migrate.rollout.context import Rollout
from migrate.rollout.legacy import is_frozen
from migrate.rollout.old_tree import OldTree
from migrate.rollout.port_revision import Incomer, Incoming
from migrate.trees.git_tree import GitTree
from migrate.trees.revisions import brought_by
from migrate.trees.tree import CachedTree
from migrate.workspace.brought_back import BroughtBack
from migrate.workspace.workspace import Workspace

_MARKER = re.compile(rb"^<{7}(?: |\r?$)", re.MULTILINE)


class EditSource(NamedTuple):
    """The rollout with its old files as they are by now, and what a revision brought of that."""

    rollout: Rollout
    incoming: Incoming = Incoming()
    tip: str = ""
    """The commit of the revision."""


def bring(
    workspace: Workspace, revision: str | None, back: BroughtBack | None = None
) -> EditSource:
    """The old files of today, with what a revision changed in those that are gone here.

    `back` are retired files that stand there again, merged into their records by `workspace`.

    Raises InputError for a revision that git does not know, and for what cannot be read there.
    """
    back = back or BroughtBack()
    with _Revisions(workspace) as revisions:
        if revision is None:
            incoming = Incoming(clashes=back.clashes, back=back.texts)
            return _with(workspace, revisions, incoming, "")
        base, tip = brought_by(workspace.root, revision, workspace.limits)
        old = workspace.rollout.old
        before, after = (CachedTree(revisions.open(commit)) for commit in (base, tip))
        incoming = Incomer(old, before, after, back.texts).incoming()
        clashes = {**incoming.clashes, **back.clashes}
        return _with(workspace, revisions, incoming._replace(clashes=clashes, back=back.texts), tip)


class _Revisions:
    """Revisions that were opened, and where frozen texts are looked for; closed at the end."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._stack = ExitStack()
        self._trees: list[GitTree] = []
        self._asked = False

    def open(self, revision: str) -> GitTree:
        """The tree of a revision. Raises InputError for one that git does not know."""
        tree = GitTree(self.workspace.root, revision, self.workspace.limits)
        self._trees.append(self._stack.enter_context(tree))
        return tree

    def frozen_text(self, frozen: str, digest: str) -> bytes | None:
        """What was frozen, by its digest, if a revision still has it, as the copy or in its old
        place: those that were opened, what is checked out, and what that began from."""
        if not self._asked:
            self._asked = True
            for revision in ("HEAD", "HEAD^"):
                with suppress(InputError):
                    self.open(revision)
        for tree in self._trees:
            for path in (frozen, self.workspace.rollout.live(frozen)):
                with suppress(InputError):
                    content = tree.read(path)
                    if sha256(content) == digest:
                        return content
        return None

    def __enter__(self) -> _Revisions:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def _with(workspace: Workspace, revisions: _Revisions, incoming: Incoming, tip: str) -> EditSource:
    """The old files with what comes in, and with what git merged into frozen copies."""
    rollout = workspace.rollout
    brought = {file.frozen for file in incoming.files}
    touched = rollout.old.touched(revisions.frozen_text)
    incoming = incoming._replace(touched=tuple(one for one in touched if one.frozen not in brought))
    texts = (*incoming.files, *incoming.touched)
    if texts:
        plans, dialect = workspace.plans, workspace.dialect
        old = OldTree(plans, workspace.tree, dialect, rollout.old.applied, texts)
        rollout = Rollout(plans, old, dialect)
    return EditSource(rollout, incoming, tip)


def with_merged_copies(workspace: Workspace) -> Rollout:
    """The rollout with the old files of today, what git merged into frozen copies included.

    For what tells whether presets lack an edit: of the texts that were frozen nothing is known.
    """
    rollout = workspace.rollout
    merged = tuple(rollout.old.touched(lambda *_: None)) if rollout.old.frozen_digests else ()
    if not merged:
        return rollout
    plans, dialect = workspace.plans, workspace.dialect
    old = OldTree(plans, workspace.tree, dialect, rollout.old.applied, merged)
    return Rollout(plans, old, dialect)


def refuse_markers(workspace: Workspace) -> None:
    """Raises Refused for every old file and preset with the markers of an unfinished merge."""
    old = workspace.rollout.old
    kept = {*old.applied.targets, *filter(is_frozen, workspace.tree.files())}
    faults: list[MigrateError] = []
    for path in [*(file.path for file in old.moved.values()), *sorted(kept)]:
        content = workspace.tree.read(path) if workspace.tree.exists(path) else b""
        found = _MARKER.search(content)
        if found is not None:
            line = content.count(b"\n", 0, found.start()) + 1
            what = "holds a conflict marker of an unfinished merge"
            hint = "settle what stands between the markers, then run `migrate port` again"
            if path in kept:
                hint = f"`git checkout --ours -- {path}` keeps what stood here;"
                hint += " `migrate port MERGE_HEAD` then carries over what the others changed"
            faults.append(Refused(what, Place(path, line, 1), hint))
    raise_all(faults)
