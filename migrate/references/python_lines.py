"""The places in a module where a name of a target may stand: the rest is not walked through."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from migrate.references.python_depth import TEXT
from migrate.references.python_places import PlacementFailure, formatted_end
from migrate.references.reference import Span
from migrate.references.traces import Traces

_FILLED = re.compile(r"[{}]|%s")
_PREFIX = re.compile(r"[A-Za-z]+\Z")
_OWN_PLACE = ("__file__", "cwd", "rglob")
"""Names by which code asks where it is, and one that puts a wildcard in front of a name."""

NESTING = sys.version_info >= (3, 12)
"""Whether a field of a formatted string may hold the quotes of that string."""


class Interest(NamedTuple):
    """Where strings hold a trace of a target, or code one of its own place; and such comments."""

    offsets: list[int]
    comments: list[Span]


def interest(code: str, traces: Traces, nesting: bool = NESTING) -> Interest | None:
    """Where in a module a name may stand, its constants aside; None where all of it must be read.

    For code that Python reads: a name has a trace of its target in a string or comment, in strings
    that are put together, or in what a name stands for that is assigned there.
    """
    if traces.anywhere or code.count("\r") != code.count("\r\n"):
        return None
    tokens = list(TEXT.finditer(code))
    if not code.isascii() and _unlike(code):
        return None
    if nesting and any(_nested(code, token) for token in tokens):
        return None
    texts = [one.group() for one in tokens]
    said = "\n".join(texts)
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    found = {match.start() for match in traces.pattern.finditer(said)}
    for needle in traces.seams(_parts(texts)):
        found.update(_all(said, needle))
    offsets = [at for name in _OWN_PLACE for at in _all(code, name)]
    comments: dict[int, Span] = {}
    for at in found:
        number = bisect_right(starts, at) - 1
        start, end = tokens[number].span()
        if code[start] == "#":
            comments[start] = start, end - code.endswith("\r", start, end)
        else:
            offsets.append(start + at - starts[number])
    return Interest(sorted(offsets), sorted(comments.values()))


def _parts(texts: Sequence[str]) -> set[str]:
    """What stands in strings from one edge to the next: a quote, or a place that is filled in."""
    found: set[str] = set()
    for text in texts:
        if text[0] in "\"'":
            size = 3 if text[:3] in ('"""', "'''") else 1
            body = text[size:-size]
            if "{" in body or "}" in body or "%s" in body:
                found.update(_FILLED.split(body))
            else:
                found.add(body)
    found.discard("")
    return found


def _all(text: str, needle: str) -> Iterator[int]:
    """Every place of a text in another."""
    at = text.find(needle)
    while at >= 0:
        yield at
        at = text.find(needle, at + 1)


def _unlike(code: str) -> bool:
    """Whether a name may be written with other letters than Python takes it for."""
    from unicodedata import is_normalized

    return not is_normalized("NFKC", TEXT.sub(" ", code)) or (
        ":=" in code and not is_normalized("NFKC", code)
    )


def _nested(code: str, token: re.Match[str]) -> bool:
    """Whether a formatted string goes on behind the next quote like its first one."""
    start = token.start()
    prefix = _PREFIX.search(code, max(0, start - 3), start) if code[start] in "\"'" else None
    if prefix is None or not set(prefix.group()) & set("fFtT"):
        return False
    try:
        return formatted_end(code, start, "r" in prefix.group().lower()) != token.end()
    except PlacementFailure:
        return True
