"""Write docs/pictures/: what verbs show on a terminal, in the half-done rollout of `make demo`."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from tools.demo import demo
from tools.picture import ROOT, drawn, prompted

COLUMNS, ALL = 88, 100
SCREENS = {
    "status": {"migrate status": ALL},
    "plan": {"migrate plan": 12, "migrate plan --preset stage_b_distill": 34},
    "verify": {"migrate verify --so-far": ALL},
    "explain": {
        "migrate explain grpo_dense_lowaug training.learning_rate": ALL,
        "migrate explain configs/train/sft training.learning_rate": ALL,
    },
}
"""Each is docs/pictures/NAME.svg: what is typed, and how many lines of its output are shown.
What another verb shows joins them with a line here."""


def path(name: str) -> str:
    """Where a picture stands."""
    return f"docs/pictures/{name}.svg"


def screens(folder: Path) -> dict[str, str]:
    """Every picture, by its path; `folder` is a new one, for the demo."""
    demo(folder)
    return {
        path(name): drawn([_typed(commands, folder)], "; ".join(commands), COLUMNS)
        for name, commands in SCREENS.items()
    }


def _typed(commands: dict[str, int], folder: Path) -> list[str]:
    """Commands with what they show, an empty line between them; cut where it is long."""
    lines = []
    for command, most in commands.items():
        said = on_a_terminal(folder, shlex.split(command)[1:])
        rest = ["\x1b[2m...\x1b[0m"] if len(said) > most else []
        lines += ["", prompted(command), *said[:most], *rest]
    return lines[1:]


def on_a_terminal(folder: Path, words: list[str]) -> list[str]:
    """The lines that a command shows on a terminal of `COLUMNS` columns; its progress is not."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    run = "from migrate.cli.main import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", run, "--color", "always", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "PAGER": "cat"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    ):
        os.close(theirs)
        said = b""
        with contextlib.suppress(OSError):  # how Linux tells the end
            while block := os.read(ours, 65536):
                said += block
        os.close(ours)
    return said.decode().replace("\r\n", "\n").splitlines()


def main() -> None:
    """Write the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        for name, picture in screens(Path(folder) / "demo").items():
            (ROOT / name).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
