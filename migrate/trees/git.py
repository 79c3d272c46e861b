"""Ask git about a repository that anyone may have made: no question of ours starts a program.

What a repository says about programs (its config, its hooks) is left out: git works on a folder of
ours, which has the objects, references and index of the repository, and a config of ours.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from migrate.errors import InputError

if TYPE_CHECKING:  # what runs git is imported where there is a repository to ask about
    import subprocess

SECONDS = 30
"""How long one question may take: a repository may hold a FIFO where git expects a file."""

_CONFIG_BYTES = 1 << 20
_POINTER_BYTES = 8192

_SHARED = (
    *("objects", "refs", "packed-refs", "reftable", "shallow", "logs/refs"),
    *("info/exclude", "info/attributes", "info/grafts"),
)
"""What the worktrees of one repository share; all of it data."""
_OWN = re.compile(r"index|sharedindex\.[0-9a-f]+|[A-Z_]+_HEAD")
"""What each worktree has for itself, beside `HEAD` and its log."""

_KEPT = re.compile(
    r"extensions\.(objectformat|refstorage)|core\.(ignorecase|precomposeunicode|protect\w+)"
)
"""Settings of a repository that say how its data is to be read. None names a program or a file."""
_VALUE = re.compile(r"[\w-]+")
_REMOTE_URL = r"^remote\..*\.(url|pushurl)$"

# Over what the person's own config says: it was not written with a stranger's repository in mind.
_SETTINGS = (
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    f"core.hooksPath={os.devnull}",
    "core.pager=cat",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
)
_ENVIRONMENT = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
_PERSONS = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"})
"""What is kept of the variables that speak to git; a hook that calls us sets others."""


_WAITING = "`find .git ! -type f ! -type d` lists what keeps git waiting, such as a FIFO"


class GitError(InputError):
    """Git cannot answer: what it says, and where it was asked."""


def ask(root: str, *question: str, given: bytes = b"", codes: Sequence[int] = (0,)) -> bytes | None:
    """What git prints when asked in a folder; None where git is not installed or no repository is.

    `given` is its standard input, `codes` the exit codes that are an answer. Raises GitError.
    """
    with repository(root) as asked:
        return None if asked is None else asked.ask(*question, given=given, codes=codes)


def repository_config(root: str) -> bytes:
    """The config of the repository that holds a folder, as it stands; nothing where there is none
    or it is larger than any config is."""
    there = _find(root)
    return b"" if there is None else _small(os.path.join(_common(there[1]), "config"))


def remotes(root: str) -> list[str]:
    """The URLs of the remotes of the repository that holds a folder, as its config spells them.

    Raises GitError.
    """
    content = repository_config(root)
    program = _program() if content else None
    if program is None:
        return []
    question = ("config", "--file", "-", "--no-includes", "-z", "--get-regexp", _REMOTE_URL)
    from migrate.disk.temporary import temporary_folder

    with temporary_folder("migrate-git-") as folder:
        asked = Repository(folder, folder, folder, program)
        # Exit code 1: it has none. 128: it is not a config.
        listed = asked.ask(*question, given=content, codes=(0, 1, 128))
    return [record.partition("\n")[2] for record in os.fsdecode(listed).split("\0") if record]


class Repository:
    """One repository, as git may see it, asked from the folder `root` in its worktree."""

    def __init__(self, root: str, worktree: str, folder: str, program: str) -> None:
        self.root = root
        self._worktree = worktree
        self._command = [program, *(part for one in _SETTINGS for part in ("-c", one))]
        kept = {n: v for n, v in os.environ.items() if not n.startswith("GIT_") or n in _PERSONS}
        where = {"GIT_DIR": folder, "GIT_WORK_TREE": worktree}
        self._environment = {**kept, **_ENVIRONMENT, **where}

    def ask(self, *question: str, given: bytes = b"", codes: Sequence[int] = (0,)) -> bytes:
        """See `ask`."""
        import subprocess

        try:
            done = subprocess.run(
                [*self._command, *question],
                cwd=self.root,
                env=self._environment,
                input=given,
                capture_output=True,
                check=False,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            what = f"git {question[0]} has no answer after {SECONDS} seconds"
            raise GitError(what, self.root, _WAITING) from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "`git --version` says whether it is installed as it should be"
            raise GitError(f"git cannot be run: {reason}", self.root, hint) from None
        if done.returncode not in codes:
            said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
            raise GitError(
                f"git {question[0]}: {said or 'failed'}",
                self.root,
                "nothing is fetched for you; in a repository that you trust, "
                "`git fsck` says what is wrong",
            )
        return done.stdout

    def others(self, *question: str, below: str = ".") -> bytes:
        """Ask for what git does not track below a folder, by its rules of what is ignored.

        Raises GitError for rules that are no file: git would wait for a FIFO.
        """
        for path in self._ignore_files(below):
            if not _can_be_read(path):
                named = os.path.relpath(path, self.root)
                raise GitError("is not a regular file", named, "move it away: git reads it")
        return self.ask("ls-files", "--others", "--exclude-standard", *question, "--", below)

    def _ignore_files(self, below: str) -> Iterator[str]:
        """What stands where git looks for rules: in the folder, those in it, and those above."""
        top = os.path.realpath(os.path.join(self.root, below))
        while len(top) > len(self._worktree):
            top = os.path.dirname(top)
            yield os.path.join(top, ".gitignore")
        for inner, folders, names in os.walk(os.path.join(self.root, below)):
            folders[:] = [name for name in folders if name != ".git"]
            if ".gitignore" in names:
                yield os.path.join(inner, ".gitignore")

    def start(self, *question: str) -> subprocess.Popen[bytes]:
        """A git that is asked more than once, on pipes; see `await_answer`."""
        import subprocess

        return subprocess.Popen(
            [*self._command, *question],
            cwd=self.root,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )


def await_answer(process: subprocess.Popen[bytes]) -> None:
    """Wait until a git that was `start`ed begins to answer; it is ended where that takes too long.

    Reading then comes to its end as well.
    """
    import select

    waiting = select.poll()
    waiting.register(process.stdout or -1, select.POLLIN)
    if not waiting.poll(SECONDS * 1000):
        process.kill()


@contextmanager
def repository(root: str) -> Iterator[Repository | None]:
    """The repository whose worktree holds a folder; None without git or without a repository.

    Only what is called `.git` counts: a folder that merely looks like a repository came with the
    tree. Raises Refused where no folder of ours can be made, GitError where it cannot be read.
    """
    there = _find(root)
    program = _program() if there is not None else None
    if program is None or there is None:
        yield None
        return
    from migrate.disk.temporary import temporary_folder

    worktree, own = there
    with temporary_folder("migrate-git-") as folder:
        asked = Repository(root, worktree, folder, program)
        try:
            _prepare(folder, own)
            _configure(folder, _common(own), program)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            what = f"the repository cannot be looked at: {reason}"
            raise GitError(what, own, "check its permissions, and the room in TMPDIR") from None
        yield asked


def _program() -> str | None:
    """The git of the person: a relative entry of PATH could lead into the tree."""
    import shutil

    path = os.environ.get("PATH", os.defpath)
    return shutil.which("git", path=os.pathsep.join(filter(os.path.isabs, path.split(os.pathsep))))


def _find(root: str) -> tuple[str, str] | None:
    """The nearest worktree upwards, and its folder of git; None where there is none."""
    folder = os.path.realpath(root)
    while True:
        own = _git_folder(os.path.join(folder, ".git"))
        if own is not None:
            return folder, own
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def _git_folder(path: str) -> str | None:
    """What `.git` is or, being a file, names; None for what is no repository."""
    if os.path.isfile(path):
        named = _first_line(path)
        if not named.startswith("gitdir: "):
            return None
        path = os.path.join(os.path.dirname(path), named.removeprefix("gitdir: "))
    shared = os.path.join(_common(path), "objects")
    whole = os.path.isfile(os.path.join(path, "HEAD")) and os.path.isdir(shared)
    return path if whole else None


def _common(own: str) -> str:
    """The folder that the worktrees of a repository share; the same one for most."""
    return os.path.join(own, _first_line(os.path.join(own, "commondir")) or ".")


def _prepare(folder: str, own: str) -> None:
    """Fill a folder of ours with what is data of a repository."""
    common = _common(own)
    for name in ("info", "logs"):
        os.mkdir(os.path.join(folder, name))
    for name in _SHARED:
        _link(folder, name, common)
    for name in filter(_OWN.fullmatch, os.listdir(own)):
        _link(folder, name, own)
    _link(folder, "logs/HEAD", own)
    # Not a link: git takes a link for what it names, and `HEAD` has to name a branch.
    _write(folder, "HEAD", _first_line(os.path.join(own, "HEAD")) + "\n")


def _link(folder: str, name: str, source: str) -> None:
    path = os.path.abspath(os.path.join(source, name))
    # Anything but a file or a folder, git would wait for.
    if os.path.isfile(path) or os.path.isdir(path):
        os.symlink(path, os.path.join(folder, name))


def _configure(folder: str, common: str, program: str) -> None:
    """Write a config of ours, with the few settings of the repository that are kept."""
    _write(folder, "config", _config(()))
    content = _small(os.path.join(common, "config"))
    # Git itself reads them, as a file like any other. Exit code 128: it is not a config; then git
    # goes without it.
    question = ("config", "--file", "-", "--no-includes", "-z", "--list")
    asked = Repository(folder, folder, folder, program)
    listed = asked.ask(*question, given=content, codes=(0, 128))
    settings = (record.partition("\n") for record in os.fsdecode(listed).split("\0"))
    kept = [(n, v) for n, _, v in settings if _KEPT.fullmatch(n) and _VALUE.fullmatch(v)]
    if kept:
        _write(folder, "config", _config(kept))


def _config(kept: Iterable[tuple[str, str]]) -> str:
    lines = ["[core]", "bare = false"]
    for name, value in kept:
        section, _, key = name.partition(".")
        lines += [f"[{section}]", f"{key} = {value}"]
    version = int("[extensions]" in lines)
    return "\n".join([*lines, "[core]", f"repositoryformatversion = {version}", ""])


def _can_be_read(path: str) -> bool:
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return True
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)  # git follows no link there


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)


def _first_line(path: str) -> str:
    return os.fsdecode(_small(path, _POINTER_BYTES).partition(b"\n")[0]).rstrip("\r")


def _small(path: str, limit: int = _CONFIG_BYTES) -> bytes:
    """A small file's bytes; none of what is no file, or is larger than any such file is."""
    with suppress(OSError, ValueError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                content = file.read(limit + 1)
                return content if len(content) <= limit else b""
    return b""
