"""Standard output may be full, closed or read by nobody: what was done is done, a code says so."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.bounded import REPOSITORY, Server
from tests.hostile.repositories import committed
from tests.hostile.roots import PRESET, copied, rolled

FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
COMMANDS = [
    ["--help"],
    ["--version"],
    ["inspect", "--help"],
    ["init", "--force", "--presets", "configs/train/*.yaml"],
    ["plan"],
    ["plan", "--diff"],
    ["apply", "--all"],
    ["apply", "--all", "--dry-run"],
    ["verify"],
    ["status"],
    ["undo", "--preset", "q"],
    ["finalize"],
    ["rehearse"],
    ["inspect", PRESET],
    ["inspect", PRESET, "--only", "payload"],
    ["explain", PRESET],
    ["diff", PRESET, "configs/train/q.yaml"],
    ["flatten", PRESET],
    ["flatten", PRESET, "-o", "flat.yaml"],
    ["lint"],
    ["lint", "--output", "sarif"],
    ["verify", "--output", "github"],
    ["verify", "--output", "md"],
    ["flatten", PRESET, "--origin"],
    ["plan", "--diff", "--origin"],
    ["refs"],
    ["schema", "plan"],
]
WITHOUT_JSON = {"--help", "--version", "schema"}


@pytest.fixture(scope="module")
def begun(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with plans, nothing applied."""
    return rolled(server, tmp_path_factory.mktemp("begun"), applied=False)


def _shell(root: Path, arguments: list[str], redirect: str) -> subprocess.CompletedProcess[str]:
    command = shlex.join([sys.executable, "-m", "migrate", "--root", str(root), *arguments])
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} {redirect}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        timeout=60,
    )


def _in_json() -> list[list[str] | None]:
    return [None if WITHOUT_JSON & {*one} else ["--output", "json", *one] for one in COMMANDS]


def _everything() -> list[tuple[list[str], str]]:
    """Each command, half of them in JSON; a full disk for one, a closed stream for the next."""
    several = [one for pair in zip(COMMANDS, _in_json(), strict=True) for one in pair if one]
    return [(one, (">/dev/full", ">&-")[n // 2 % 2]) for n, one in enumerate(several)]


@pytest.mark.parametrize(("command", "redirect"), _everything(), ids=str)
def test_output_that_cannot_be_written_is_a_letter(
    begun: Path, tmp_path: Path, command: list[str], redirect: str
) -> None:
    if "full" in redirect and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    ran = _shell(copied(begun, tmp_path), command, redirect)
    reason = "no space left on device" if "full" in redirect else "bad file descriptor"
    letters = [line for line in ran.stderr.splitlines() if line.startswith("error: ")]
    assert letters == [f"error: standard output cannot be written: {reason}"]
    assert ran.returncode == 4


@pytest.mark.parametrize("command", COMMANDS[::3], ids=" ".join)
def test_a_pipe_that_nobody_reads_ends_quietly(
    begun: Path, tmp_path: Path, command: list[str]
) -> None:
    ran = _shell(copied(begun, tmp_path), command, "| true")
    assert ran.stderr in ("", "from the cache: no file has changed; --fresh checks again\n")
    assert ran.returncode in (0, 1, 141)  # what fits the pipe may be written before its end


def test_a_pipe_that_is_read_in_part_ends_quietly(begun: Path, tmp_path: Path) -> None:
    root = copied(begun, tmp_path)
    text = (root / PRESET).read_text()
    (root / PRESET).write_text(text + "".join(f"key_{n}: {n}\n" for n in range(50_000)))
    ran = _shell(root, ["inspect", PRESET], "| head -1")
    assert ran.stdout.count("\n") == 1
    assert (ran.returncode, ran.stderr) == (141, "")


@pytest.mark.parametrize("redirect", [pytest.param("2>/dev/full", marks=FULL), "2>&-"])
@pytest.mark.parametrize("command", [["plan"], ["apply", "--all"], ["verify"]], ids=" ".join)
def test_remarks_that_cannot_be_written_change_nothing_else(
    begun: Path, tmp_path: Path, command: list[str], redirect: str
) -> None:
    here, there = copied(begun, tmp_path / "a"), copied(begun, tmp_path / "b")
    usual, ran = _shell(here, command, ""), _shell(there, command, redirect)
    assert ran.returncode == usual.returncode
    assert ran.stdout == usual.stdout.replace(str(here), str(there))


@pytest.mark.parametrize("redirect", ["2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_the_code_says_it_where_nothing_else_can(begun: Path, redirect: str) -> None:
    assert _shell(begun, ["inspect", "nowhere.yaml"], redirect).returncode == 3
    assert _shell(begun, ["no-such-verb"], redirect).returncode == 2
    assert _shell(begun, ["status"], redirect).returncode == (4 if ">&- 2" in redirect else 0)


@pytest.mark.parametrize("redirect", [pytest.param(">/dev/full", marks=FULL), ">&-", "| true"])
def test_what_has_landed_stays_landed(
    server: Server, begun: Path, tmp_path: Path, redirect: str
) -> None:
    root = copied(begun, tmp_path)
    ran = _shell(root, ["apply", "--all"], redirect)
    assert ran.returncode in (4, 141, 0)
    rows = json.loads(server.run(root, "--output", "json", "status").out)["presets"]
    assert {row["state"] for row in rows} == {"applied"}
    check = server.run(root, "apply", "--all")
    assert (check.code, check.out) == (0, "nothing to do: 2 presets applied already\n")


def test_closed_streams_are_no_place_for_files_of_ours(begun: Path, tmp_path: Path) -> None:
    """The numbers of closed streams go to whatever is opened next: a lock, a staged file."""
    root = copied(committed(begun), tmp_path)
    ran = _shell(root, ["apply", "--all"], "<&- >&- 2>&-")
    assert ran.returncode == 4
    ran = _shell(root, ["verify"], "")
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert b"standard output" not in (root / ".migrate/lock").read_bytes()
