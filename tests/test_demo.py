"""The half-done rollout to play in, and the README, which is played in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from migrate.errors import InputError
from tests.support import trees
from tests.support.reader import resolve
from tests.support.shown_commands import matches, played, shell
from tools.demo import DONE, EDITED, TRY, demo

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def make(target: str, *variables: str) -> subprocess.CompletedProcess[str]:
    """A target of the Makefile, with the environment that runs the tests and is not made anew."""
    command = ["make", "--no-print-directory", "--old-file=.venv/.made"]
    return subprocess.run(
        [*command, target, f"BIN={Path(sys.executable).parent}", *variables],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make demo` leaves; read it only."""
    folder = tmp_path_factory.mktemp("demo") / "made"
    demo(folder)
    return folder


@pytest.fixture
def play(made: Path, tmp_path: Path) -> Path:
    """The same, to play in."""
    return shutil.copytree(made, tmp_path / "to play", symlinks=True)


def test_each_command_of_the_readme_prints_there_what_the_page_shows(tmp_path: Path) -> None:
    folder = tmp_path / "play"
    said = make("demo", f"KEEP={folder}")
    assert (said.returncode, said.stderr) == (0, "")
    for command, output in played(README):
        printed = shell(folder, command)
        assert matches(output, printed), f"$ {command}\n{printed}"
    files = trees.read(folder)
    assert resolve(files, "configs/train/grpo/dense_2048.yaml")["training"]["max_grad_norm"] == 0.3
    assert not [path for path in files if path.startswith(("configs/components", "configs/legacy"))]


def test_what_it_says_to_try_can_be_tried_in_that_order(play: Path) -> None:
    for command in TRY:
        expected = 1 if "verify" in command else 0
        ended = shell(play, f"( {command} ) > /dev/null; echo $?").splitlines()[-1]
        assert (command, ended) == (command, str(expected))


def test_what_it_says_to_try_is_what_is_printed(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    said = demo(folder)
    lines = [line.partition("  # ")[0].strip() for line in said.splitlines()]
    assert [line for line in lines if line in TRY] == list(TRY)
    way = next(line for line in lines if line.startswith("cd "))
    assert shell(tmp_path, f"{way} && pwd").strip() == str(folder)


def test_each_step_is_a_commit_and_all_is_committed(made: Path) -> None:
    subjects = shell(made, "git log --reverse --format=%an:%s").splitlines()
    assert subjects[3:-1] == [f"Ada:Migrate {name}" for name in DONE]
    assert [subjects[0][:4], subjects[-1][:4]] == ["Ben:", "Ben:"]
    assert shell(made, "git show --name-only --format= HEAD").split() == [EDITED]
    assert shell(made, "git status --short") == ""


def test_some_wait_some_are_done_and_some_lack_an_edit(play: Path) -> None:
    states = re.findall(r"(\d+) (\w+)", shell(play, "migrate status").splitlines()[0])
    assert {state for _, state in states if state != "presets"} == {
        "applied",
        "pending",
        "moved",
        "behind",
    }
    assert sum(int(count) for count, state in states if state in ("applied", "behind")) == len(DONE)


def test_before_it_began_there_were_no_plans(play: Path) -> None:
    shell(play, "git switch -q before")
    assert [
        path for path in trees.read(play) if path.startswith(("plans/", "configs/legacy/"))
    ] == []


def test_it_is_made_the_same_again(made: Path, tmp_path: Path) -> None:
    demo(tmp_path / "again")
    assert shell(made, "git rev-parse HEAD^{tree}") == shell(
        tmp_path / "again", "git rev-parse HEAD^{tree}"
    )


def test_nobodys_git_settings_get_into_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = tmp_path / ".gitconfig"
    settings.write_text("[commit]\n gpgsign = true\n[gpg]\n program = false\n[user]\n name = Me\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    demo(tmp_path / "play")
    monkeypatch.delenv("GIT_DIR")
    assert set(shell(tmp_path / "play", "git log --format=%an/%cn").split()) == {
        "Ada/Ada",
        "Ben/Ada",
    }


@pytest.mark.parametrize("name", ["full", "a file", "a link"])
def test_a_folder_that_holds_something_is_refused_and_stays(name: str, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "a file").write_text("mine")
    (tmp_path / "a link").symlink_to("full")
    before = trees.read(tmp_path)
    with pytest.raises(InputError):
        demo(tmp_path / name)
    assert trees.read(tmp_path) == before


def test_make_says_why_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    said = make("demo", f"KEEP={tmp_path}")
    assert said.stderr.startswith(f"error: {tmp_path}: is not empty\nhint: ")
    assert said.returncode == 2  # make's own, whatever its command says


def test_a_folder_in_this_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lies in this repository"):
        demo(ROOT / "play")
    assert not (ROOT / "play").exists()


def test_without_git_nothing_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(InputError, match="without git"):
        demo(tmp_path / "play")
    assert not (tmp_path / "play").exists()


def test_each_make_command_of_the_readme_is_a_target() -> None:
    blocks = re.findall(r"```bash\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    named = re.findall(r"(?m)^make ([\w-]+)", "\n".join(blocks))
    assert named == ["demo", "test"]
    targets = re.findall(r"(?m)^([\w-]+):", (ROOT / "Makefile").read_text())
    assert set(named) <= set(targets)
