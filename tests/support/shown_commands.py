"""The commands that a page shows, and what a person at a terminal would see."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def played(page: Path) -> Iterator[tuple[str, str]]:
    """Every command of the page's console blocks with what is shown below it, in order."""
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def matches(shown: str, said: str) -> bool:
    """Whether an output is as shown; a line `...` stands for any number of lines."""
    pieces = [re.escape(piece.strip("\n")) for piece in re.split(r"(?m)^\.\.\.$", shown)]
    return re.fullmatch(r"(?:.*\n)?".join(pieces) + r"\n*", said, re.DOTALL) is not None


def shell(folder: Path, command: str) -> str:
    """What a command prints there, with `migrate` installed and git knowing who works."""
    person = {"NAME": "Ada", "EMAIL": "ada@example.org"}
    environment = {
        **os.environ,
        **{
            f"GIT_{who}_{what}": said
            for who in ("AUTHOR", "COMMITTER")
            for what, said in person.items()
        },
        "GIT_CONFIG_GLOBAL": os.devnull,
        "LC_ALL": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout
