"""A repository may come from anyone, and git starts programs: no question of ours has it do so."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import pytest

from migrate.trees.git import GitError, ask
from migrate.trees.git_tree import GitTree
from migrate.trees.tree import MemoryTree
from migrate.workspace.git_record import refuse_ignored
from tests.hostile.answers import check
from tests.hostile.bounded import Server
from tests.hostile.repositories import ATTACKS, committed, git, lose, marked, program
from tests.hostile.roots import COMPONENT, PRESET, copied, rolled, write

READING = [
    ["diff", f"git:HEAD:{PRESET}", PRESET],
    ["explain", f"git:HEAD:{PRESET}"],
    ["inspect", f"git:HEAD:{PRESET}"],
    ["refs"],
    ["plan"],
    ["status"],
    ["verify"],
    ["rehearse"],
    ["apply", "--all", "--dry-run"],
]
WRITING = [["apply", "--all"], ["undo", "--preset", "q"], ["init", "--force"], ["finalize"]]


@pytest.fixture(scope="module")
def begun(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with plans, nothing applied."""
    return committed(rolled(server, tmp_path_factory.mktemp("begun"), applied=False))


@pytest.mark.parametrize("name", ATTACKS)
def test_plain_git_starts_the_program(begun: Path, tmp_path: Path, name: str) -> None:
    root = copied(begun, tmp_path)
    attack, question = ATTACKS[name]
    attack(root)
    assert not marked(root)
    git(root, *question)
    assert marked(root)


@pytest.mark.parametrize("name", ATTACKS)
def test_no_verb_starts_a_program(server: Server, begun: Path, tmp_path: Path, name: str) -> None:
    root = copied(begun, tmp_path)
    ATTACKS[name][0](root)
    for command in [*READING, *WRITING]:
        check(server.run(root, *command), (0, 1, 3))
        assert not marked(root), command


@pytest.mark.parametrize("name", ["fsmonitor", "hooks", "pager", "alias", "filters and drivers"])
def test_what_git_says_is_the_same_without_the_programs(
    server: Server, begun: Path, tmp_path: Path, name: str
) -> None:
    write(begun, ".git/info/exclude", "configs/scratch.md\n")
    root = copied(begun, tmp_path)
    write(root, "configs/scratch.md", f"[ignored]({Path(PRESET).relative_to('configs')})\n")
    ATTACKS[name][0](root)
    for command in READING[:5]:
        plain, hostile = server.run(begun, *command), server.run(root, *command)
        assert (hostile.code, hostile.out) == (plain.code, plain.out)


@pytest.mark.parametrize("lost", [f"HEAD:{PRESET}", f"HEAD:{COMPONENT}"])
@pytest.mark.parametrize("verb", ["inspect", "explain", "diff"])
def test_a_missing_object_is_a_letter(
    server: Server, begun: Path, tmp_path: Path, verb: str, lost: str
) -> None:
    root = copied(begun, tmp_path)
    lose(root, lost)
    names = [f"git:HEAD:{PRESET}", PRESET] if verb == "diff" else [f"git:HEAD:{PRESET}"]
    ran = server.run(root, verb, *names)
    check(ran, (3,))
    path = lost.removeprefix("HEAD:")
    assert f"{path}: is in git at HEAD, but its content is not in this clone" in ran.err
    assert f"`git cat-file blob {lost}` fetches it" in ran.err


def test_the_way_out_of_a_missing_object_works(server: Server, begun: Path, tmp_path: Path) -> None:
    """For a partial clone of one's own: what the hint says, and the command again."""
    git(begun, "config", "uploadpack.allowFilter", "true")
    root = tmp_path / "partial"
    git(
        tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{begun}", str(root)
    )
    config = f"git:HEAD:{PRESET}"
    for _ in range(3):  # the preset, and the two files that it extends
        ran = server.run(root, "inspect", config)
        check(ran, (3,))
        git(root, *ran.err.partition("`git ")[2].partition("`")[0].split())
    check(server.run(root, "inspect", config), (0,))


@pytest.mark.parametrize("lost", ["HEAD:configs", "HEAD^{tree}", "HEAD"])
def test_a_missing_tree_or_commit_is_a_letter(
    server: Server, begun: Path, tmp_path: Path, lost: str
) -> None:
    root = copied(begun, tmp_path)
    lose(root, lost)
    check(server.run(root, "inspect", f"git:HEAD:{PRESET}"), (3,))
    check(server.run(root, "refs"), (0,))


def test_a_broken_object_is_a_letter(server: Server, begun: Path, tmp_path: Path) -> None:
    root = copied(begun, tmp_path)
    digest = git(root, "rev-parse", f"HEAD:{PRESET}").strip()
    path = root / ".git/objects" / digest[:2] / digest[2:]
    path.chmod(0o644)
    path.write_bytes(b"x" * 40)
    ran = server.run(root, "inspect", f"git:HEAD:{PRESET}")
    check(ran, (3,))
    assert f"{PRESET}: is in git at HEAD, but" in ran.err


def test_a_broken_index_is_a_letter(server: Server, begun: Path, tmp_path: Path) -> None:
    root = copied(begun, tmp_path)
    (root / ".git/index").write_bytes(b"DIRC" + b"x" * 40)
    for command in (["refs"], ["plan"], ["apply", "--all"], ["rehearse"]):
        ran = server.run(root, *command)
        check(ran, (3,))
        assert "git ls-files: " in ran.err


