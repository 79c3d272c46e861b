"""`flatten --origin`: a column on a terminal, comments in a file or a pipe, a field in JSON."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

from migrate.flatten import LineOrigin
from migrate.locations import Place
from migrate.report.origins import beside
from migrate.report.paint import PLAIN, Paint
from tests.look.trees import BASE, PRESET, write
from tests.support import reader
from tests.support.cli import migrate

REPOSITORY = Path(__file__).parents[2]
SFT = "configs/train/sft.yaml"
OVERLAY = "configs/train/long.yaml"
TREE = {
    "configs/base.yaml": BASE,
    SFT: PRESET,
    OVERLAY: "extends: sft.yaml\n\n# rates\ntraining:\n  vit_lr: 1.0e-6  # calmer\n"
    'text: |\n  # no comment\n  数据\nlist: [1,\n  "a\n   b"]\n',
}
COMMENT = re.compile(r"  # from ([^#]*)\Z")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path, TREE)


def stripped(text: str) -> str:
    """A file without the comments that say where its lines came from."""
    return "".join(COMMENT.sub("", line) + "\n" for line in text.splitlines())


def told(text: str) -> dict[int, str]:
    found = ((n, COMMENT.search(line)) for n, line in enumerate(text.splitlines(), 1))
    return {number: match[1] for number, match in found if match}


def test_a_pipe_gets_yaml_with_a_comment_behind_each_line(root: Path) -> None:
    plain = migrate(root, "flatten", OVERLAY).out
    shown = migrate(root, "flatten", OVERLAY, "--origin").out
    assert stripped(shown) == plain
    assert reader.load(shown.encode()) == reader.load(plain.encode())
    lines = shown.splitlines()
    assert f"training:  # from {OVERLAY}:4 + {SFT}:4" in lines
    assert f"  vit_lr: 1.0e-6  # calmer  # from {OVERLAY}:5" in lines
    assert f"  learning_rate: 1.0e-4  # from {SFT}:9" in lines
    assert "  # no comment" in lines
    assert "list: [1,  # from configs/train/long.yaml:9" in lines
    assert '  "a' in lines


def test_a_file_gets_the_same_and_a_folder_too(root: Path) -> None:
    shown = migrate(root, "flatten", OVERLAY, "--origin").out
    assert migrate(root, "flatten", OVERLAY, "--origin", "-o", "flat.yaml").code == 0
    assert (root / "flat.yaml").read_text() == shown
    assert migrate(root, "flatten", OVERLAY, SFT, "--origin", "-o", "flat/").code == 0
    assert (root / "flat/long.yaml").read_text() == shown
    assert told((root / "flat/sft.yaml").read_text())


def test_written_once_more_it_is_left_as_it_was(root: Path) -> None:
    migrate(root, "flatten", OVERLAY, "--origin", "-o", "flat.yaml")
    again = migrate(root, "flatten", OVERLAY, "--origin", "-o", "flat.yaml")
    assert again.out.startswith("left as it was: flat.yaml")


def test_a_parent_that_stays_is_no_origin(root: Path) -> None:
    shown = migrate(root, "flatten", OVERLAY, "--onto", SFT, "--origin").out
    assert "extends: sft.yaml" in shown.splitlines()[0]
    assert f"training:  # from {OVERLAY}:4\n" in shown
    assert f"from {SFT}" not in shown


def test_json_has_the_origins_of_the_same_lines(root: Path) -> None:
    shown = migrate(root, "flatten", OVERLAY, "--origin").out
    data = json.loads(migrate(root, "--output", "json", "flatten", OVERLAY, "--origin").out)
    assert data["text"] == stripped(shown)
    assert data["path"] is None
    lines = {one["line"]: one["from"] for one in data["origins"]}
    for number, text in told(shown).items():
        spelled = [f"{one['path']}:{one['line']}" for one in lines[number]]
        assert text == " + ".join(spelled)
    comment = next(n for n, line in enumerate(shown.splitlines(), 1) if line == "# rates")
    assert lines[comment] == [{"path": OVERLAY, "line": 3, "column": 1}]
    assert set(lines) > set(told(shown))  # those within texts, and comments, are in it too


def test_json_of_a_written_file_has_them_too(root: Path) -> None:
    ran = migrate(root, "--output", "json", "flatten", OVERLAY, "--origin", "-o", "flat.yaml")
    assert json.loads(ran.out)["origins"]
    ran = migrate(root, "--output", "json", "flatten", OVERLAY, "-o", "flat2.yaml")
    assert "origins" not in json.loads(ran.out)


def test_a_column_is_no_yaml_for_a_file(root: Path) -> None:
    ran = migrate(root, "flatten", OVERLAY, "--origin-as", "column", "-o", "flat.yaml")
    assert ran.code == 2
    assert "no YAML" in ran.err
    assert not (root / "flat.yaml").exists()


def test_a_column_lines_up_whatever_the_lines_hold(root: Path) -> None:
    shown = migrate(root, "flatten", OVERLAY, "--origin-as", "column").out.splitlines()
    assert len({width(line[: line.index("configs/")]) for line in shown if "configs/" in line}) == 1
    assert any("数据" in line and line.endswith(f"{OVERLAY}:8") for line in shown)


def width(text: str) -> int:
    """Cells: each of these Chinese characters takes two."""
    return len(text) + sum(text.count(char) for char in "数据值")


ORIGINS = [LineOrigin(n, (Place("a/b/x.yaml", n), Place("a/c/x.yaml", 7))) for n in (1, 2, 4)]


def test_tabs_and_wide_characters_are_counted_as_a_terminal_shows_them() -> None:
    lines = list(beside(["k:\tv", "值: 1", "", "abc: d"], ORIGINS, 0, PLAIN))
    assert lines == [
        "k:      v  a/b/x.yaml:1 + a/c/x.yaml:7",
        "值: 1      a/b/x.yaml:2 + a/c/x.yaml:7",
        "",
        "abc: d     a/b/x.yaml:4 + a/c/x.yaml:7",
    ]


def test_where_there_is_no_room_folders_go_first_and_what_is_left_names_one_file() -> None:
    lines = list(beside(["k: v", "long: " + "x" * 40, "", "d: 1"], ORIGINS, 60, PLAIN))
    assert lines[0].endswith("  b/x.yaml:1 + c/x.yaml:7")
    assert {line.index("b/x.yaml") for line in "\n".join(lines).split("\n") if "b/x" in line} == {
        lines[0].index("b/x.yaml")
    }
    assert lines[1].split("\n")[0].rstrip() == "long: " + "x" * 40  # the line itself is whole


def test_it_is_dim_in_colour() -> None:
    [first, *_] = beside(["k: v"], ORIGINS[:1], 0, Paint(enabled=True))
    assert first == "k: v  \x1b[2ma/b/x.yaml:1 + a/c/x.yaml:7\x1b[0m"


def test_a_terminal_gets_the_column(root: Path) -> None:
    """On a real one, 80 cells wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    command = [sys.executable, "-m", "migrate", "--root", str(root), "flatten", OVERLAY, "--origin"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "NO_COLOR": "1"}
    with subprocess.Popen(command, stdout=theirs, env=environment, cwd=root) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        assert process.wait(timeout=60) == 0
    os.close(ours)
    lines = shown.decode().replace("\r\n", "\n").splitlines()
    assert "# from" not in "".join(lines)
    at = {
        width(line[: found.start()])
        for line in lines
        if (found := re.search(r"\w+\.yaml:\d", line))
    }
    assert len(at) == 1
    assert all(width(line) <= 80 for line in lines)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the other end was closed
        return b""


