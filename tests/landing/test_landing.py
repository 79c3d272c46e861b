"""What a landing promises on a real disk, and what it refuses."""

from __future__ import annotations

import os
import signal
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from migrate.changes import Change, ChangeSet, sha256
from migrate.disk import Disk, Posix
from migrate.errors import MigrateError, Refused, TreeMoved
from migrate.journal import interrupted, land, recover
from tests.support import trees


class Interrupted(Exception):
    """Stands for the death of the process."""


class RecordingTree(Posix):
    """The operating system, with something done before its Nth rename; or it dies."""

    def __init__(self, when: int, act: Callable[[], None]) -> None:
        self.when, self.act, self.renames, self.dead = when, act, 0, False

    def rename(self, source: str, target: str, folder: int) -> None:
        self.renames += 1
        if self.renames == self.when:
            self.act()
        if self.dead:
            raise Interrupted
        super().rename(source, target, folder)

    def unlink(self, name: str, folder: int) -> None:
        if self.dead:
            raise Interrupted
        super().unlink(name, folder)


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".migrate" not in path.relative_to(root).parts
    }


def ours(root: Path) -> list[str]:
    return sorted(path.name for path in (root / ".migrate").rglob("*"))


def plant(root: Path, **contents: str) -> None:
    for name, content in contents.items():
        (root / name).write_text(content)


def change(path: str, before: str | None, after: str | None) -> Change:
    old = None if before is None else before.encode()
    return Change(path, old, None if after is None else after.encode())


def change_set(*changes: Change) -> ChangeSet:
    return ChangeSet.of(changes)


def die(root: Path, changes: ChangeSet, rename: int) -> None:
    """Land, and die before a rename: 1 ignore file, 2 intent, 3 commit, 4 the first file."""
    system = RecordingTree(rename, lambda: setattr(system, "dead", True))
    with pytest.raises(Interrupted):
        land(changes, Disk(str(root), system), "the step")


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, ChangeSet]:
    plant(tmp_path, a="a", b="b")
    return tmp_path, change_set(change("a", "a", "A"), change("b", "b", "B"))


def test_only_the_ignore_file_is_left(two: tuple[Path, ChangeSet]) -> None:
    root, changes = two
    land(changes, Disk(str(root)), "the step")
    assert files(root) == {"a": b"A", "b": b"B"}
    assert ours(root) == [".gitignore"]


def test_landing_nothing_writes_nothing(tmp_path: Path) -> None:
    land(change_set(change("a", "same", "same")), Disk(str(tmp_path)), "the step")
    assert list(tmp_path.iterdir()) == []


def test_looking_for_an_interrupted_landing_writes_nothing(tmp_path: Path) -> None:
    disk = Disk(str(tmp_path))
    assert not interrupted(disk)
    assert recover(disk) is None
    assert list(tmp_path.iterdir()) == []


def test_permission_bits_are_kept(tmp_path: Path) -> None:
    plant(tmp_path, a="a")
    (tmp_path / "a").chmod(0o751)
    land(change_set(change("a", "a", "A")), Disk(str(tmp_path)), "the step")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o751


def test_a_new_file_obeys_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        land(change_set(change("n", None, "n")), Disk(str(tmp_path)), "the step")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "n").stat().st_mode) == 0o640


def test_only_folders_that_became_empty_are_removed(tmp_path: Path) -> None:
    for folder in ("gone/deep", "kept", "empty"):
        (tmp_path / folder).mkdir(parents=True)
    plant(tmp_path, **{"gone/deep/x": "x", "kept/x": "x", "kept/y": "y"})
    changes = change_set(change("gone/deep/x", "x", None), change("kept/x", "x", None))
    land(changes, Disk(str(tmp_path)), "the step")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name[0] != ".") == [
        "empty",
        "kept",
    ]


def test_an_edited_file_is_refused_with_both_digests(two: tuple[Path, ChangeSet]) -> None:
    root, changes = two
    plant(root, b="mine")
    with pytest.raises(TreeMoved) as caught:
        land(changes, Disk(str(root)), "the step")
    assert sha256(b"b") in str(caught.value)
    assert sha256(b"mine") in str(caught.value)
    assert str(caught.value).startswith("b: ")
    assert files(root) == {"a": b"a", "b": b"mine"}
    assert not (root / ".migrate").exists()


def test_an_edit_while_staging_is_refused(two: tuple[Path, ChangeSet]) -> None:
    root, changes = two
    system = RecordingTree(2, lambda: plant(root, b="mine"))
    with pytest.raises(TreeMoved):
        land(changes, Disk(str(root), system), "the step")
    assert files(root) == {"a": b"a", "b": b"mine"}
    assert ours(root) == [".gitignore"]


# Links.