OUTSIDE = {
    "GIT_DIR": "/nowhere",
    "GIT_WORK_TREE": "/",
    "GIT_INDEX_FILE": "/nowhere/index",
    "GIT_OBJECT_DIRECTORY": "/nowhere/objects",
    "GIT_NAMESPACE": "x",
    "GIT_CEILING_DIRECTORIES": "/",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_EXEC_PATH": "/nowhere",
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_variables_of_a_calling_git_change_nothing(server: Server, begun: Path, name: str) -> None:
    for command in READING[:5]:
        plain = server.run(begun, *command)
        assert server.run(begun, *command, env={name: OUTSIDE[name]}).out == plain.out


def test_a_config_in_the_environment_starts_nothing(server: Server, begun: Path) -> None:
    mark = str(program(begun))
    env = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": mark,
        "GIT_TRACE": str(begun.parent / "pwned"),
    }
    for command in READING:
        check(server.run(begun, *command, env=env), (0, 1))
        assert not marked(begun)


def test_a_git_that_came_with_the_tree_is_not_run(
    server: Server, begun: Path, tmp_path: Path
) -> None:
    root = copied(begun, tmp_path)
    shutil.copy(program(root), root / "git")
    for path in (f".:{os.environ['PATH']}", f":{os.environ['PATH']}", "."):
        for command in READING:
            check(server.run(root, *command, env={"PATH": path}), (0, 1, 3))
            assert not marked(root), command


def test_a_linked_worktree_is_read_as_its_own(server: Server, begun: Path, tmp_path: Path) -> None:
    root = copied(begun, tmp_path)
    linked = tmp_path / "linked"
    git(root, "worktree", "add", "-q", "-b", "side", str(linked))
    write(linked, PRESET, (linked / PRESET).read_text() + "extra: 1\n")
    git(linked, "commit", "-q", "-a", "-m", "extra")
    for revision in ("HEAD", "side"):
        ran = server.run(linked, "inspect", f"git:{revision}:{PRESET}", "--only", "payload")
        assert '"extra": 1' in ran.out
        ran = server.run(root, "inspect", f"git:{revision}:{PRESET}", "--only", "payload")
        assert ('"extra": 1' in ran.out) is (revision == "side")


def test_a_repository_of_sha256_is_read(server: Server, begun: Path, tmp_path: Path) -> None:
    root = copied(begun, tmp_path)
    shutil.rmtree(root / ".git")
    git(root, "init", "-q", "--object-format=sha256")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "all")
    check(server.run(root, "inspect", f"git:HEAD:{PRESET}"), (0,))
    check(server.run(root, "refs"), (0,))


def test_nothing_is_left_in_the_folder_for_temporary_files(
    server: Server, begun: Path, tmp_path: Path
) -> None:
    for command in READING:
        server.run(begun, *command, env={"TMPDIR": str(tmp_path)})
        assert not list(tmp_path.iterdir()), command


@pytest.mark.parametrize("folder", ["", "configs/", "configs/train/"])
def test_ignore_rules_that_git_would_wait_for_are_a_letter(
    server: Server, begun: Path, tmp_path: Path, folder: str
) -> None:
    root = copied(begun, tmp_path)
    os.mkfifo(root / f"{folder}.gitignore")
    for command in (["refs"], ["plan"], ["rehearse"]):
        ran = server.run(root, *command)
        check(ran, (3,))
        assert f"{folder}.gitignore: is not a regular file" in ran.err


@pytest.mark.parametrize("path", ["info/exclude", "packed-refs", "index", "config", "commondir"])
def test_what_git_would_wait_for_is_not_shown_to_it(
    server: Server, begun: Path, tmp_path: Path, path: str
) -> None:
    root = copied(begun, tmp_path)
    (root / ".git" / path).unlink(missing_ok=True)
    os.mkfifo(root / ".git" / path)
    for command in (["refs"], ["inspect", f"git:HEAD:{PRESET}"]):
        check(server.run(root, *command), (0, 3))


def test_waiting_for_git_comes_to_an_end(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copied(begun, tmp_path)
    lose(root, f"HEAD:{PRESET}")
    digest = git(root, "rev-parse", f"HEAD:{PRESET}").strip()
    os.mkfifo(root / ".git/objects" / digest[:2] / digest[2:])
    monkeypatch.setattr("migrate.trees.git.SECONDS", 0.5)
    with GitTree(str(root), "HEAD") as tree:
        with pytest.raises(GitError, match="it cannot be read"):
            tree.read(PRESET)
        assert tree.read("configs/base.yaml")
    with pytest.raises(GitError, match=r"no answer after 0\.5 seconds"):
        ask(str(root), "cat-file", "blob", digest)


@pytest.mark.parametrize("answer", [b"\x003\0a\0plans/p.yaml\0", b"a\0three\0a\0plans/p.yaml\0"])
def test_an_answer_that_names_no_line_of_a_file_hides_nothing(
    monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    def ask_instead(_: str, *question: str, **__: object) -> bytes:
        return b"x/\n" if question[0] == "rev-parse" else answer

    monkeypatch.setattr("migrate.workspace.git_record.ask", ask_instead)
    refuse_ignored("/nowhere", MemoryTree({}), ["plans"], ["plans/p.yaml"])


def test_a_size_that_no_object_has_is_a_letter(
    begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Process:
        stdin, stdout = io.BytesIO(), io.BytesIO(b"0123 blob " + b"9" * 5000 + b"\n")

        def kill(self) -> None:
            pass

        def communicate(self) -> None:
            pass

    monkeypatch.setattr("migrate.trees.git.Repository.start", lambda *_: Process())
    monkeypatch.setattr("migrate.trees.git_tree.await_answer", lambda _: None)
    tree = GitTree(str(copied(begun, tmp_path)), "HEAD")
    with pytest.raises(GitError, match="its size cannot be read"):
        tree.read(PRESET)
    tree.close()
