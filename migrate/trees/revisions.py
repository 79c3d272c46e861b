"""Which commits a revision brings to what is checked out, merged already or not."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from migrate.errors import InputError, Refused
from migrate.limits import DEFAULT, Limits
from migrate.trees.git import GitError, Repository, repository
from migrate.trees.git_tree import GitTree

_UNRELATED = (
    "name a branch that began from this repository; in a shallow clone, fetch more of its history"
)


_SINCE_THE_FORK = "..."
_MERGES = 50
"""So many merges that touched a file are looked at, the newest first."""


class CommitRange(NamedTuple):
    """What was done between two commits, each by its full name."""

    base: str
    tip: str


def brought_by(root: str, revision: str, limits: Limits = DEFAULT) -> CommitRange:
    """What a revision did since it left what is checked out.

    Of one that was merged already, what it did before that merge; of a commit of this very branch,
    what that commit did, a merge the whole of what it merged. Raises InputError for a revision that
    git does not know and for one without a common history.
    """
    with repository(root) as asked:
        if asked is None:
            what = "is in no repository of git, or git is not installed"
            hint = "without a revision, `migrate port` takes the old files that are there"
            raise InputError(what, root, hint)
        with GitTree(root, revision, limits) as tree:
            tip = tree.commit
        history = _History(asked, revision)
        head = history.head()
        base = history.fork(head, tip)
        if base != tip:
            return CommitRange(base, tip)
        own = history.lines("rev-list", "--first-parent", head)
        if tip in own:
            return history.of_one(tip)
        later = set(history.lines("rev-list", "--ancestry-path", f"{tip}..{head}"))
        merge = [commit for commit in own if commit in later][-1]
        return CommitRange(history.fork(history.parents(merge)[0], tip), tip)


def named_commit(root: str, revision: str, limits: Limits = DEFAULT) -> str:
    """What a revision names: of `REV...` the commit from which REV and what is checked out went
    apart, as git's three dots do; any other is left as it is. Raises InputError for a revision
    that git does not know and for one without a common history.
    """
    tip, dots, rest = revision.partition(_SINCE_THE_FORK)
    if not dots or rest:
        return revision
    with GitTree(root, tip or "HEAD", limits) as tree, repository(root) as asked:
        assert asked is not None  # else there would be no tree
        history = _History(asked, tip)
        return history.fork(history.head(), tree.commit)


class Ancestor(NamedTuple):
    """The text from which one that came back was made; None where there was no such file."""

    text: bytes | None
    certain: bool
    """Whether git merged from it; else it is the last text before the file was deleted."""


def ancestors(root: str, paths: Iterable[str], limits: Limits = DEFAULT) -> dict[str, Ancestor]:
    """For each file that was deleted and stands there again, what it was made from.

    In the middle of a merge, a cherry-pick or a rebase that is the index's own ancestor, after a
    merge the text at the fork of the branches that it joined. A file of which git knows nothing is
    left out, and so are all where no repository is. Raises InputError for a text over the limit.
    """
    wanted = tuple(paths)
    with repository(root) as asked:
        if asked is None or not wanted:
            return {}
        history = _History(asked, "HEAD")
        found: dict[str, Ancestor] = {}
        for path in wanted:
            with suppress(GitError):
                ancestor = history.unmerged(path, limits) or history.merged(path, limits)
                ancestor = ancestor or history.deleted(path, limits)
                if ancestor is not None:
                    found[path] = ancestor
        return found


class _History:
    """Asks git for commits. Whatever is handed to it is the full name of one."""

    def __init__(self, asked: Repository, revision: str) -> None:
        self.asked = asked
        self.revision = revision

    def lines(self, *question: str, codes: Sequence[int] = (0,)) -> list[str]:
        """What git answers, line by line."""
        return os.fsdecode(self.asked.ask(*question, codes=codes)).split()

    def head(self) -> str:
        """The commit that is checked out. Raises InputError before the first one."""
        found = self.lines("rev-parse", "--verify", "--quiet", "HEAD^{commit}", codes=(0, 1, 128))
        if not found:
            what = "nothing is committed here yet that a revision could be compared with"
            raise InputError(what, None, "`git commit` what stands here first")
        return found[0]

    def fork(self, one: str, other: str) -> str:
        """The commit from which two went apart. Raises InputError where there is none."""
        found = self.lines("merge-base", one, other, codes=(0, 1))
        if not found:
            what = f"{self.revision} has no history in common with what is checked out"
            raise InputError(what, None, _UNRELATED)
        return found[0]

    def parents(self, commit: str) -> list[str]:
        """The parents of a commit."""
        return self.lines("rev-list", "--parents", "-n", "1", commit)[1:]

    def of_one(self, commit: str) -> CommitRange:
        """What one commit of this branch did. Raises InputError for the first of all."""
        parents = self.parents(commit)
        if len(parents) > 2:
            what = f"{self.revision} merges {len(parents) - 1} branches at once"
            hints = [f"migrate port {parent[:12]}" for parent in parents[1:]]
            raise Refused(what, None, "one after the other: " + ", ".join(hints))
        if not parents:
            what = f"{self.revision} is the first commit: nothing was edited before it"
            raise InputError(what, None, "name a branch, or a later commit")
        if len(parents) == 2:
            return CommitRange(self.fork(*parents), parents[1])
        return CommitRange(parents[0], commit)

    # One file.

    def unmerged(self, path: str, limits: Limits) -> Ancestor | None:
        """The ancestor that the index has of a file whose merge is not settled."""
        listed = os.fsdecode(self.asked.ask("ls-files", "--unmerged", "-z", "--", path))
        stages = [entry.partition("\t")[0].split() for entry in listed.split("\0") if entry]
        blobs = {stage: blob for _, blob, stage in stages}
        if not blobs:
            return None
        return Ancestor(self._blob(blobs["1"], path, limits) if "1" in blobs else None, True)

    def merged(self, path: str, limits: Limits) -> Ancestor | None:
        """The text at the fork of the branches of which the newest merge kept a file that only one
        of them still had."""
        merges = self.lines(
            "rev-list", "--full-history", "--merges", f"--max-count={_MERGES}", "HEAD", "--", path
        )
        for commit in merges:
            there = self._at(commit, path)
            parents = self.parents(commit) if there else []
            with_it = [one for one in parents if self._at(one, path)]
            without = [one for one in parents if one not in with_it]
            if with_it and without:
                fork = self.fork(without[0], with_it[0])
                return Ancestor(self._text(fork, path, limits), True)
        return None

    def deleted(self, path: str, limits: Limits) -> Ancestor | None:
        """The last text of a file before it was deleted; None if it never was."""
        found = self.lines("rev-list", "--max-count=1", "HEAD", "--", path)
        there = self.lines(
            "log", "--full-history", "-m", "--diff-filter=D", "--format=%H", "HEAD", "--", path
        )
        for commit in there if found else ():
            for parent in self.parents(commit):
                if self._at(parent, path):
                    return Ancestor(self._text(parent, path, limits), False)
        return None

    def _at(self, commit: str, path: str) -> str:
        """The blob of a file in a commit; empty where there is none."""
        listed = os.fsdecode(self.asked.ask("ls-tree", "-z", commit, "--", path))
        return listed.split("\t")[0].split()[2] if listed else ""

    def _text(self, commit: str, path: str, limits: Limits) -> bytes | None:
        blob = self._at(commit, path)
        return self._blob(blob, path, limits) if blob else None

    def _blob(self, blob: str, path: str, limits: Limits) -> bytes:
        size = int(self.asked.ask("cat-file", "-s", blob))
        if size > limits.file_bytes:
            what = f"is too large: {size:,} bytes, the limit is {limits.file_bytes:,}"
            raise InputError(what, path, "--max-file-bytes raises the limit")
        return self.asked.ask("cat-file", "blob", blob)
