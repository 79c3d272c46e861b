"""Long output is read in a pager, on a terminal, by verbs that only look."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from migrate.cli.pager import pager_command
from tests.look.trees import write
from tests.support import trees
from tests.support.cli import migrate
from tests.support.terminal import Terminal, left

READER = """\
import os, sys
print("<", os.environ.get("LESS"), os.environ.get("LV"), flush=True)
lines = int(sys.argv[1]) if len(sys.argv) > 1 else 10**9
for number, line in enumerate(sys.stdin):
    if number >= lines:
        break
    print("|", line, end="", flush=True)
print(">", flush=True)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree of presets, of which one has a finding, with a pager that marks what it is given."""
    texts = {f"configs/train/p{number}.yaml": "extends: ../c.yaml\n" for number in range(40)}
    big = "".join(f"k{number}: {number}\n" for number in range(500))
    write(tmp_path, {**texts, "configs/c.yaml": big, "configs/train/no.yaml": "a: no\n"})
    (tmp_path / "reader.py").write_text(READER)
    return tmp_path


def on_terminal(root: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    code, screen = Terminal(root, arguments, environment=environment).end()
    return code, left(screen)


def reader(root: Path, lines: str = "") -> str:
    """What to say as PAGER."""
    return f"'{sys.executable}' '{root / 'reader.py'}' {lines}"


def test_a_verb_that_looks_is_paged_and_its_exit_code_stays(root: Path) -> None:
    piped = migrate(root, "lint")
    code, screen = on_terminal(root, "lint", PAGER=reader(root))
    assert code == piped.code == 1
    assert screen.startswith("< FRX -c\n| ")
    assert screen.endswith(">\n")


def test_the_screen_is_as_wide_in_the_pager_and_coloured(root: Path) -> None:
    _, screen = on_terminal(
        root, "--color", "auto", "explain", "configs/c.yaml", PAGER=reader(root)
    )
    assert "\x1b" not in screen  # NO_COLOR is said there
    given = {"PAGER": reader(root), "LESS": "S"}
    terminal = Terminal(root, ["lint"], columns=40, environment=given)
    _, screen = terminal.end()
    assert screen.startswith("< S -c\n")
    assert max(len(line.removeprefix("| ")) for line in screen.splitlines()) <= 40


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["lint"], 1), (["inspect", "configs/train"], 0), (["schema", "plan"], 0)],
)
def test_who_leaves_the_pager_early_hears_of_no_error(
    root: Path, arguments: list[str], code: int
) -> None:
    ended, screen = on_terminal(root, *arguments, PAGER=reader(root, "1"))
    assert ended == code
    lines = screen.splitlines()
    assert (lines[0], lines[1][:2], lines[2:]) == ("< FRX -c", "| ", [">"])


def test_plan_stops_when_nobody_reads_on(root: Path) -> None:
    assert migrate(root, "init", "--components", "configs/c.yaml").code == 0
    write(root, {"configs/train/p9.yaml": "a: [\n"})  # the last step would be refused
    code, screen = on_terminal(root, "plan", "--diff", PAGER=reader(root, "3"))
    assert (code, screen.splitlines()[-1], len(screen.splitlines())) == (0, ">", 5)
    code, screen = on_terminal(root, "plan", "--diff", PAGER=reader(root))
    assert code == 3
    assert "\nerror: configs/train/p9.yaml:2:1: " in screen


def test_a_letter_waits_until_the_pager_is_done(root: Path) -> None:
    write(root, {"configs/train/broken.yaml": "a: [\n"})
    code, screen = on_terminal(root, "inspect", "configs/train", PAGER=reader(root))
    assert code == 3
    assert screen.index("\n>\n") < screen.index("error: configs/train/broken.yaml:2:1: ")


NEVER = {
    "asked not to": (["--no-pager", "lint"], {}),
    "for scripts": (["--output", "json", "lint"], {}),
    "for a spreadsheet": (["table", "--output", "csv"], {}),
    "into a file": (["flatten", "configs/c.yaml", "-o", "flat.yaml"], {}),
    "a verb that writes": (["init", "--components", "configs/c.yaml"], {}),
    "the gate": (["verify"], {}),
    "a dumb terminal": (["lint"], {"TERM": "dumb"}),
    "in CI": (["lint"], {"CI": "true"}),
    "cat is none": (["lint"], {"PAGER": "cat"}),
    "nothing is none": (["lint"], {"MIGRATE_PAGER": ""}),
}


@pytest.mark.parametrize("why", NEVER)
def test_what_nobody_pages_is_not_paged(root: Path, why: str) -> None:
    arguments, environment = NEVER[why]
    _, screen = on_terminal(root, *arguments, **{"PAGER": reader(root), **environment})
    assert screen
    assert "< FRX" not in screen


def test_a_pipe_is_never_paged(root: Path) -> None:
    told = {**os.environ, "TERM": "xterm", "PAGER": reader(root), "CI": ""}
    command = [sys.executable, "-c", "from migrate.cli.main import main; main()"]
    command += ["--root", str(root), "lint"]
    ran = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
    assert ran.stdout == migrate(root, "lint").out


def test_our_own_variable_comes_first(root: Path) -> None:
    _, screen = on_terminal(root, "lint", PAGER="false", MIGRATE_PAGER=reader(root))
    assert screen.startswith("< FRX")
    assert pager_command({"TERM": "xterm", "PAGER": " more -s "}) == "more -s"
    assert pager_command({"TERM": "xterm", "MIGRATE_PAGER": "cat", "PAGER": "more"}) == ""
    assert pager_command({"PAGER": "more"}) == ""


@pytest.mark.parametrize("pager", ["no-such-pager -R", "'unbalanced"])
def test_a_pager_that_cannot_be_started_is_told_and_done_without(root: Path, pager: str) -> None:
    code, screen = on_terminal(root, "lint", PAGER=pager)
    assert code == 1
    first, _, rest = screen.partition("\n")
    assert first.startswith(f"the pager `{pager}` cannot be started: no ")
    assert "configs/train/no.yaml" in rest


less = pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed")


@less
def test_less_prints_what_fits_and_goes(root: Path) -> None:
    code, screen = on_terminal(root, "explain", "configs/c.yaml", "k7")
    assert code == 0
    assert "k7 = 7" in screen


@less
def test_less_is_left_with_q_and_ctrl_c_is_its_key_while_somebody_reads(root: Path) -> None:
    terminal = Terminal(root, ["schema", "plan"])
    terminal.read(until='"properties"')
    terminal.press("\x03")
    code, screen = terminal.leave("q")
    assert code == 0
    assert "interrupted" not in screen
    assert "Traceback" not in screen


@less
def test_ctrl_c_while_steps_are_made_ends_the_work_and_nothing_is_half_done(root: Path) -> None:
    assert migrate(root, "init", "--components", "configs/c.yaml").code == 0
    before = trees.read(root)
    terminal = Terminal(root, ["plan", "--diff"])
    terminal.read(until="+++ b/configs/train/p0.yaml")
    terminal.press("\x03")
    code, screen = terminal.leave("q")
    assert code == 130, "more than a pipe holds waits for a reader"
    assert "interrupted; nothing is half done" in screen
    assert "Traceback" not in screen
    assert trees.theirs(trees.read(root)) == trees.theirs(before)


def test_json_of_a_terminal_is_json(root: Path) -> None:
    _, screen = on_terminal(root, "--output", "json", "lint", PAGER=reader(root))
    assert json.loads(screen)["format_version"] == "1.0"
