"""A tree of files as it was in one revision of git: read only."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from functools import cached_property
from typing import IO

from migrate.errors import InputError, MissingFile, nearest
from migrate.limits import DEFAULT, Limits

_NO_GIT = "install git, or compare files that are checked out"
_NO_REPOSITORY = "git:REV:PATH needs a root inside a git repository"


class GitTree:
    """The files below `root` as a revision has them; `git cat-file --batch` reads them all.

    Raises InputError for a folder outside of git and for a revision that it does not know.
    """

    def __init__(self, root: str, revision: str, limits: Limits = DEFAULT) -> None:
        self.root = root
        self.revision = revision
        self.limits = limits
        self.prefix = self._git("rev-parse", "--show-prefix").rstrip("\n")
        self.commit = self._commit()
        self._process: subprocess.Popen[bytes] | None = None

    def _git(self, *arguments: str) -> str:
        try:
            done = subprocess.run(
                ["git", "-C", self.root, *arguments], capture_output=True, check=False
            )
        except OSError:
            raise InputError("git cannot be run", None, _NO_GIT) from None
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
            raise InputError(f"git: {said or 'failed'}", self.root, _NO_REPOSITORY)
        return done.stdout.decode("utf-8", "surrogateescape")

    def _commit(self) -> str:
        wanted = f"{self.revision}^{{commit}}"
        arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
        try:
            return self._git(*arguments).strip()
        except InputError:
            names = self._git("for-each-ref", "--format=%(refname:short)").split()
            hint = nearest(self.revision, names) or "`git log --oneline` lists revisions"
            raise InputError(f"git knows no revision {self.revision}", None, hint) from None

    def read(self, path: str) -> bytes:
        """See `Tree.read`."""
        content = self._read(path)
        if content is None:
            known = [known for known in self.files() if known.endswith((".yaml", ".yml"))]
            what = f"no such file in {self.revision}"
            raise MissingFile(what, path, nearest(path, known))
        return content

    def exists(self, path: str) -> bool:
        """See `Tree.exists`."""
        return self._read(path) is not None

    def files(self) -> Iterable[str]:
        """See `Tree.files`."""
        return self._files

    @cached_property
    def _files(self) -> list[str]:
        listed = self._git("ls-tree", "-r", "-z", "--name-only", self.commit)
        return sorted(path for path in listed.split("\0") if path)

    def _read(self, path: str) -> bytes | None:
        if "\n" in path:
            return None  # the protocol has one request a line
        stdin, stdout = self._pipes()
        request = f"{self.commit}:{self.prefix}{path}\n"
        stdin.write(request.encode("utf-8", "surrogateescape"))
        stdin.flush()
        return self._answer(path, stdout)

    def _answer(self, path: str, stdout: IO[bytes]) -> bytes | None:
        """One answer of `cat-file`: `ID KIND SIZE`, content, line feed; else what is wrong."""
        head = stdout.readline().split()
        if len(head) < 2 or not head[-1].isdigit():
            return None
        size = int(head[-1])
        if size > self.limits.file_bytes:
            self.close()  # what it is about to send is not read
            what = f"is too large: {size:,} bytes, the limit is {self.limits.file_bytes:,}"
            raise InputError(what, path, "--max-file-bytes raises the limit")
        content = stdout.read(size)
        stdout.read(1)
        return content if head[1] == b"blob" else None

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            command = ["git", "-C", self.root, "cat-file", "--batch", "--follow-symlinks"]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def close(self) -> None:
        """End the process that reads."""
        if self._process is not None:
            for stream in self._pipes():
                stream.close()
            self._process.wait()
            self._process = None

    def __enter__(self) -> GitTree:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
