"""Arguments and surroundings that nobody expects: a letter, or the answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.answers import check
from tests.hostile.bounded import REPOSITORY, Server
from tests.hostile.roots import COMPONENT, PRESET, copied, rolled, shot

ANY = (0, 1, 2, 3, 4)
LONG = "a/" * 2500 + "x.yaml"
NOT_TEXT = os.fsdecode(b"configs/\xff.yaml")
ODD = {
    "nothing": "",
    "here": ".",
    "above": "..",
    "the top": "/",
    "not there": "nope",
    "bytes that are no text": NOT_TEXT,
    "half a surrogate": os.fsdecode(b"configs/\xed\xa0\x80.yaml"),
    "two lines": "a\nb.yaml",
    "a long name": "x" * 300 + ".yaml",
    "a long path": LONG,
    "below proc": "/proc/x.yaml",
    "memory": "/proc/self/mem",
    "a device": "/dev/zero",
    "a link to itself": "loop",
    "below a link to itself": "loop/x.yaml",
    "a FIFO": "fifo",
    "a folder": "folder",
    "below a file": f"{PRESET}/x.yaml",
    "no revision": "git:HEAD",
    "a revision that is not text": os.fsdecode(b"git:\xff:x"),
    "a revision like an option": "git:--all:x",
    "no preset": "legacy:",
    "a glob": "[",
}
PLACES = [
    ["inspect", "?"],
    ["inspect", PRESET, "?"],
    ["explain", "?"],
    ["explain", PRESET, "?"],
    ["diff", "?", PRESET],
    ["diff", PRESET, "?"],
    ["diff", PRESET, PRESET, "--profile", "?"],
    ["lint", "?"],
    ["diff", "--since", "?"],
    ["diff", "--since", "HEAD", "?"],
    ["table", "?"],
    ["table", "--key", "?"],
    ["refs", "?"],
    ["flatten", "?"],
    ["flatten", PRESET, "--onto", "?"],
    ["flatten", PRESET, "-o", "?"],
    ["rehearse", "--keep", "?"],
    ["undo", "--preset", "?"],
    ["accept", "--preset", "?", "--reason", "r"],
    ["accept", "--key", "?", "--reason", "r"],
    ["accept", "--reason", "?", "--dry-run"],
    ["accept", "--retired", "?", "--reason", "r"],
    ["accept", "--remove", "--preset", "?"],
    ["accept", "--remove", "--key", "?"],
    ["init", "--force", "--base", "?"],
    ["--root", "?", "status"],
    ["--plans", "?", "status"],
    ["--plans", "?", "inspect", PRESET],
    ["--dialect", "?", "inspect", PRESET],
]


@pytest.fixture(scope="module")
def tree(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with plans, and things that are no files."""
    return rolled(server, tmp_path_factory.mktemp("tree"), applied=False)


def _odd(tree: Path, folder: Path) -> Path:
    root = copied(tree, folder)
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "fifo")
    (root / "folder").mkdir()
    (root / "folder/file").write_text("x")
    return root


@pytest.mark.parametrize("name", ODD)
def test_every_place_takes_every_argument(
    server: Server, tree: Path, tmp_path: Path, name: str
) -> None:
    root = _odd(tree, tmp_path)
    for place in PLACES:
        check(server.run(root, *(ODD[name] if one == "?" else one for one in place)), ANY)


KEEP = ["a device", "a FIFO", "a folder", "a link to itself", "below proc", "below a file"]


@pytest.mark.parametrize("name", [*KEEP, "a long name", "a long path", "nothing"])
def test_a_copy_is_kept_in_a_new_or_empty_folder_only(
    server: Server, tree: Path, tmp_path: Path, name: str
) -> None:
    root = _odd(tree, tmp_path)
    before = shot(root)
    ran = server.run(root, "rehearse", "--keep", ODD[name])
    check(ran, (3,))
    assert shot(root) == before
    (tmp_path / "empty").mkdir()
    check(server.run(root, "rehearse", "--keep", str(tmp_path / "empty")), (0, 1))


@pytest.mark.parametrize("name", ["bytes that are no text", "half a surrogate"])
def test_a_name_that_no_text_can_write_is_not_looked_for(
    server: Server, tree: Path, tmp_path: Path, name: str
) -> None:
    root = copied(tree, tmp_path)
    ran = server.run(root, "refs", ODD[name])
    check(ran, (3,))
    assert "has a name that is not UTF-8" in ran.err
    (root / NOT_TEXT).write_text("a: 1\n")  # there it is in nobody's way
    ran = server.run(root, "refs")
    check(ran, (0,))
    assert f"{COMPONENT}: 2 references" in ran.out


def test_a_path_that_no_program_could_open_is_not_written(
    server: Server, tree: Path, tmp_path: Path
) -> None:
    root = copied(tree, tmp_path)
    ran = server.run(root, "flatten", PRESET, "-o", LONG)
    check(ran, (3,))
    assert "is too long a path" in ran.err
    assert not (root / "a").exists()


@pytest.mark.parametrize("verb", ["status", "inspect", "apply", "verify", "rehearse", "init"])
def test_a_folder_that_was_removed_is_a_letter(tree: Path, tmp_path: Path, verb: str) -> None:
    more = {"inspect": [PRESET], "apply": ["--all"]}.get(verb, [])
    command = [sys.executable, "-m", "migrate", "--root", str(tree), verb, *more]
    (tmp_path / "gone").mkdir()
    ran = subprocess.run(
        ["bash", "-c", 'cd "$0" && rmdir "$0" && "$@"', str(tmp_path / "gone"), *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert ran.returncode == 3
    assert ran.stderr.startswith("error: the folder you are in cannot be used: ")


@pytest.mark.parametrize(
    "env",
    [
        {"TMPDIR": "/nowhere"},
        {"HOME": "/nowhere", "XDG_STATE_HOME": ""},
        {"HOME": "", "XDG_STATE_HOME": "/proc"},
        {"PATH": "/nowhere"},
        {"COLUMNS": "x", "TERM": "nope", "LC_ALL": "nope"},
    ],
    ids=" ".join,
)
def test_no_surroundings_are_a_bug(
    server: Server, tree: Path, tmp_path: Path, env: dict[str, str]
) -> None:
    root = copied(tree, tmp_path)
    for command in (["plan"], ["apply", "--all"], ["verify", "--run-gates", "--trust"], ["refs"]):
        check(server.run(root, *command, env=env), (0, 1, 3))


def test_a_full_folder_for_temporary_files_is_a_letter(
    server: Server, tree: Path, tmp_path: Path
) -> None:
    """A file stands in for it: nothing can be made in there, whoever asks."""
    (tmp_path / "file").write_text("")
    root = copied(tree, tmp_path)
    env = {name: str(tmp_path / "file") for name in ("TMPDIR", "TEMP", "TMP")}
    check(server.run(root, "rehearse", env=env), (0, 1, 3))
