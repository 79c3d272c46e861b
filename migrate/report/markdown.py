"""Markdown for a pull request and a job: what a config holds means nothing in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from migrate.locations import printable
from migrate.report.paint import width, without_middle

VALUE, BYTES = 40, 60_000
"""So long may a value be, and the whole text: forges refuse comments that are longer."""


def row(cells: Sequence[str]) -> str:
    """A line of a table."""
    return f"| {' | '.join(cells)} |"


def code(text: str, cell: bool = True) -> str:
    """A text as code, where nothing in it is Markdown or HTML, or names a person.

    In the `cell` of a table a bar needs a backslash, which anywhere else would be shown.
    """
    if not text:
        return ""
    text = printable(text)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    shown = f"{fence}{space}{text}{space}{fence}"
    return shown.replace("|", "\\|") if cell else shown


def cut(text: str, limit: int) -> str:
    """At most `limit` terminal cells of a text; `~` stands for what is left out of its middle."""
    if len(text) <= limit and width(text) <= limit:
        return text
    last = (limit - 1) // 3
    return without_middle(text, limit - 1 - last, last, "~")


class Sheet:
    """Lines of Markdown, as long as there is room."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.room = BYTES - 200  # for what tells of things left out

    def add(self, lines: Iterable[str]) -> int:
        """Put down as many of the lines as there is room for; how many were not."""
        given = list(lines)
        for number, line in enumerate(given):
            size = len(line.encode()) + 1
            if size > self.room:
                self.room = 0
                return len(given) - number
            self.room -= size
            self.lines.append(line)
        return 0

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], what: str) -> None:
        """A table; where not all of it fits, how much is left out."""
        lines = [row(head), row(["---"] * len(head)), *map(row, rows)]
        left = self.add(lines)
        self.lines += [f"\nand {left} more {what}" if left else ""]

    def section(self, title: str, lines: Sequence[str]) -> None:
        """A title and a list, nothing for an empty one."""
        if lines:
            left = self.add([f"### {title}", "", *lines])
            self.lines += [f"- and {left} more" if left else ""]

    def folded(self, title: str, lines: Sequence[str]) -> None:
        """The same, to be opened."""
        if lines and self.room > len(title) + 100:
            self.add([f"<details><summary>{title}</summary>", ""])
            self.room -= len("</details>")
            left = self.add(lines)
            self.lines += [*([f"- and {left} more"] if left else []), "", "</details>", ""]
        elif lines:
            self.lines += [f"{title}: left out, there is no room", ""]

    def block(self, title: str, text: str, folded: bool = False) -> None:
        """A text that another verb makes, if all of it fits."""
        head = f"<details><summary>{title}</summary>" if folded else f"### {title}"
        if len(text.encode()) + len(head) + 40 > self.room:
            self.lines += [
                f"{title}: too long for a comment; `migrate report` shows it on a page",
                "",
            ]
            return
        self.add(
            [head, "", *text.rstrip("\n").split("\n"), *(["", "</details>"] if folded else []), ""]
        )
