"""Repositories that try to have git start a program, each in one of the ways that git has.

The program is `mark` beside the tree: it leaves a file `pwned` there.
"""

from __future__ import annotations

import os
import pty
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.hostile.roots import COMPONENT, PRESET, write

_ISOLATED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


def git(folder: Path, *arguments: str) -> str:
    """Plain git, with nothing of ours around it; what it says, whether it fails or not.

    It writes to a terminal, as a pager is for terminals only.
    """
    ours, theirs = pty.openpty()
    with tempfile.TemporaryFile() as asked:
        asked.write(b"url=https://u@localhost:1/x\n\n")  # for `credential fill`
        asked.seek(0)
        done = subprocess.Popen(
            ["git", *arguments],
            cwd=folder,
            stdin=asked,
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_ISOLATED},
            start_new_session=True,
        )
    os.close(theirs)
    said = b""
    with suppress(OSError):  # how a terminal ends
        while piece := os.read(ours, 4096):
            said += piece
    os.close(ours)
    done.wait(timeout=30)
    return said.decode().replace("\r\n", "\n")


def committed(root: Path) -> Path:
    """A repository of all that is in a folder."""
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "all")
    return root


def program(root: Path) -> Path:
    """What must never run; it stands beside the tree and leaves its mark there."""
    path = root.parent / "mark"
    path.write_text(f'#!/bin/sh\necho "$0 $*" >> {root.parent}/pwned\nexit 1\n')
    path.chmod(0o755)
    return path


def marked(root: Path) -> str:
    """What the program left; empty if it never ran."""
    mark = root.parent / "pwned"
    return mark.read_text() if mark.exists() else ""


def _config(root: Path, text: str, name: str = "config") -> None:
    with (root / ".git" / name).open("a") as file:
        file.write(text)


def lose(root: Path, name: str) -> None:
    """Remove an object, as a partial clone lacks it."""
    digest = git(root, "rev-parse", name).strip()
    (root / ".git/objects" / digest[:2] / digest[2:]).unlink()


def _lacking(root: Path, remote: str) -> None:
    """A partial clone that lacks what every verb asks git for, and a remote to fetch it from."""
    _skipped_ignore(root)
    for path in (PRESET, COMPONENT):
        lose(root, f"HEAD:{path}")
    _config(root, f'[remote "o"]\n\tpromisor = true\n{remote}')


def _skipped_ignore(root: Path) -> None:
    """An ignore file that is only in the index: git looks there for the patterns."""
    write(root, "configs/.gitignore", "*.tmp\n")
    git(root, "add", "-f", "configs/.gitignore")
    git(root, "update-index", "--skip-worktree", "configs/.gitignore")
    lose(root, ":configs/.gitignore")
    (root / "configs/.gitignore").unlink()


def _ssh(root: Path) -> None:
    _lacking(root, f"\turl = ssh://nobody@localhost/x\n[core]\n\tsshCommand = {program(root)}\n")


def _ext(root: Path) -> None:
    allow = '[protocol]\n\tallow = always\n[protocol "ext"]\n\tallow = always\n'
    _lacking(root, f'\turl = "ext::{program(root)} %S"\n{allow}')


def _upload_pack(root: Path) -> None:
    _lacking(root, f"\turl = {root}\n\tuploadpack = {program(root)}\n")


def _git_proxy(root: Path) -> None:
    _lacking(root, f"\turl = git://localhost/x\n[core]\n\tgitProxy = {program(root)}\n")


def _helper(root: Path) -> None:
    _lacking(root, f"\turl = https://u@localhost:1/x\n[credential]\n\thelper = !{program(root)}\n")


def _partial_clone(root: Path) -> None:
    _ssh(root)
    text = (root / ".git/config").read_text().replace("\tpromisor = true\n", "")
    text = text.replace("repositoryformatversion = 0", "repositoryformatversion = 1")
    (root / ".git/config").write_text(text + "[extensions]\n\tpartialClone = o\n")


def _included(root: Path) -> None:
    _ssh(root)
    write(root, "evil.conf", (root / ".git/config").read_bytes())
    (root / ".git/config").write_text("[include]\n\tpath = ../evil.conf\n")


def _worktree_config(root: Path) -> None:
    _ssh(root)
    os.rename(root / ".git/config", root / ".git/config.worktree")
    (root / ".git/config").write_text(
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tworktreeConfig = true\n"
    )


def _sparse_index(root: Path) -> None:
    """A folder that the index has as a whole, and whose tree is missing."""
    write(root, "other/inner/a.md", "text\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "other")
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "configs", "plans")
    _ssh(root)
    lose(root, "HEAD:other")


def _fsmonitor(root: Path) -> None:
    _config(root, f"[core]\n\tfsmonitor = {program(root)}\n")


