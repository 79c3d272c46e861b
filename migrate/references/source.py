"""A file's text, decoded so that encoding it again gives the same bytes."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

BOM = "\ufeff"


_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class SourceText:
    """The text of one file; a BOM and carriage returns are still in it.

    `unread` says why the text is a guess at what the file's own readers see: nothing is edited.
    """

    path: str
    text: str
    encoding: str = "utf-8"
    unread: str = ""

    @classmethod
    def of(cls, path: str, content: bytes) -> SourceText:
        """Decode a file: Python by its cookie, all else as UTF-8 with odd bytes kept, or UTF-16.

        What would not come back as the same bytes is `unread`.
        """
        encoding = _UTF_16.get(content[:2], "utf-8")
        if path.endswith((".py", ".pyi")) and encoding == "utf-8":
            encoding = _python_encoding(content)
        reason = f"not rewritten: as {encoding} it could not be written back byte for byte"
        try:
            text = content.decode(encoding, "surrogateescape")
            if "\0" in text:
                reason = "not rewritten: it holds a NUL byte"
            elif _encode(text, encoding) == content:
                return cls(path, text, encoding)
        except (UnicodeError, LookupError, ValueError):
            pass
        return cls(path, content.decode("utf-8", "surrogateescape"), "utf-8", reason)

    def encode(self, text: str) -> bytes:
        """The bytes of an edited text. Raises UnicodeEncodeError for what the encoding lacks."""
        return _encode(text, self.encoding)

    def can_say(self, text: str) -> bool:
        """Whether the encoding has every character of a text."""
        try:
            self.encode(text)
        except UnicodeEncodeError:
            return False
        return True

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self, offset: int) -> tuple[int, int]:
        """1-based line and column of an offset; the BOM has no column."""
        line = bisect_right(self._line_starts, offset)
        column = offset - self._line_starts[line - 1] + 1
        return line, column - (line == 1 and self.text.startswith(BOM))


def _encode(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "surrogateescape")


def _python_encoding(content: bytes) -> str:
    try:
        found = tokenize.detect_encoding(io.BytesIO(content).readline)[0]
    except SyntaxError:
        return "utf-8"
    # The BOM stays in the text, so that it is written back.
    return "utf-8" if found == "utf-8-sig" else found


def in_utf_8(content: bytes) -> bytes:
    """What a search for names in UTF-8 can look through."""
    encoding = _UTF_16.get(content[:2])
    return content.decode(encoding, "replace").encode() if encoding else content
