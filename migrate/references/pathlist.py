"""References in lists of paths that tools read: ignore files, CODEOWNERS, MANIFEST.in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename

from migrate.references.found import Kind, NameMatch, in_text
from migrate.references.names import Names, Use
from migrate.references.source import SourceText

_NAMES = re.compile(r"\.\w+ignore|CODEOWNERS|\.gitattributes|MANIFEST\.in")
_LINE = re.compile(r"[ \t]*(#)?!?([^\n]*)")
_PATH = Use(strict="link")
"""A leading slash means the folder of the list, which is the root in most trees."""


def claims(path: str) -> bool:
    """By name."""
    return _NAMES.fullmatch(basename(path)) is not None


def find(source: SourceText, names: Names) -> Iterator[NameMatch]:
    """Names in lines; a stale line breaks nothing but a package that is built from the list."""
    if source.path.endswith("CODEOWNERS"):  # from the root, wherever it stands
        source = SourceText("CODEOWNERS", source.text)
    prose = not source.path.endswith("MANIFEST.in")
    for match in _LINE.finditer(source.text):
        comment = match[1] is not None
        start, end = match.span(2)
        if "/" in source.path and source.text.startswith("/", start):  # from the list's folder
            start += 1
        yield from in_text(source, names, (start, end), _PATH, prose or comment)


def check(path: str, before: str, after: str) -> None:
    """A list has no form that an edit of a path could break."""


KIND = Kind("pathlist", claims, find, check)
