"""A file's text, decoded so that encoding it again gives the same bytes."""

from __future__ import annotations

import io
import tokenize
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

BOM = "\ufeff"


@dataclass(frozen=True)
class Source:
    """The text of one file; a BOM and carriage returns are still in it."""

    path: str
    text: str
    encoding: str = "utf-8"

    @classmethod
    def of(cls, path: str, content: bytes) -> Source | None:
        """Decode a file: Python by its cookie, all else as UTF-8 with odd bytes kept.

        None for a binary file, and where the bytes would not come back the same.
        """
        if b"\0" in content:
            return None
        encoding = _python_encoding(content) if path.endswith((".py", ".pyi")) else "utf-8"
        try:
            text = content.decode(encoding, "surrogateescape")
            return cls(path, text, encoding) if _encode(text, encoding) == content else None
        except (UnicodeError, LookupError):
            return None

    def encode(self, text: str) -> bytes:
        """The bytes of an edited text. Raises UnicodeEncodeError for what the encoding lacks."""
        return _encode(text, self.encoding)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0] + [i + 1 for i, character in enumerate(self.text) if character == "\n"]

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
