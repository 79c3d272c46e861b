"""What a runner of GitHub Actions makes of a step's output, written from the runner's own rules.

https://github.com/actions/runner, src/Runner.Common/ActionCommand.cs: a line is a command if it
starts with `::` once blanks are taken away, or holds `##[`; `stop-commands` stops that until its
token comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

COMMAND = re.compile(r"::(?P<name>[\w-]+)(?: (?P<fields>.*?))?::(?P<text>.*)\Z")
OLDER = re.compile(r"##\[(?P<name>[\w-]+)(?P<fields>)[^\]]*\](?P<text>.*)\Z")
ANNOTATING = ("error", "warning", "notice")


class Annotation(NamedTuple):
    """What a reader of the pull request sees."""

    level: str
    fields: dict[str, str]
    text: str


def annotated(output: str) -> list[Annotation]:
    """The annotations that a step with this output makes, beyond the limits or not."""
    return [one for one in _read(output) if one.level in ANNOTATING]


def obeyed(output: str) -> list[str]:
    """The names of all commands that the runner obeys, in order."""
    return [one.level for one in _read(output)]


def _read(output: str) -> Iterator[Annotation]:
    stopped = ""
    for line in re.split(r"\r\n?|\n", output):  # as .NET reads lines
        found = COMMAND.match(line.lstrip()) or OLDER.search(line)
        if stopped:
            stopped = "" if found and found["name"] == stopped else stopped
            continue
        if found and found["name"] == "stop-commands":
            stopped = found["text"]
        elif found:
            yield Annotation(found["name"], _fields(found["fields"] or ""), _data(found["text"]))


def _fields(text: str) -> dict[str, str]:
    pairs = (one.split("=", 1) for one in text.split(",") if one)
    return {name: _data(value.replace("%3A", ":").replace("%2C", ",")) for name, value in pairs}


def _data(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
