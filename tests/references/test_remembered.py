"""What earlier scans found is never trusted over the bytes, the plans, the program or the seal."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import migrate.references.scan  # noqa: F401 - the package has a function of this name
from migrate.limits import DEFAULT
from migrate.references import DROP, IgnoredReference, Renames, ScanRecord, names, naming, scan
from migrate.trees.recording import RecordingTree, digest_of
from migrate.trees.tree import DiskTree, MemoryTree
from migrate.workspace import scan_store
from migrate.workspace.parallel import workers
from migrate.workspace.scan_store import SealedScans
from tests.support.naming import TARGETS, trees

SCAN = sys.modules["migrate.references.scan"]
OLD, NEW = "configs/train/dense.yaml", "configs/train/wide.yaml"
FILES = {
    "run.sh": f"python train.py {OLD}\n",
    "run.py": f"CONFIG = '{OLD}'\nCOUNT = 3\n",
    "notes.md": "Nothing of all this.\n",
    OLD: "a: 1\n",
}


class KeptHere:
    """A store in memory that keeps what a file would keep."""

    def __init__(self) -> None:
        self.text = json.dumps(ScanRecord().data())
        self.saved = 0

    def load(self) -> ScanRecord:
        """The record, read anew."""
        return ScanRecord.of(json.loads(self.text))

    def save(self, record: ScanRecord) -> None:
        """Keep it as JSON."""
        self.text, self.saved = json.dumps(record.data()), self.saved + record.changed


@pytest.fixture(autouse=True)
def small_trees_are_remembered() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SCAN, "REMEMBERED_FROM", 1)
        patch.setattr(SCAN, "PARALLEL_FROM", 1)
        yield


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(trees)
def test_what_is_remembered_is_what_a_plain_scan_finds(files: dict[str, bytes]) -> None:
    tree = MemoryTree({**files, NEW: b"a: 1\n"})
    store = KeptHere()
    for renames in (Renames(TARGETS), Renames.looking_for(TARGETS)):
        plain = scan(tree, renames)
        suspects = naming(tree, renames)
        narrowed = scan(tree, renames, among=suspects)
        for _ in range(2):
            assert naming(tree, renames, store=store) == suspects
            assert scan(tree, renames, among=suspects, store=store) == narrowed
            assert scan(tree, renames, store=store) == plain


def test_several_processes_find_and_remember_the_same() -> None:
    alone, together = KeptHere(), KeptHere()
    renames = Renames({OLD: NEW})
    with workers(2) as crew:
        many = MemoryTree(
            {f"{n}/{path}": text.encode() for n in range(700) for path, text in FILES.items()}
        )
        found = scan(many, renames, workers=crew, store=together)
        suspects = naming(many, renames, workers=crew, store=KeptHere())
        narrowed = scan(many, renames, workers=crew, among=suspects)
    assert scan(many, renames, store=alone) == found == narrowed
    assert naming(many, renames) == suspects
    assert found
    assert json.loads(alone.text) == json.loads(together.text)


def test_what_is_known_is_not_scanned_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = MemoryTree({path: text.encode() for path, text in FILES.items()})
    store, renames = KeptHere(), Renames({OLD: NEW})
    found = scan(tree, renames, store=store)
    monkeypatch.setattr(SCAN, "kind_of", None)  # who asked would fail
    assert scan(tree, renames, store=store) == found
    assert store.saved == 1


# On disk.


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "tree"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / ".migrate").mkdir()
    return root


def lines(root: Path, renames: Renames | None = None, name: str = "refs") -> list[str]:
    """Place and edit of each reference that a scan with a store finds."""
    store = SealedScans(str(root), name, DEFAULT)
    found = scan(DiskTree(str(root)), renames or Renames({OLD: NEW}), store=store)
    told = (f"{one.place} {one.edit or ''} {one.reason}".rstrip() for one in found)
    return [" ".join(line.split()) for line in told]


FOUND = [f"run.py:1:11 {NEW}", f"run.sh:1:17 {NEW}"]


def kept(root: Path) -> Path:
    return root / ".migrate/cache/references-refs.json"


def test_an_edited_file_is_read_anew(root: Path) -> None:
    assert lines(root) == FOUND
    (root / "run.py").write_text(f"\nCONFIG = '{OLD}'\n")
    assert lines(root) == [f"run.py:2:11 {NEW}", FOUND[1]]
    (root / "notes.md").write_text(f"See {OLD}.\n")
    assert lines(root) == [f"notes.md:1:5 {NEW}", f"run.py:2:11 {NEW}", FOUND[1]]


def test_a_file_that_comes_changes_what_a_name_means(root: Path) -> None:
    assert lines(root) == FOUND
    (root / "x/configs/train").mkdir(parents=True)
    (root / "x/run.sh").write_text(f"cat {OLD}\n")
    assert lines(root)[-1] == f"x/run.sh:1:5 {NEW}"
    (root / "x" / OLD).write_text("a: 1\n")
    assert lines(root)[-1] == f"x/run.sh:1:5 {NEW} may mean x/{OLD}"
    (root / "x" / OLD).unlink()
    assert lines(root)[-1] == f"x/run.sh:1:5 {NEW}"


def test_another_plan_is_another_question(root: Path) -> None:
    said = {
        "a": NEW,
        "b": None,
        "c": "None",
        "d": DROP,
        "e": IgnoredReference("old"),
        "f": IgnoredReference("gone"),
    }
    told = {key: lines(root, Renames({OLD: one})) for key, one in said.items()}
    again = {key: lines(root, Renames({OLD: one})) for key, one in said.items()}
    shutil.rmtree(root / ".migrate")
    assert told == again
    assert told == {key: lines(root, Renames({OLD: one})) for key, one in said.items()}
    assert len({str(one) for one in told.values()}) == len(said)


def test_other_code_and_other_limits_ask_anew(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines(root)
    other = SealedScans(str(root), "refs", DEFAULT._replace(file_bytes=10))
    assert data_of(other) == ScanRecord().data()
    assert data_of(SealedScans(str(root), "refs", DEFAULT))["found"]
    monkeypatch.setattr(scan_store, "code_digest", lambda: "of another release")
    assert data_of(SealedScans(str(root), "refs", DEFAULT)) == ScanRecord().data()


def data_of(store: SealedScans) -> dict[str, Any]:
    """What a store has kept."""
    record = store.load()
    assert record is not None
    return record.data()


def damaged(whole: bytes) -> Iterator[bytes]:
    head, _, body = whole.partition(b"\n")
    record = json.loads(body)
    lie = {**record, "found": {key: [] for key in record["found"]}}
    yield from (b"", b"\n", b"\xff" * 40, whole[:-1], whole + b" ", body, head)
    yield head + b"\n" + json.dumps(lie).encode()
    yield head + b"\n" + b"[" * 100_000
    yield b"0" * 64 + b"\n" + body


def test_a_record_that_is_damaged_or_forged_is_none(root: Path) -> None:
    lines(root)
    for content in damaged(kept(root).read_bytes()):
        kept(root).write_bytes(content)
        assert data_of(SealedScans(str(root), "refs", DEFAULT)) == ScanRecord().data()
        assert lines(root) == FOUND


def test_a_file_that_changes_while_it_is_read_twice_is_known_by_what_was_read(root: Path) -> None:
    tree = RecordingTree(DiskTree(str(root)))
    before = tree.read("run.py")
    assert digest_of(tree, "run.py", before) == hashlib.sha256(before).digest()
    (root / "run.py").write_bytes(b"other")
    assert digest_of(tree, "run.py", tree.read("run.py")) == hashlib.sha256(b"other").digest()
    assert digest_of(tree, "new.py", b"new") == hashlib.sha256(b"new").digest()


def test_a_record_of_another_tree_or_question_is_none(root: Path, tmp_path: Path) -> None:
    lines(root)
    shutil.copy(kept(root), root / ".migrate/cache/references-verify.json")
    assert data_of(SealedScans(str(root), "verify", DEFAULT)) == ScanRecord().data()
    shutil.copytree(root, tmp_path / "copy")
    assert data_of(SealedScans(str(tmp_path / "copy"), "refs", DEFAULT)) == ScanRecord().data()


def test_without_a_private_folder_or_a_key_nothing_is_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / ".migrate").rmdir()
    assert lines(root) == FOUND
    assert not (root / ".migrate").exists()
    (root / ".migrate").mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(root / "state"))  # a tree could bring it along
    assert lines(root) == FOUND
    assert not kept(root).exists()


def test_a_record_has_its_largest_size(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_store, "MOST_BYTES", 100)
    assert lines(root) == FOUND
    assert not kept(root).exists()


def test_no_folder_or_fifo_in_its_place_stops_a_scan(root: Path) -> None:
    (root / ".migrate/cache").write_text("no folder")
    assert lines(root) == FOUND
    (root / ".migrate/cache").unlink()
    kept(root).mkdir(parents=True)
    assert lines(root) == FOUND


def test_what_depends_on_remotes_is_not_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "notes.md").write_text(f"https://forge.example/us/it/blob/main/{OLD}\n")
    ours: list[str] = []
    monkeypatch.setattr(names, "remotes", lambda root: ours)
    assert lines(root) == FOUND
    ours.append("git@forge.example:us/it.git")
    assert [line.partition(" ")[0] for line in lines(root)] == [
        "notes.md:1:39",
        *(line.partition(" ")[0] for line in FOUND),
    ]
