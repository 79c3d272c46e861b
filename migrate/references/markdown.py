"""References in documents: links, code spans, fenced commands, plain text; all prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrate.references.found import Found, Kind, in_text
from migrate.references.names import Names, Use
from migrate.references.reference import CERTAIN
from migrate.references.source import Source

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


def find(source: Source, names: Names) -> Iterator[Found]:
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
