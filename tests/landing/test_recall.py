"""What the gate found holds until a byte of the tree changes, and nobody else can say it for us."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from migrate.trees.recording import RecordingTree
from migrate.trees.tracked import tracked
from migrate.trees.tree import DiskTree, MemoryTree
from tests.support.cli import Ran, migrate

At = Callable[[int], Path]
RECORD = ".migrate/cache/verify.json"
TOLD = "from the cache: no file has changed; --fresh checks again\n"


def verified(root: Path, *arguments: str) -> Ran:
    return migrate(root, *arguments, "verify")


def recalled(ran: Ran) -> bool:
    return ran.err == TOLD


@pytest.fixture
def root(at: At) -> Path:
    """The finished rollout, looked at once."""
    root = at(-1)
    assert not recalled(verified(root))
    return root


@pytest.mark.parametrize("output", ["text", "json"])
def test_the_second_look_tells_the_same(root: Path, output: str) -> None:
    first = migrate(root, "--output", output, "verify", "--fresh")
    again = verified(root, "--output", output)
    assert recalled(again)
    assert (again.code, again.out) == (first.code, first.out)


def _append(path: Path, more: bytes) -> None:
    path.write_bytes(path.read_bytes() + more)


def _swap(path: Path) -> None:
    """Other bytes, and nothing else that a file system tells."""
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"# own", b"# owe"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def _again(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"b: 2\n")


def _link(path: Path) -> None:
    path.symlink_to("legacy/components")


def _track(root: Path) -> None:
    for command in (["init", "-q"], ["add", "configs"]):
        subprocess.run(["git", "-C", str(root), *command], check=True, capture_output=True)


EDITS: dict[str, Callable[[Path], object]] = {
    "a-target": lambda root: _append(root / "configs/train/q.yaml", b"# seen\n"),
    "a-target-of-the-same-size-and-time": lambda root: _swap(root / "configs/train/q.yaml"),
    "a-frozen-file": lambda root: _append(root / "configs/legacy/train/q.yaml", b"# seen\n"),
    "the-manifest": lambda root: _append(root / "configs/legacy/MANIFEST.sha256", b"\n"),
    "evidence": lambda root: _append(root / "plans/evidence/q.json", b" "),
    "a-plan": lambda root: _append(next((root / "plans").glob("[!p]*.yaml")), b"# seen\n"),
    "the-profile": lambda root: _append(root / "plans/parity.yaml", b"# seen\n"),
    "a-script": lambda root: _append(root / "train.sh", b"# configs/components/b.yaml\n"),
    "a-new-file": lambda root: (root / "new.sh").write_text("run configs/components/b.yaml\n"),
    "a-file-gone": lambda root: (root / "configs/train/r.yaml").unlink(),
    "a-retired-file-again": lambda root: _again(root / "configs/components/b.yaml"),
    "a-link-to-a-folder": lambda root: (root / "configs/components").symlink_to(
        "legacy/components"
    ),
    "what-git-tracks": _track,
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_any_change_of_the_tree_is_looked_at(root: Path, edit: Callable[[Path], object]) -> None:
    edit(root)
    after = verified(root)
    assert not recalled(after)
    fresh = migrate(root, "verify", "--fresh")
    assert (after.code, after.out) == (fresh.code, fresh.out)
    assert recalled(verified(root))


def test_a_file_that_git_ignores_is_looked_at_where_it_counts(root: Path) -> None:
    _track(root)
    (root / ".gitignore").write_text("*.tmp\n")
    assert verified(root).code == 0
    (root / "configs/legacy/more.tmp").write_text("nobody froze this\n")
    after = verified(root)
    assert not recalled(after)
    assert "more.tmp: stands in the legacy tree and is not in the manifest" in after.out


def _extends(root: Path, named: str) -> None:
    (root / "configs/train/q.yaml").write_text(f"extends: {named}\n")


def test_why_a_file_cannot_be_read_is_asked_again(root: Path) -> None:
    _extends(root, "../../venv/base.yaml")  # in a folder that is in no list of files
    base = root / "venv/base.yaml"
    base.parent.mkdir()
    base.symlink_to(__file__)
    assert "is a symbolic link that leads outside the root" in verified(root).out
    base.unlink()
    for size in (9_000_000, 9_000_001):
        base.touch()
        os.truncate(base, size)
        after = verified(root)
        assert not recalled(after)
        assert f"is too large: {size:,} bytes" in after.out


def test_a_root_by_another_name_is_another_question(root: Path, tmp_path: Path) -> None:
    _extends(root, "../../../elsewhere.yaml")
    assert f"the root is {root};" in verified(root).out
    (tmp_path / "link").symlink_to(root)
    assert f"the root is {tmp_path / 'link'};" in verified(tmp_path / "link").out


def test_plans_that_were_read_to_give_trust_are_looked_at_too(root: Path) -> None:
    _track(root)  # the plans are not tracked: no look for references reads them
    options = ("--dialect", "extends")
    assert migrate(root, *options, "verify", "--run-gates", "--trust").code == 0
    (root / ".migrate/trust.json").unlink()
    assert recalled(verified(root, *options))
    _append(root / "plans/parity.yaml", b"# seen\n")
    assert not recalled(verified(root, *options))


@pytest.mark.parametrize(("path", "ask"), [("a", RecordingTree.read), ("b", RecordingTree.exists)])
def test_a_tree_that_moves_under_a_look_is_seen_to_move(
    path: str, ask: Callable[[RecordingTree, str], object]
) -> None:
    tree = MemoryTree({"a": b"1"})
    watched = RecordingTree(tree)
    for _ in range(2):
        ask(watched, path)
        assert not watched.moved
    tree.contents |= {"a": b"2", "b": b""}
    ask(watched, path)
    assert watched.moved


def test_what_git_tracks_is_asked_once_in_a_look(root: Path) -> None:
    _track(root)
    watched = RecordingTree(DiskTree(str(root)))
    before = tracked(watched, "configs")
    subprocess.run(["git", "-C", str(root), "add", "train.sh"], check=True, capture_output=True)
    assert tracked(watched, "configs") == before
    assert tracked(DiskTree(str(root)), "configs") == sorted([*before, "train.sh"])


def test_a_closed_gate_stays_closed(root: Path) -> None:
    _append(root / "configs/train/q.yaml", b"a: 5\n")
    first, again = verified(root), verified(root)
    assert (first.code, again.code, again.out) == (1, 1, first.out)
    assert recalled(again)


def test_other_options_are_another_question(root: Path) -> None:
    assert not recalled(verified(root, "--max-depth", "50"))


def test_a_record_that_somebody_else_wrote_is_not_believed(root: Path) -> None:
    record = root / RECORD
    seal, _, body = record.read_text().partition("\n")
    forged = json.loads(body)
    forged["answer"]["found"]["presets"] = {}
    for text in (
        f"{seal}\n{json.dumps(forged)}",
        f"{'0' * 64}\n{body}",
        f"\n{body}",
        "",
        "[]",
        "\0" * 10,
    ):
        record.write_text(text)
        assert not recalled(verified(root))


def test_a_record_of_another_person_is_not_believed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "somebody"))
    assert not recalled(verified(root))


def test_a_record_copied_to_another_root_is_not_believed(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "copy")
    assert not recalled(verified(tmp_path / "copy"))


def test_a_record_of_other_code_is_not_believed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrate.verification.cache.code_digest", lambda: "another version")
    assert not recalled(verified(root))


def test_the_record_can_be_deleted_at_any_moment(root: Path) -> None:
    shutil.rmtree(root / ".migrate")
    assert verified(root).code == 0


def test_where_no_record_can_be_kept_the_gate_works(
    at: At, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = at(-1)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert [verified(root).code for _ in range(2)] == [0, 0]
    assert not (root / RECORD).exists()


def test_one_preset_alone_is_no_answer_for_all(at: At) -> None:
    root = at(-1)
    assert migrate(root, "verify", "--preset", "q").code == 0
    assert not (root / RECORD).exists()


def test_gates_run_though_the_rest_is_recalled(root: Path) -> None:
    plan = next((root / "plans").glob("[!p]*.yaml"))
    _append(plan, b"gates: [touch ran]\n")
    noted = verified(root)
    assert "not run: `touch ran`" in noted.out
    ran = migrate(root, "verify", "--run-gates")
    assert recalled(ran)
    assert (root / "ran").exists()
    assert "not run" not in ran.out
    assert "gates      ok" in ran.out


def test_a_strict_gate_closes_on_what_lint_warns_of(root: Path) -> None:
    _append(root / "configs/train/q.yaml", b"a: 2\n")  # the same value, given twice
    allowance = root / "plans/parity.yaml"
    allowance.write_text(allowance.read_text().partition("allow:")[0] + "allow: []\n")
    assert verified(root).code == 0
    strict = migrate(root, "verify", "--strict")
    assert strict.code == 1
    assert "`a` is given twice" in strict.out
    again = migrate(root, "verify", "--strict")
    assert recalled(again)
    assert again.out == strict.out
    assert recalled(verified(root))


def test_a_second_look_imports_what_reads_and_hashes_and_nothing_else(root: Path) -> None:
    heavy = {"yaml", "msgspec", "libcst", "migrate.resolve", "migrate.references"}
    code = (
        "import sys; from migrate.cli.main import run; run(sys.argv[1:]);"
        f"print(sorted({heavy!r} & set(sys.modules)), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "--root", str(root), "-v", "verify"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, f"{TOLD}[]\n")


def test_another_remote_asks_again(root: Path) -> None:
    # A link to a repository on a forge is one to this tree if a remote says so.
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    assert not recalled(verified(root))
    assert recalled(verified(root))
    url = "https://github.com/owner/repo.git"
    subprocess.run(["git", "remote", "add", "origin", url], cwd=root, check=True)
    assert not recalled(verified(root))
