"""What git answers, and what stands in a repository that it is asked about."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

from migrate.locations import outside
from migrate.trees.git import GitError
from migrate.trees.git_tree import GitTree
from migrate.trees.ignored import IgnoreRules
from migrate.trees.tracked import tracked
from migrate.trees.tree import DiskTree, MemoryTree
from migrate.workspace.git_record import keep_bytes, refuse_ignored
from tests.hostile.roots import small
from tests.hostile.targets.target import Target, letters_only, scratch

P = "configs/train/p.yaml"
APART = b"\n%%\n"
"""Between the answers to one question after the other."""
COMMIT = b"0123456789abcdef0123456789abcdef01234567\n"


class _Process:
    """A git that has answered already."""

    def __init__(self, answer: bytes) -> None:
        self.stdin = io.BytesIO()
        self.stdout = io.BytesIO(answer)

    def kill(self) -> None:
        """It has ended."""

    def communicate(self) -> None:
        """It has ended."""


class _Git:
    """Answers by the last word of a question that it knows."""

    def __init__(self, **answers: bytes) -> None:
        self.answers = answers

    def ask(self, *question: str, **_: object) -> bytes:
        """See `Repository.ask`; no answer to `--verify` is that there is no such revision."""
        if "--verify" in question and not self.answers["--verify"]:
            raise GitError("git rev-parse: failed")
        return next((self.answers[w] for w in question[:2] if w in self.answers), b"")

    def others(self, *question: str, **_: object) -> bytes:
        """See `Repository.others`."""
        return self.answers["others"]

    def start(self, *_: str) -> _Process:
        """See `Repository.start`."""
        return _Process(self.answers["cat-file"])


def _answers(content: bytes, count: int) -> list[bytes]:
    parts = content.split(APART, count - 1)
    return parts + [b""] * (count - len(parts))


@contextmanager
def _in_place_of(module: str, git: _Git) -> Iterator[None]:
    @contextmanager
    def repository(_: str) -> Iterator[_Git]:
        yield git

    with patch(f"{module}.repository", repository):
        yield


def revision(content: bytes) -> None:
    """A tree in a revision: where it is, which files it has, what stands in one."""
    prefix, commit, names, listed, read = _answers(content, 5)
    answers = {"--show-prefix": prefix, "--verify": commit, "for-each-ref": names}
    git = _Git(**answers, **{"ls-tree": listed, "cat-file": read})
    with (
        _in_place_of("migrate.trees.git_tree", git),
        patch("migrate.trees.git_tree.await_answer"),
        letters_only(),
        GitTree("/nowhere", "HEAD") as tree,
    ):
        files = list(tree.files())
        assert files == sorted(files)
        for path in (P, *files[:2]):
            with letters_only():
                assert isinstance(tree.read(path), bytes)
            with letters_only():
                assert isinstance(tree.exists(path), bool)


def staged(content: bytes) -> None:
    """Which files are tracked, and which are not yet."""
    stage, others = _answers(content, 2)
    git = _Git(**{"ls-files": stage}, others=others)
    tree = DiskTree(str(_root()))
    with _in_place_of("migrate.trees.tracked", git), letters_only():
        files = tracked(tree, "configs")
        assert files == sorted(set(files))
        assert not any(map(outside, files))
        for path in files:
            tree.read(path)


def rules(content: bytes) -> None:
    """What `check-ignore` and `check-attr` say of our records."""
    hidden, attributes = _answers(content, 2)
    tree = MemoryTree({P: b"a: 1\n", "plans/p.yaml": b""})

    def ask(_: str, *question: str, **__: object) -> bytes:
        answer = {"check-attr": attributes, "rev-parse": b"x/\n"}
        return next((answer[word] for word in question if word in answer), hidden)

    with patch("migrate.workspace.git_record.ask", ask):
        with letters_only():
            refuse_ignored("/nowhere", tree, ["plans"], ["plans/p.yaml"])
        with letters_only():
            list(keep_bytes("/nowhere", tree, {"plans": ["plans/p.yaml"]}))


def ignore_file(content: bytes) -> None:
    """The rules of a `.gitignore`, read without git."""
    files = [P, "configs/.gitignore", "a/b/c d.txt", "x\udcff.py", "模型/a.yaml"]
    tree = MemoryTree(dict.fromkeys(files, b"") | {".gitignore": content})
    ignored = IgnoreRules(tree, tree.files())
    assert all(isinstance(path in ignored, bool) for path in files)


SPOILED = ("index", "config", "HEAD", "packed-refs", "info/exclude", "commondir", "shallow")


def folder(content: bytes) -> None:
    """A folder of git with one file in it spoiled: the first line names it."""
    name, _, body = content.partition(b"\n")
    chosen = name.decode("ascii", "replace")
    with tempfile.TemporaryDirectory(prefix="migrate-fuzz-git-") as spoiled:
        root = Path(spoiled) / "tree"
        shutil.copytree(_repository(), root)
        (root / ".git" / (chosen if chosen in SPOILED else "index")).write_bytes(body)
        tree = DiskTree(str(root))
        with letters_only():
            assert not any(map(outside, tracked(tree, "configs")))
        with letters_only(), GitTree(str(root), "HEAD") as old:
            assert old.read(P)


@cache
def _root() -> Path:
    return small(scratch() / "tree")


@cache
def _repository() -> Path:
    root = small(scratch() / "tree")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(root))
    for question in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "a"]):
        subprocess.run([*git, *question], check=True)
    shutil.rmtree(root / ".git" / "hooks", ignore_errors=True)
    return root


def _revisions() -> Iterable[bytes]:
    listed = b"configs/train/p.yaml\0configs/base.yaml\0odd \xff\nname\0"
    for read in (
        b"0123 blob 5\na: 1\n\n",
        b"0123 blob 99999999999\na: 1\n",
        b"0123 blob " + b"9" * 5000 + b"\na: 1\n",
        b"0123 blob -5\na: 1\n",
        b"symlink 10\n/etc/passwd\n",
        b"0123 blob 50\na: 1\n",
        b"0123 tree 5\na: 1\n\n",
        b"HEAD:configs/train/p.yaml missing\n",
        b"dangling 12\nHEAD:a\n",
        b"",
    ):
        yield APART.join([b"\n", COMMIT, b"main\n", listed, read])
    yield APART.join([b"deep/\xff/\n", b"", b"main\nHE\x1bAD\xff\n", b"", b""])


def _staged() -> Iterable[bytes]:
    record = b"100644 0123 0\t"
    yield record + b"configs/train/p.yaml\0" + record + b"run.sh\0" + APART + b"configs/new.yaml\0"
    yield b"120000 0123 0\tlink\0" + b"160000 0123 0\tmodule\0" + record + b"../../etc/passwd\0"
    yield record + b"/etc/passwd\0" + record + b"a\tb\nc\xff\0" + record + b"\0no tab\0"
    yield record + b"configs\0" + record + b"configs/./train//p.yaml\0" + record + b".git/config"


def _rules() -> Iterable[bytes]:
    attribute = b"plans/p.yaml\0text\0auto\0"
    for source in (b".gitignore", b".git/info/exclude", b"/home/a/.gitignore", b"../.gitignore"):
        yield source + b"\0" + b"3\0plans/*\0plans/p.yaml\0" + APART + attribute
    yield b".gitignore\0three\0plans/*\0plans/p.yaml\0" + APART + b"plans/p.yaml\0text\0"
    yield b"\0\0\0plans/p.yaml\0"


def _folders() -> Iterable[bytes]:
    own = _repository() / ".git"
    for name in SPOILED:
        body = (own / name).read_bytes() if (own / name).exists() else b"\n"
        yield name.encode() + b"\n" + body
    yield b"config\n[extensions]\nobjectFormat = sha256\n[core]\nignoreCase = true\n"
    yield b"packed-refs\n# pack-refs with: peeled\n" + COMMIT.strip() + b" refs/heads/main\n"


TARGETS = [
    Target("git-revision", revision, _revisions),
    Target("git-staged", staged, _staged),
    Target("git-rules", rules, _rules),
    Target(
        "git-ignore-file", ignore_file, lambda: [b"*\n!configs/\n/a\n", b"[z-a]\n[\n\\\n**/x/\n"]
    ),
    Target("git-folder", folder, _folders),
]
