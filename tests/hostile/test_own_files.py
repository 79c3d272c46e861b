"""Where a file of ours is expected anything may stand: it is not written through or waited for."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.answers import check
from tests.hostile.bounded import Server
from tests.hostile.roots import copied, rolled, small

PRECIOUS = "precious"
PATHS = [
    ".migrate",
    ".migrate/lock",
    ".migrate/journal",
    ".migrate/journal.new",
    ".migrate/landing",
    ".migrate/cache/verify.json",
    ".migrate/trust.json",
    ".migrate/.gitignore",
]
COMMANDS = [
    ["status"],
    ["verify", "--fresh", "--run-gates", "--trust"],
    ["undo", "--preset", "q"],
    ["finalize"],
]


def _victim(path: Path) -> Path:
    """A file outside of the tree that nobody may write to."""
    above = next(parent for parent in path.parents if parent.name == "tree").parent
    victim = above / "victim"
    victim.write_text(PRECIOUS)
    return victim


def _socket(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the name of a socket has a hundred bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "x").write_text("x")


def _huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 1 << 40)


THINGS: dict[str, Callable[[Path], None]] = {
    "a hard link": lambda path: os.link(_victim(path), path),
    "a link": lambda path: path.symlink_to(_victim(path)),
    "a link to nothing": lambda path: path.symlink_to("../../nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a FIFO": os.mkfifo,
    "a socket": _socket,
    "a folder": _folder,
    "a terabyte of nothing": _huge,
}


@pytest.fixture(scope="module")
def done(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished rollout."""
    return rolled(server, tmp_path_factory.mktemp("done"), applied=True)


def _put(root: Path, path: str, thing: str) -> Path:
    place = root / path
    if path == ".migrate":
        place.rename(root.parent / "moved")
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    THINGS[thing](place)
    return place


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_written_through_it_or_waits_for_it(
    server: Server, done: Path, tmp_path: Path, path: str, thing: str
) -> None:
    root = copied(done, tmp_path)
    _put(root, path, thing)
    for command in COMMANDS:
        check(server.run(root, *command), (0, 1, 3, 4))
    victim, beyond = tmp_path / "victim", tmp_path / "nowhere"
    assert not victim.exists() or victim.read_text() == PRECIOUS
    assert not beyond.exists()


@pytest.mark.parametrize("thing", [thing for thing in THINGS if thing != "a terabyte of nothing"])
def test_what_is_no_lock_is_a_letter_that_names_it(
    server: Server, done: Path, tmp_path: Path, thing: str
) -> None:
    root = copied(done, tmp_path)
    lock = _put(root, ".migrate/lock", thing)
    ran = server.run(root, "undo", "--preset", "q")
    check(ran, (4,))
    assert ".migrate/lock: " in ran.err
    lock.unlink() if thing != "a folder" else lock.rename(tmp_path / "away")  # as the hint says
    check(server.run(root, "undo", "--preset", "q"), (0,))


def test_a_holder_cannot_be_made_up_to_any_length(
    server: Server, done: Path, tmp_path: Path
) -> None:
    """Two commands at once, and a lock file of a size that nobody reads."""
    import fcntl

    root = copied(done, tmp_path)
    lock = _put(root, ".migrate/lock", "a terabyte of nothing")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = server.run(root, "undo", "--preset", "q")
    check(ran, (4,))
    assert "another migrate command is running in this tree: it left no name" in ran.err


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("path", ["big.bin", "configs/train/x", "plans/evidence/other"])
def test_a_rehearsal_copies_files_and_links_and_leaves_the_rest(
    server: Server, tmp_path: Path, path: str, thing: str
) -> None:
    root = rolled(server, tmp_path, applied=False)
    (root / path).parent.mkdir(exist_ok=True)
    THINGS[thing](root / path)
    ran = server.run(root, "rehearse", "--keep", str(tmp_path / "kept"))
    check(ran, (0, 1))
    copy = tmp_path / "kept" / path
    if thing in ("a FIFO", "a socket"):
        assert not os.path.lexists(copy)
    elif thing == "a terabyte of nothing":
        assert copy.stat().st_size == 1 << 40
        assert copy.stat().st_blocks == 0
    elif thing == "a hard link":
        assert copy.read_text() == PRECIOUS
        assert copy.stat().st_nlink == 1


def test_a_copy_has_every_byte_between_the_holes(server: Server, tmp_path: Path) -> None:
    root = rolled(server, tmp_path, applied=False)
    with (root / "data.bin").open("wb") as file:
        for at, content in ((0, b"a" * 5000), (1 << 22, os.urandom(3 << 20)), (9 << 20, b"end")):
            file.seek(at)
            file.write(content)
        file.truncate(12 << 20)
    (root / "data.bin").chmod(0o640)
    check(server.run(root, "rehearse", "--keep", str(tmp_path / "kept")), (0, 1))
    copy = tmp_path / "kept/data.bin"
    assert copy.read_bytes() == (root / "data.bin").read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o640


def test_a_record_that_came_with_the_tree_is_not_rehearsed(server: Server, tmp_path: Path) -> None:
    """Git may track `.migrate/`: a journal of a stranger's is not taken over into the copy."""
    from tests.hostile.repositories import committed, git

    root = small(tmp_path / "tree")
    check(server.run(root, "init"), (0,))
    (root / ".migrate/.gitignore").unlink()
    (root / ".migrate/other").write_text("x")
    committed(root)
    assert ".migrate/other" in git(root, "ls-files")
    check(server.run(root, "rehearse", "--keep", str(tmp_path / "kept")), (0, 1))
    assert not (tmp_path / "kept/.migrate/other").exists()
