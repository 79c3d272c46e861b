"""Which commits a revision brings to what is checked out, merged already or not."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from migrate.errors import InputError, Refused
from migrate.limits import DEFAULT, Limits
from migrate.trees.git import Repository, repository
from migrate.trees.git_tree import GitTree

_UNRELATED = (
    "name a branch that began from this repository; in a shallow clone, fetch more of its history"
)


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