LEGACY = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for path in (REPOSITORY / "configs/legacy/train").rglob("*.yaml")
)


@pytest.mark.parametrize("config", LEGACY)
def test_on_the_old_configs_of_this_repository_it_is_what_explain_says(config: str) -> None:
    shown = migrate(REPOSITORY, "flatten", config, "--origin").out
    plain = migrate(REPOSITORY, "flatten", config).out
    assert reader.spelled(reader.load(shown.encode()), True) == reader.spelled(
        reader.load(plain.encode()), True
    )
    data: Any = json.loads(
        migrate(REPOSITORY, "--output", "json", "flatten", config, "--origin").out
    )
    lines = {one["line"]: one["from"] for one in data["origins"]}
    by_place = {(p["path"], p["line"]) for places in lines.values() for p in places}
    explained = json.loads(migrate(REPOSITORY, "--output", "json", "explain", config).out)
    active = [one["origin"] for one in explained["settings"] if one["origin"]]
    assert len(active) > 20
    assert {(one["path"], one["line"]) for one in active} <= by_place
    texts = plain.splitlines()
    for number, places in lines.items():  # each line stands there as it stands here
        there = (REPOSITORY / places[0]["path"]).read_text(encoding="utf-8").splitlines()
        key = texts[number - 1].strip().split(":")[0].split("#")[0].strip("- ")
        assert key in there[places[0]["line"] - 1]
