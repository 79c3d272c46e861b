"""Markdown as a forge reads it, made ready for another place and another reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
SPAN = re.compile(r"(?<!`)(`+)(?!`)(?:.+?)(?<!`)\1(?!`)")
TARGET = re.compile(r'\]\(([^()\s]+)((?:\s+"[^"]*")?)\)')
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
"""What leads to another host, or is no path at all, as `mailto:` is none."""


def prose(text: str) -> Iterator[tuple[int, str, bool]]:
    """Each line with its number, and whether links may stand in it: not between fences."""
    fence = ""
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        mark = FENCE.match(line)
        inside = bool(fence) or mark is not None
        if mark and not fence:
            fence = mark[1]
        elif mark and fence and mark[1].startswith(fence):
            fence = ""
        yield number, line, not inside


def retarget(text: str, placed: Callable[[int, str], str]) -> str:
    """The text, each of its links with the target that `placed` gives for line and target.

    Links to other hosts and within the page stay, and so does what stands in code.
    """
    return "".join(
        _line(line, number, placed) if links else line for number, line, links in prose(text)
    )


def unescape_cells(text: str) -> str:
    """The text with `|` for `\\|` in the code of its tables, as a forge reads it."""
    return "".join(
        SPAN.sub(lambda span: span[0].replace("\\|", "|"), line)
        if links and line.startswith("|")
        else line
        for _, line, links in prose(text)
    )


def _line(line: str, number: int, placed: Callable[[int, str], str]) -> str:
    def other(link: re.Match[str]) -> str:
        path, sharp, anchor = link[1].partition("#")
        if not path or ADDRESS.match(path):
            return link[0]
        return f"]({placed(number, path)}{sharp}{anchor}{link[2]})"

    done, out = 0, []
    for span in SPAN.finditer(line):
        out += [TARGET.sub(other, line[done : span.start()]), span[0]]
        done = span.end()
    return "".join((*out, TARGET.sub(other, line[done:])))
