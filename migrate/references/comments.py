"""Where the comments of a script or a program stand, by the language that its name says."""

from __future__ import annotations

import re
from bisect import bisect_right
from posixpath import basename

from migrate.references.reference import Span

_BLOCK = r"/\*[\s\S]*?(?:\*/|\Z)"
_STRINGS = (
    r"'''[\s\S]*?(?:'''|\Z)|\"\"\"[\s\S]*?(?:\"\"\"|\Z)|`(?:[^`\\]|\\[\s\S])*`?"
    r"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|\\."
)
_HASH = r"(?:(?<=\s)|\A)#[^\n]*"
_SLASHES = r"(?<!:)//[^\n]*"


def _language(*comments: str, strings: str = _STRINGS) -> re.Pattern[str]:
    """Strings are looked at first: what stands in them is no comment."""
    return re.compile(f"{strings}|({'|'.join(comments)})" if strings else f"({'|'.join(comments)})")


_C = _language(_SLASHES, _BLOCK)
_LINES = r"(?im)^[ \t]*"
_LANGUAGES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "c cc cjs cpp cs cts cu dart gradle go groovy h hpp java js jsx kt mjs mts nf proto rs",
        _C,
    ),
    ("json json5 jsonc scala swift ts tsx", _C),
    ("hcl jsonnet libsonnet nix php tf", _language(_SLASHES, _BLOCK, _HASH)),
    ("hs lua sql", _language(r"--\[\[[\s\S]*?(?:\]\]|\Z)", r"--[^\n]*")),
    ("iml plist svg xml", _language(r"<!--[\s\S]*?(?:-->|\Z)", strings="")),
    ("cfg conf ini service timer desktop", re.compile(_LINES + r"([#;][^\n]*)")),
    ("properties", re.compile(_LINES + r"([#!][^\n]*)")),
    ("bat cmd", re.compile(_LINES + r"(@?rem\b[^\n]*|::[^\n]*)")),
)
_BY_SUFFIX = {suffix: pattern for names, pattern in _LANGUAGES for suffix in names.split()}

_QUOTED_OR_HASH = re.compile(r"\\.|\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:(?<=\s)|\A)#")
_DIRECTIVE = re.compile(r"#(?:!|SBATCH\b|PBS\b|BSUB\b|COBALT\b|FLUX\b|\$ -)")
"""What a kernel or a scheduler of jobs reads, though a shell does not."""


class Comments:
    """The comments of one text; `#` begins one where nothing else is known of the language."""

    def __init__(self, path: str, text: str) -> None:
        self.text = text
        name = basename(path)
        suffix = "groovy" if name.startswith("Jenkinsfile") else name.rpartition(".")[2]
        pattern = _BY_SUFFIX.get(suffix)
        self.by_line = pattern is None
        self._spans = [m.span(1) for m in pattern.finditer(text) if m[1]] if pattern else []
        self._starts = [start for start, _ in self._spans]

    def parts(self, start: int, end: int) -> list[tuple[Span, bool]]:
        """The stretches of a line in order, and whether each is a comment."""
        if self.by_line:
            comment = start + _hash(self.text[start:end])
            return [((start, comment), False), ((comment, end), True)]
        parts, position = [], start
        for number in range(max(0, bisect_right(self._starts, start) - 1), len(self._spans)):
            first, last = self._spans[number]
            if first >= end:
                break
            first, last = max(first, position), min(last, end)
            if first < last:
                parts += [((position, first), False), ((first, last), True)]
                position = last
        return [*parts, ((position, end), False)]


def _hash(line: str) -> int:
    """Where a line's comment begins; its length if it has none."""
    if _DIRECTIVE.match(line):
        return len(line)
    for match in _QUOTED_OR_HASH.finditer(line):
        if match.group() == "#":
            return match.start()
    return len(line)