def test_a_link_is_respected(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    plant(tmp_path, **{"real/a": "a"})
    (tmp_path / "link").symlink_to("real/a")
    land(change_set(change("link", "a", "A")), Disk(str(tmp_path)), "the step")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real/a").read_text() == "A"


@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize("named", ["out/a", "link"])
def test_a_link_out_of_the_root_is_refused(tmp_path: Path, named: str, absolute: bool) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    plant(outside, a="a")
    leads = str(outside) if absolute else "../outside"
    (root / "out").symlink_to(leads)
    (root / "link").symlink_to(f"{leads}/a")
    with pytest.raises(TreeMoved, match="leads outside"):
        land(change_set(change(named, "a", "A")), Disk(str(root)), "the step")
    assert (outside / "a").read_text() == "a"
    assert not (root / ".migrate").exists()


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    with pytest.raises(TreeMoved, match="leads to itself"):
        land(change_set(change("a", "a", "A")), Disk(str(tmp_path)), "the step")


@pytest.mark.parametrize("rename", [2, 3, 4])
def test_a_link_swapped_in_after_the_check_redirects_nothing(tmp_path: Path, rename: int) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "dir").mkdir(parents=True)
    outside.mkdir()
    plant(outside, a="a")
    plant(root, **{"dir/a": "a", "dir/b": "b"})

    def swap() -> None:
        (root / "dir").rename(root / "moved")
        (root / "dir").symlink_to(outside)

    changes = change_set(change("dir/a", "a", "A"), change("dir/b", "b", "B"))
    system = RecordingTree(rename, swap)
    with pytest.raises(TreeMoved, match="is not a folder"):
        land(changes, Disk(str(root), system), "the step")
    assert files(outside) == {"a": b"a"}


def test_a_private_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / ".migrate").symlink_to(outside)
    with pytest.raises(MigrateError):
        land(change_set(change("n", None, "n")), Disk(str(root)), "the step")
    assert files(outside) == {}
    assert files(root) == {}


def test_two_names_of_one_file_are_refused(tmp_path: Path) -> None:
    plant(tmp_path, a="a")
    (tmp_path / "link").symlink_to("a")
    changes = change_set(change("a", "a", "A"), change("link", "a", "B"))
    with pytest.raises(Refused, match="is the same file as a"):
        land(changes, Disk(str(tmp_path)), "the step")


def test_a_link_is_not_deleted(tmp_path: Path) -> None:
    plant(tmp_path, a="a")
    (tmp_path / "link").symlink_to("a")
    with pytest.raises(Refused, match="symbolic link"):
        land(change_set(change("link", "a", None)), Disk(str(tmp_path)), "the step")


# Names.


@pytest.mark.parametrize(
    "path", ["../a", "/a", "x/../../a", ".git/hooks/post-merge", "x/.GIT/config", ".migrate/a", ""]
)
def test_a_path_that_no_change_may_name_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(Refused):
        land(change_set(change(path, None, "n")), Disk(str(tmp_path)), "the step")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("there", "new"), [("dir/a", "dir/A"), ("dir/a", "Dir/b"), ("é", "e\u0301"), (None, "n/B")]
)
def test_names_that_collide_where_case_does_not_count_are_refused(
    tmp_path: Path, there: str | None, new: str
) -> None:
    if there:
        (tmp_path / there).parent.mkdir(exist_ok=True)
        plant(tmp_path, **{there: "a"})
    twin = () if there else (change("n/b", None, "b"),)
    with pytest.raises(Refused, match="only in case or accents"):
        land(change_set(change(new, None, "n"), *twin), Disk(str(tmp_path)), "the step")


def test_names_that_are_no_text_land(tmp_path: Path) -> None:
    name = os.fsdecode(b"odd \xff\n'\x1b[31m")
    land(change_set(Change(name, None, b"n")), Disk(str(tmp_path)), "the step")
    assert (tmp_path / name).read_bytes() == b"n"


def test_a_fifo_neither_blocks_nor_is_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(TreeMoved, match="not a regular file"):
        land(change_set(change("a", "a", "A")), Disk(str(tmp_path)), "the step")


# Interrupted.


@pytest.mark.parametrize(("rename", "said"), [(3, "dropped"), (4, "finished"), (5, "finished")])
def test_recovery_says_in_one_line_what_it_did(
    two: tuple[Path, ChangeSet], rename: int, said: str
) -> None:
    root, changes = two
    die(root, changes, rename)
    disk = Disk(str(root))
    assert interrupted(disk)
    line = recover(disk)
    assert line
    assert said in line
    assert "\n" not in line
    assert files(root) == ({"a": b"a", "b": b"b"} if said == "dropped" else {"a": b"A", "b": b"B"})
    assert recover(disk) is None
    assert ours(root) == [".gitignore"]


def test_a_landing_does_not_start_over_an_interrupted_one(two: tuple[Path, ChangeSet]) -> None:
    root, changes = two
    die(root, changes, 4)
    with pytest.raises(TreeMoved, match="interrupted"):
        land(changes, Disk(str(root)), "another")


