"""A link to this repository on a forge is told, one to any other is not; git says which it is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrate.references import LIKELY, Renames, rewrite, scan
from migrate.references.elsewhere import repository_of
from migrate.trees.git import remotes
from migrate.trees.tree import DiskTree
from tests.support import trees

OLD, NEW = "configs/train/a.yaml", "configs/train/b.yaml"
ORIGINS = {
    "github.com/acme/train": (
        "git@github.com:acme/train.git",
        "https://github.com/Acme/train",
        "ssh://git@github.com/acme/train.git/",
        "https://me:secret@github.com/acme/train.git",
    ),
    "gitlab.example.org/group/sub/train": (
        "git@gitlab.example.org:group/sub/train.git",
        "ssh://git@gitlab.example.org:2222/group/sub/train.git",
        "https://gitlab.example.org:8443/group/sub/train.git",
    ),
}


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


def tree_with(root: Path, origin: str, text: str) -> DiskTree:
    trees.write(root, {OLD: b"a: 1\n", f"other/{OLD}": b"", "README.md": text.encode()})
    git(root, "init", "-q")
    if origin:
        git(root, "remote", "add", "origin", origin)
    return DiskTree(str(root))


@pytest.mark.parametrize(
    ("name", "origin"), [(name, one) for name, each in ORIGINS.items() for one in each]
)
def test_a_remote_names_a_repository_as_links_do(tmp_path: Path, name: str, origin: str) -> None:
    assert repository_of(origin) == name
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "upstream", origin)
    assert remotes(str(tmp_path)) == [origin]


@pytest.mark.parametrize(
    "link",
    [
        f"https://github.com/acme/train/blob/main/{OLD}",
        f"https://github.com/acme/train/blob/main/{OLD}#L3-L7",
        f"https://github.com/Acme/Train/edit/feature/long/{OLD}",
        f"https://raw.githubusercontent.com/acme/train/main/{OLD}",
        f"https://cdn.jsdelivr.net/gh/acme/train@main/{OLD}",
        f"https://github.com/acme/train/raw/main/{OLD}?plain=1",
    ],
)
def test_a_link_to_a_branch_is_likely(tmp_path: Path, link: str) -> None:
    before = f"See [it]({link}).\n"
    tree = tree_with(tmp_path, "git@github.com:acme/train.git", before)
    (one,) = scan(tree, Renames({OLD: NEW}))
    assert (one.target, one.certainty, one.prose, one.written) == (OLD, LIKELY, True, OLD)
    assert not one.dangles
    (change,) = rewrite(tree, [one], likely=True)
    assert change.after == before.replace(OLD, NEW).encode()


@pytest.mark.parametrize(
    "link",
    [
        f"https://github.com/other/train/blob/main/{OLD}",
        f"https://github.com/acme/train2/blob/main/{OLD}",
        f"https://github.com/acme/train/blob/0123abc/{OLD}",
        f"https://github.com/acme/train/blob/v1.2.0/{OLD}",
        f"https://github.com/acme/train/blob/main/other/{OLD}",
        f"https://github.com/acme/train/blob/main/{OLD}.bak",
        f"https://example.org/acme/train/blob/main/{OLD}",
        f"https://github.com/acme/train/issues?q={OLD}",
    ],
)
def test_any_other_is_left_alone(tmp_path: Path, link: str) -> None:
    tree = tree_with(tmp_path, "git@github.com:acme/train.git", f"See [it]({link}).\n")
    assert scan(tree, Renames({OLD: NEW})) == []


@pytest.mark.parametrize("origin", ["", "/srv/git/train.git", "../train"])
def test_without_a_forge_no_link_is_its_own(tmp_path: Path, origin: str) -> None:
    tree = tree_with(tmp_path, origin, f"https://github.com/acme/train/blob/main/{OLD}\n")
    assert scan(tree, Renames({OLD: NEW})) == []


def test_in_another_worktree_the_remotes_are_the_same(tmp_path: Path) -> None:
    root = tmp_path / "main"
    tree_with(root, "git@github.com:acme/train.git", "")
    git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--allow-empty", "-qm", "s")
    git(root, "worktree", "add", "-q", str(tmp_path / "second"))
    assert remotes(str(tmp_path / "second")) == ["git@github.com:acme/train.git"]
