"""References in documents: links, code spans, fenced commands, plain text; all prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename

from migrate.references.found import Kind, NameMatch, in_text
from migrate.references.names import Names, Use
from migrate.references.reference import CERTAIN
from migrate.references.source import SourceText

_SUFFIXES = (".md", ".markdown", ".mdx", ".rst", ".txt", ".adoc", ".html", ".htm", ".tex")
_LINK = re.compile(
    r"\]\(\s*<?([^)\s>]+)"  # [text](target)
    r"|^[ \t]*\[[^\]\n]+\]:[ \t]*<?([^\s>]+)"  # [label]: target
    r"|\b(?:href|src)=[\"']([^\"']+)"
    r"|`[^`<\n]*<([^>`\n]+)>`_"  # reStructuredText
    r"|^\.\. _[^:\n]+:[ \t]+(\S+)"
    r"|^\.\. (?:literal)?include::[ \t]+(\S+)",
    re.MULTILINE,
)

_TEXT = Use(bare=CERTAIN)
_TARGET = Use(strict="link")


def claims(path: str) -> bool:
    """By suffix; a README without one counts too."""
    return path.endswith(_SUFFIXES) or path.rsplit("/", 1)[-1] in ("README", "NOTES", "TODO")


_READ_BY_PEOPLE = re.compile(
    r"(?:README|LICEN[CS]E|NOTICE|AUTHORS|CREDITS|NOTES|TODO|FAQ|INSTALL|USAGE)", re.IGNORECASE
)
_SENTENCE = re.compile(
    rb"(?:^|\s)(?:[A-Za-z'\-]+[,;:]?\s+){4}[A-Za-z'\-]+[.,;:!?]?(?:\s|$)"
    rb"|^\W*\d{4}-\d\d-\d\d|\b(?:DEBUG|INFO|WARN|WARNING|ERROR)\b|[\x80-\xff]{6}"
)
LOOKED_AT = 50_000
"""Bytes of a `.txt` that say whether it is prose."""


def says_something(path: str, content: bytes) -> bool:
    """Whether a `.txt` is text for people, by its name or its lines; else a tool reads it."""
    name = basename(path)
    if _READ_BY_PEOPLE.match(name):
        return True
    if name == "CMakeLists.txt":
        return False
    lines = [line for line in content[:LOOKED_AT].splitlines() if line.strip()]
    told = [line for line in lines if not line.lstrip().startswith(b"#")]
    return sum(_SENTENCE.search(line[:400]) is not None for line in told) * 5 > len(told)


def find(source: SourceText, names: Names) -> Iterator[NameMatch]:
    """Names in link targets, which are relative to the document, and in all other text."""
    position = 0
    for match in _LINK.finditer(source.text):
        group = next(number for number, text in enumerate(match.groups(), 1) if text)
        start, end = match.span(group)
        yield from in_text(source, names, (position, start), _TEXT, prose=True)
        yield from in_text(source, names, (start, end), _TARGET, prose=True)
        position = end
    yield from in_text(source, names, (position, len(source.text)), _TEXT, prose=True)


def check(path: str, before: str, after: str) -> None:
    """A document has no form that an edit of a path could break."""


KIND = Kind("markdown", claims, find, check)
