"""The line that somebody is typing, and what may be offered there."""

from __future__ import annotations

import re
from typing import NamedTuple

from migrate.lsp.folder import ConfigFolder
from migrate.lsp.outline import key_line
from migrate.resolve import Resolved

HERE = "__here__"
"""Stands for the key that is being typed, so that the text around it parses."""

_REST = re.compile(r"[\w.\-/+@]*")
_COMMENT = re.compile(r"(?:^|\s)#")


class Offer(NamedTuple):
    """Something to write: what it is called, the text, and which columns of the line it replaces.

    `kind` is `key`, `section`, `value` or `file`; `detail` is a few words beside the label, `more`
    Markdown. `typed` is what the editor compares with the text that is replaced, where that is not
    the label. Offers come in the order of their worth.
    """

    label: str
    text: str
    start: int
    end: int
    kind: str
    detail: str = ""
    more: str = ""
    typed: str = ""


class TypedLine(NamedTuple):
    """A text, and the line in it that is being typed, cut at the cursor."""

    lines: list[str]
    number: int
    before: str
    after: str

    @classmethod
    def at(cls, text: str, line: int, column: int) -> TypedLine:
        """The line at a position, columns in code points."""
        lines = [one.rstrip("\r") for one in text.split("\n")]
        whole = lines[line] if line < len(lines) else ""
        return cls(lines, min(line, len(lines) - 1), whole[:column], whole[column:])

    @property
    def in_comment(self) -> bool:
        """Whether the cursor seems to stand in a comment."""
        return bool(_COMMENT.search(self.before))

    @property
    def word_end(self) -> int:
        """The column at which the word ends that the cursor is in."""
        rest = _REST.match(self.after)
        return len(self.before) + (rest.end() if rest is not None else 0)

    @property
    def has_colon(self) -> bool:
        """Whether a colon follows the word."""
        return self.after[self.word_end - len(self.before) :].lstrip().startswith(":")

    @property
    def above(self) -> list[str]:
        """The lines up to the cursor."""
        return [*self.lines[: self.number], self.before]

    def text_with(self, line: str) -> str:
        """The text with another line in the place of this one."""
        return "\n".join([*self.lines[: self.number], line, *self.lines[self.number + 1 :]])


def resolved_around(
    folder: ConfigFolder, path: str, typed: TypedLine, start: int
) -> Resolved | None:
    """What the config comes to without the word that begins at column `start`.

    Of a text that is broken elsewhere too, what it came to when it was sound last.
    """
    found = key_line(typed.lines, typed.number)
    tries = [f"{typed.before[:start]}{HERE}:", ""]
    if found is not None:
        tries.insert(0, f"{typed.lines[typed.number][: found.end]}:")
    for line in tries:
        resolved = folder.resolved_as(path, typed.text_with(line))
        if resolved is not None:
            return resolved
    return folder.look(path).resolved
