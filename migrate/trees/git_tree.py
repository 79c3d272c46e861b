"""A tree of files as it was in one revision of git: read only."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from functools import cached_property
from typing import IO

from migrate.errors import InputError, MissingFile, nearest
from migrate.limits import DEFAULT, Limits
from migrate.locations import SUFFIXES
from migrate.trees.git import GitError, await_answer, repository

_NO_GIT = "a revision needs both; files that are checked out can be compared without"
_EMPTY = "''"
"""How a letter names a text without a character."""
_DIGITS = 19
"""Of the largest size that git can tell."""
_READ = ("cat-file", "--batch", "--follow-symlinks")


class GitTree:
    """The files below `root` as a revision has them; `git cat-file --batch` reads them all.

    Nothing is fetched: what a partial clone lacks is refused. Raises InputError for a folder
    outside of git and for a revision that it does not know.
    """

    def __init__(self, root: str, revision: str, limits: Limits = DEFAULT) -> None:
        self.root = root
        self.revision = revision
        self.limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = ExitStack()
        found = self._asked.enter_context(repository(root))
        if found is None:
            raise InputError("is in no repository of git, or git is not installed", root, _NO_GIT)
        self._repository = found
        try:
            self.prefix, self.commit = self._place()
        except BaseException:
            self.close()
            raise

    def _git(self, *arguments: str) -> str:
        return os.fsdecode(self._repository.ask(*arguments))

    def _place(self) -> tuple[str, str]:
        """Where the root is in the repository, and the commit, by one question."""
        wanted = f"{self.revision}^{{commit}}"
        options = ("--show-prefix", "--verify", "--quiet", "--end-of-options")
        try:
            prefix, _, commit = (
                self._git("rev-parse", *options, wanted).strip("\n").rpartition("\n")
            )
            return prefix, commit
        except InputError:
            names = self._git("for-each-ref", "--format=%(refname:short)").split()
            hint = nearest(self.revision, names) or "`git log --oneline` lists revisions"
            if self._git("rev-parse", "--is-shallow-repository").strip() == "true":
                hint = "this clone is shallow; `git fetch --unshallow` brings all of its history"
            what = f"git knows no revision {self.revision or _EMPTY}"
            raise InputError(what, None, hint) from None

    def read(self, path: str) -> bytes:
        """See `Tree.read`."""
        content = self._read(path)
        if content is None:
            known = [known for known in self.files() if known.endswith(SUFFIXES)]
            what = f"no such file in {self.revision}"
            raise MissingFile(what, path, nearest(path, known))
        return content

    def parts(self, path: str) -> Iterator[bytes]:
        """See `Tree.parts`; git gives a file whole, within the limit."""
        yield self.read(path)

    def exists(self, path: str) -> bool:
        """See `Tree.exists`."""
        return path in self._regular or self._read(path) is not None

    def files(self) -> Iterable[str]:
        """See `Tree.files`."""
        return self._files

    @cached_property
    def _every(self) -> frozenset[str]:
        return frozenset(self._files)

    @cached_property
    def _regular(self) -> frozenset[str]:
        """The files that are no links and no submodules: those need not be read to be there."""
        return frozenset(path for mode, path in self._listed if mode.startswith("100"))

    @cached_property
    def _files(self) -> list[str]:
        return sorted(path for _, path in self._listed)

    @cached_property
    def _listed(self) -> list[tuple[str, str]]:
        """The mode and the path of everything in the revision."""
        listed = self._git("ls-tree", "-r", "-z", self.commit)
        entries = (entry.partition("\t") for entry in listed.split("\0") if entry)
        return [(head.partition(" ")[0], path) for head, _, path in entries]

    def _read(self, path: str) -> bytes | None:
        """The bytes of a file, None where none is. Raises GitError for one that git cannot read."""
        if "\n" in path:
            return None  # the protocol has one request a line
        process = self._process = self._process or self._repository.start(*_READ)
        assert process.stdin is not None
        assert process.stdout is not None
        request = f"{self.commit}:{self.prefix}{path}\n"
        with suppress(BrokenPipeError):  # it ended; that it says nothing is told below
            process.stdin.write(request.encode("utf-8", "surrogateescape"))
            process.stdin.flush()
        await_answer(process)
        content = self._answer(path, process.stdout)
        if content is None and path in self._every:
            raise self._unread(path, "its content is not in this clone")
        return content

    def _answer(self, path: str, stdout: IO[bytes]) -> bytes | None:
        """One answer of `cat-file`: `ID KIND SIZE`, content, line feed; else what is wrong."""
        head = stdout.readline().split()
        if not head:
            raise self._unread(path, "it cannot be read")
        if len(head) < 2 or not head[-1].isdigit():
            return None
        if len(head[-1]) > _DIGITS:
            raise self._unread(path, "its size cannot be read")
        size = int(head[-1])
        if size > self.limits.file_bytes:
            self._end()  # what it is about to send is not read
            what = f"is too large: {size:,} bytes, the limit is {self.limits.file_bytes:,}"
            raise InputError(what, path, "--max-file-bytes raises the limit")
        content = stdout.read(size)
        if stdout.read(1) != b"\n":
            raise self._unread(path, "it cannot be read to its end")
        return content if head[1] == b"blob" else None

    def _unread(self, path: str, why: str) -> GitError:
        self._end()
        whole = shlex.quote(f"{self.revision}:{self.prefix}{path}")
        return GitError(
            f"is in git at {self.revision}, but {why}",
            path,
            "nothing is fetched for you; if the repository is one you trust, "
            f"`git cat-file blob {whole}` fetches it, or says what is wrong",
        )

    def _end(self) -> None:
        """End the process that reads; the next read starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def close(self) -> None:
        """End all that was begun for this tree."""
        self._end()
        self._asked.close()

    def __enter__(self) -> GitTree:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
