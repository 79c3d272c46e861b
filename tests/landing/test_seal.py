"""The key of a seal is the person's own: none that stands in a tree is used or made."""

from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from migrate.errors import Refused
from migrate.workspace.seal import seal_of, sealed

KEY = ".local/state/migrate/trust.key"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty tree, in it the person, of whom the system knows nothing."""

    def unknown(_: int) -> None:
        raise KeyError

    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    return root


INSIDE = {
    "no-home": {},
    "home-relative": {"HOME": "."},
    "home-is-the-root": {"HOME": "{root}"},
    "home-below-the-root": {"HOME": "{root}/home"},
    "home-by-a-link": {"HOME": "{root}/../link"},
    "state-below-the-root": {"XDG_STATE_HOME": "{root}/state", "HOME": "/nowhere"},
    "state-relative": {"XDG_STATE_HOME": "state"},
}


@pytest.mark.parametrize("said", INSIDE.values(), ids=INSIDE)
def test_no_key_is_kept_in_a_tree(
    root: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, str]
) -> None:
    (root.parent / "link").symlink_to(root)
    for name, value in said.items():
        monkeypatch.setenv(name, value.format(root=root))
    with pytest.raises(Refused, match="the key of trust cannot be kept: no folder of your own"):
        seal_of(str(root), "a word")
    assert list(root.iterdir()) == []


@pytest.mark.parametrize("folder", ["~", "."])
def test_a_key_that_came_with_a_tree_seals_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.setenv("HOME", str(root.parent))
    seal = seal_of(str(root), "a word")
    assert sealed(str(root), "a word", seal)
    assert not sealed(str(root), "another word", seal)
    brought = root / folder / KEY
    brought.parent.mkdir(parents=True)
    (root.parent / KEY).rename(brought)
    monkeypatch.delenv("HOME")
    if folder == ".":
        monkeypatch.setenv("HOME", str(root))
    assert not sealed(str(root), "a word", seal)


def test_a_relative_state_folder_is_ignored(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    monkeypatch.setenv("HOME", str(root.parent))
    assert seal_of(str(root), "a word")
    assert (root.parent / KEY).exists()