@pytest.mark.parametrize("edited", ["a", "b"])
def test_recovery_never_touches_what_was_edited(two: tuple[Path, ChangeSet], edited: str) -> None:
    root, changes = two
    die(root, changes, 5)
    plant(root, **{edited: "mine"})
    before = files(root)
    with pytest.raises(TreeMoved) as caught:
        recover(Disk(str(root)))
    assert files(root) == before
    number = "ab".index(edited)
    assert f"cp .migrate/landing/{number} {edited}" in caught.value.hint
    (root / edited).write_bytes((root / f".migrate/landing/{number}").read_bytes())
    # The staged file of an edited `a` was used up, so that the old tree is the only whole one.
    whole = {"a": b"a", "b": b"b"} if edited == "a" else {"a": b"A", "b": b"B"}
    assert recover(Disk(str(root)))
    assert files(root) == whole


def test_a_cleaned_tree_is_taken_back(two: tuple[Path, ChangeSet]) -> None:
    root, changes = two
    die(root, changes, 5)
    for staged in root.glob(".migrate-*"):
        staged.unlink()
    assert "taken back" in (recover(Disk(str(root))) or "")
    assert files(root) == {"a": b"a", "b": b"b"}


@pytest.mark.parametrize(
    "journal",
    [
        b"",
        b"[]",
        b"{}",
        b'{"version": 9}',
        b"\xff",
        b"[" * 100_000,
        b'{"version":1,"state":"commit","label":"x","token":"../x","entries":[],"made":[],"left":[]}',
    ],
)
def test_a_journal_that_is_none_stops_everything(tmp_path: Path, journal: bytes) -> None:
    (tmp_path / ".migrate").mkdir()
    (tmp_path / ".migrate/journal").write_bytes(journal)
    with pytest.raises(TreeMoved, match="not a journal"):
        recover(Disk(str(tmp_path)))


def test_a_hostile_journal_reaches_nothing_outside(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / ".migrate").mkdir(parents=True)
    plant(tmp_path, victim="x")
    (root / ".migrate/journal").write_text(
        '{"version":1,"state":"commit","label":"x","token":"t","made":[],"left":[],"entries":'
        f'[{{"path":"../victim","before":"{sha256(b"x")}","after":null,"mode":420}}]}}'
    )
    with pytest.raises(MigrateError):
        recover(Disk(str(root)))
    assert (tmp_path / "victim").exists()


def test_a_hostile_journal_reaches_no_folder_that_is_not_part_of_the_tree(tmp_path: Path) -> None:
    trees.write(tmp_path, {".git/config": b"x"})
    (tmp_path / ".migrate").mkdir()
    (tmp_path / ".migrate/journal").write_text(
        '{"version":1,"state":"commit","label":"x","token":"t","made":[],"left":[],"entries":'
        f'[{{"path":".git/config","before":"{sha256(b"x")}","after":null,"mode":420}}]}}'
    )
    with pytest.raises(MigrateError):
        recover(Disk(str(tmp_path)))
    assert (tmp_path / ".git/config").exists()


# Proof.


def test_a_failed_proof_takes_the_landing_back(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir(mode=0o750)
    plant(tmp_path, a="a", **{"dir/x": "x"})
    (tmp_path / "dir/x").chmod(0o700)
    changes = change_set(
        change("a", "a", "A"), change("dir/x", "x", None), change("new/n", None, "n")
    )

    def proof() -> None:
        assert files(tmp_path) == {"a": b"A", "new/n": b"n"}
        raise Refused("not the same")

    with pytest.raises(Refused, match="not the same"):
        land(changes, Disk(str(tmp_path)), "the step", proof)
    assert files(tmp_path) == {"a": b"a", "dir/x": b"x"}
    assert stat.S_IMODE((tmp_path / "dir").stat().st_mode) == 0o750
    assert stat.S_IMODE((tmp_path / "dir/x").stat().st_mode) == 0o700
    assert not (tmp_path / "new").exists()
    assert ours(tmp_path) == [".gitignore"]


# Signals.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("rename", "landed"), [(2, False), (4, True), (5, True)])
def test_a_signal_leaves_nothing_half_done(
    two: tuple[Path, ChangeSet], number: int, rename: int, landed: bool
) -> None:
    root, changes = two
    handler = signal.getsignal(number)
    system = RecordingTree(rename, lambda: os.kill(os.getpid(), number))
    with pytest.raises(KeyboardInterrupt):
        land(changes, Disk(str(root), system), "the step")
    assert files(root) == ({"a": b"A", "b": b"B"} if landed else {"a": b"a", "b": b"b"})
    assert ours(root) == [".gitignore"]
    assert signal.getsignal(number) == handler


def test_landing_works_outside_the_main_thread(two: tuple[Path, ChangeSet]) -> None:
    root, changes = two
    thread = threading.Thread(target=land, args=(changes, Disk(str(root)), "the step"))
    thread.start()
    thread.join()
    assert files(root) == {"a": b"A", "b": b"B"}
