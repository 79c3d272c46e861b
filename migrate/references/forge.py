"""A config named by a link to this repository on a forge, such as GitHub or GitLab."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from migrate.references.found import NameMatch
from migrate.references.names import Names, NameSpan
from migrate.references.reference import LIKELY
from migrate.references.source import SourceText
from migrate.references.spelling import SpelledString

_SLUG = r"[\w.\-]+(?:/[\w.\-]+)+?"
_LINK = re.compile(
    rf"https?://(?:raw\.githubusercontent\.com/(?P<raw>[\w.\-]+/[\w.\-]+)"
    rf"|cdn\.jsdelivr\.net/gh/(?P<cdn>[\w.\-]+/[\w.\-]+)@(?=[\w.\-]+/)"
    rf"|(?P<host>[\w.\-]+(?::\d+)?)/(?P<slug>{_SLUG})/(?:-/)?"
    r"(?:blob|raw|tree|edit|blame|commits|src(?:/branch)?)(?=/))"
    r"/?(?P<rest>[\w./%+\-]*[\w/])"
)
_FIXED = re.compile(r"[0-9a-f]{7,64}|v?\d+(?:\.\d+)+[\w.\-]*")
"""A revision that says the same for ever."""
_REF_PARTS = 4
"""So many parts has the longest name of a branch that is tried."""

_REASON = "a link to this repository on a forge"


def in_links(source: SourceText, names: Names, prose: bool) -> Iterator[NameMatch]:
    """Names in links to a branch of this repository, by the remotes that its git knows."""
    if "://" not in source.text:
        return
    for match in _LINK.finditer(source.text):
        named = _named(match["rest"], names)
        if named and _slug(match) in names.remotes:
            at, target = named
            yield _found(match["rest"][at:], match.start("rest") + at, target, prose)


def _found(word: str, at: int, target: str, prose: bool) -> NameMatch:
    slash = "/" if word.endswith("/") else ""

    def respell(new: str) -> str:
        return new + slash

    named = NameSpan(0, len(word), target, LIKELY, respell, _REASON)
    return NameMatch(SpelledString.plain(word, at), named, prose)


def _named(rest: str, names: Names) -> tuple[int, str] | None:
    """Where the path begins behind the name of a branch, and which target it is."""
    at = 0
    for number in range(_REF_PARTS):
        at = rest.find("/", at) + 1
        if not at or (number == 0 and _FIXED.fullmatch(rest[: at - 1])):
            return None
        path = posixpath.normpath(rest[at:] or ".")
        if path in names.targets:
            return at, path
        if path in names.files:  # a file of its own
            return None
    return None


def _slug(match: re.Match[str]) -> str:
    if match["host"] is None:
        return f"github.com/{match['raw'] or match['cdn']}".lower()
    return f"{match['host'].partition(':')[0]}/{match['slug']}".lower()