def _hooks(root: Path) -> None:
    mark = program(root)
    for name in (
        "post-index-change",
        "reference-transaction",
        "post-checkout",
        "fsmonitor-watchman",
    ):
        (root / ".git/hooks").mkdir(exist_ok=True)
        os.link(mark, root / ".git/hooks" / name)
    os.mkdir(root / "hooks")
    for name in ("post-index-change", "reference-transaction"):
        os.link(mark, root / "hooks" / name)
    _config(root, "[core]\n\thooksPath = hooks\n")


def _filters(root: Path) -> None:
    write(root, ".gitattributes", "* filter=x diff=x merge=x\n")
    mark = program(root)
    kinds = "".join(f"\t{kind} = {mark}\n" for kind in ("clean", "smudge", "process"))
    drivers = (
        f'[diff "x"]\n\ttextconv = {mark}\n\tcommand = {mark}\n[merge "x"]\n\tdriver = {mark}\n'
    )
    _config(root, f'[filter "x"]\n{kinds}\trequired = true\n{drivers}[diff]\n\texternal = {mark}\n')
    for path in (PRESET, COMPONENT):
        os.utime(root / path)


def _pager(root: Path) -> None:
    mark = program(root)
    verbs = ("ls-files", "cat-file", "ls-tree", "rev-parse", "for-each-ref", "config")
    pagers = "".join(f"\t{verb} = {mark}\n" for verb in verbs)
    _config(root, f"[core]\n\tpager = {mark}\n\teditor = {mark}\n[pager]\n{pagers}")


def _alias(root: Path) -> None:
    verbs = ("files", "ls-files", "cat-file", "ls-tree", "rev-parse", "for-each-ref", "config")
    aliases = "".join(f"\t{verb} = !{program(root)}\n" for verb in verbs)
    _config(root, f"[alias]\n{aliases}")


def _alternates(root: Path) -> None:
    _ssh(root)
    _config(root, f"[core]\n\talternateRefsCommand = {program(root)}\n")
    write(root, ".git/objects/info/alternates", "../../elsewhere\n")


def _git_file(root: Path) -> None:
    """The folder of git is part of the tree, under a name that any clone can bring along."""
    _ssh(root)
    os.rename(root / ".git", root / "vendored")
    (root / ".git").write_text("gitdir: vendored\n")


def _common_folder(root: Path) -> None:
    """What looks like a linked worktree takes its config from a third place."""
    _ssh(root)
    os.rename(root / ".git", root / "shared")
    write(root, ".git/commondir", "../shared\n")
    for name in ("HEAD", "index"):
        os.link(root / "shared" / name, root / ".git" / name)


def _submodule(root: Path) -> None:
    """A repository inside, which git asks in its turn."""
    inner = root / "configs/inner"
    inner.mkdir()
    write(inner, "a.yaml", "a: 1\n")
    committed(inner)
    with (inner / ".git/config").open("a") as file:
        file.write(f"[core]\n\tfsmonitor = {program(root)}\n")
    git(root, "add", "configs/inner")


def _bare(root: Path) -> None:
    """The tree looks like a repository without a worktree, as a clone can bring one along."""
    _fsmonitor(root)
    for path in (root / ".git").iterdir():
        path.rename(root / path.name)
    (root / ".git").rmdir()
    text = (root / "config").read_text().replace("bare = false", "bare = false\n\tworktree = .")
    (root / "config").write_text(text)


_LISTED = ("ls-files", "--others", "--exclude-standard")
_SHOWN = ("cat-file", "-p", f"HEAD:{PRESET}")
ATTACKS: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "sshCommand": (_ssh, _SHOWN),
    "sshCommand for a listing": (_ssh, _LISTED),
    "ext URL": (_ext, _SHOWN),
    "uploadpack": (_upload_pack, _SHOWN),
    "gitProxy": (_git_proxy, _SHOWN),
    "credential helper": (_helper, ("credential", "fill")),
    "partialClone": (_partial_clone, _SHOWN),
    "include.path": (_included, _SHOWN),
    "config.worktree": (_worktree_config, _SHOWN),
    "sparse index": (_sparse_index, ("ls-files", "--stage")),
    "fsmonitor": (_fsmonitor, _LISTED),
    "hooks": (_hooks, ("status",)),
    "filters and drivers": (_filters, ("status",)),
    "pager": (_pager, ("log",)),
    "alias": (_alias, ("files",)),
    "alternates": (_alternates, _SHOWN),
    "a .git file": (_git_file, _SHOWN),
    "a common folder": (_common_folder, _SHOWN),
    "a submodule": (_submodule, ("status",)),
    "a bare repository": (_bare, _LISTED),
}
"""What is done to a committed tree, and a question to plain git that falls for it."""
