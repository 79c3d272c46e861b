"""What a kind finds in a file, and the reference that comes of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from posixpath import normpath
from typing import NamedTuple

from migrate.references.names import PLAIN, Names, NameSpan, Use
from migrate.references.reference import CERTAIN, LIKELY, NOTE, Reference, Span
from migrate.references.renames import DROP, IgnoredReference, Renames
from migrate.references.source import SourceText
from migrate.references.spelling import ELSEWHERE, SpelledString, edit
from migrate.references.tokens import ANCHOR

_SAFE = re.compile(r"[^\s\"'`\\{}$#<>|;&*?()\[\],:]+\Z")
"""Paths that need no quotes anywhere. What is written with backslashes is let through."""

NO_SUCCESSOR = "removed without a successor"


class EntryRemoval(NamedTuple):
    """What goes when the list entry goes that names a config; `span` is None where it cannot."""

    span: Span | None
    certainty: str = CERTAIN
    reason: str = ""
    group: tuple[int, int] = (-1, 0)
    """Which list it is an entry of, and how many entries that has."""


ONLY_ENTRY = EntryRemoval(None, reason="the plan drops it, but nothing would be left in its list")
OPTION_VALUE = EntryRemoval(None, reason="the plan drops it, but it is the value of an option")
NO_DROP = EntryRemoval(None, reason="the plan drops it, but it is not an entry of a list")


class NameMatch(NamedTuple):
    """A name in a spelled text; `cap` is the highest grade it may have, with its reason.

    `unread` says why nothing is rewritten here, however plain the name is: then it holds a step.
    `holds` is whether a name whose grade is capped does so too where it has no successor.
    """

    spelled: SpelledString
    named: NameSpan
    prose: bool = False
    drop: EntryRemoval = NO_DROP
    cap: str = CERTAIN
    cap_reason: str = ""
    unread: str = ""
    holds: bool = False


class EditFailure(Exception):
    """The editor of a kind cannot read a text, or cannot place an edit; the message says why."""


Edit = tuple[Span, str]
"""A stretch of a text, and what takes its place."""


class Kind(NamedTuple):
    """A kind of file: which paths it claims, what it finds, and the check of an edited text.

    `check(path, before, after)` raises InputError if the file would not be read as it was.
    `edit(text, edits)` makes the edited text, or raises Unedited; without it, texts take the place
    of stretches as they are.
    """

    name: str
    claims: Callable[[str], bool]
    find: Callable[[SourceText, Names], Iterator[NameMatch]]
    check: Callable[[str, str, str], None]
    edit: Callable[[str, Sequence[Edit]], str] | None = None


def in_text(
    source: SourceText,
    names: Names,
    span: Span,
    use: Use = PLAIN,
    prose: bool = False,
    cap: str = CERTAIN,
    why: str = "",
) -> Iterator[NameMatch]:
    """Names in a stretch of a text that says itself what it says."""
    for named in names.find(source.text, source.path, use, span):
        written = SpelledString.plain(source.text[named.start : named.end], named.start)
        moved = NameSpan(0, len(written.text), *_rest(named))
        yield NameMatch(written, moved, prose, cap=cap, cap_reason=why)


_STRING_OR_COMMENT = re.compile(
    r"\"[^\\\"\n]*(?:\\.[^\\\"\n]*)*\"|'[^\\'\n]*(?:\\.[^\\'\n]*)*'|\\.|(#[^\n]*)"
)


def in_unread(
    source: SourceText, names: Names, why: str, prose: bool = False
) -> Iterator[NameMatch]:
    """Names in code that cannot be parsed: what is plain stays where it is and is told, as `why`.

    What stands behind a `#` outside of quotes is prose.
    """
    position = 0
    ends = [m.span() for m in _STRING_OR_COMMENT.finditer(source.text) if m[1] is not None]
    for start, end in [*ends, (len(source.text), len(source.text))]:
        for span, comment in (((position, start), False), ((start, end), True)):
            for found in in_text(source, names, span, prose=prose or comment):
                yield found._replace(unread=why)
        position = end


def _rest(named: NameSpan) -> tuple[str, str, Callable[[str], str | None], str, tuple[str, ...]]:
    return named.target, named.certainty, named.respell, named.reason, named.also


def refer(kind: str, source: SourceText, found: NameMatch, renames: Renames) -> Reference | None:
    """The reference with its grade and edit; None if no part of it is written in the file."""
    named = found.named
    at = found.spelled.where(named.start, named.end)
    if at == ELSEWHERE:
        return None
    span, text, certainty, reason = _outcome(source, found, renames)
    written = found.spelled.text[named.start : named.end]
    if written.startswith(ANCHOR):
        written = normpath(written[1:])
    if certainty == CERTAIN and found.cap != CERTAIN and not (found.holds and text is None):
        certainty, reason = found.cap, reason or found.cap_reason
    line, column = source.place(at)
    ignored = isinstance(renames.moves[named.target], IgnoredReference)
    span = span or (at, at)
    return Reference(
        source.path, line, column, span, kind, written, named.target, certainty, text,
        found.prose, reason, ignored, named.also,
        source.text[slice(*span)],
    )  # fmt: skip


def _outcome(
    source: SourceText, found: NameMatch, renames: Renames
) -> tuple[Span | None, str | None, str, str]:
    """`(span, edit, certainty, reason)` by what the plan says about the target."""
    named = found.named
    span = _span(found)
    new = renames.moves[named.target]
    if isinstance(new, IgnoredReference):
        return span, None, named.certainty, f"ignored by the plan: {new.reason}"
    if not renames.rename or named.certainty == NOTE:
        return span, None, named.certainty, named.reason or found.unread
    if found.unread:
        return span, None, named.certainty, found.unread
    if new is None:
        return span, None, named.certainty, NO_SUCCESSOR
    if new is DROP:
        drop = found.drop
        both = LIKELY if LIKELY in (drop.certainty, named.certainty) else CERTAIN
        dropped = (drop.span, "", both) if drop.span else (span, None, named.certainty)
        return *dropped, drop.reason
    return _moved(source, found, str(new), span)


def _moved(
    source: SourceText, found: NameMatch, new: str, span: Span | None
) -> tuple[Span | None, str | None, str, str]:
    named = found.named
    text = named.respell(new)
    if text is None:
        return span, None, named.certainty, f"{new} cannot be spelled in this form"
    if not _SAFE.match(text.replace("\\", "/")):
        return span, None, named.certainty, f"{new} needs quotes here"
    if not source.can_say(text):
        return span, None, named.certainty, f"{source.encoding} cannot write {new}"
    done = edit(source.text, found.spelled, named.start, named.end, text)
    if done is None:
        return span, None, named.certainty, "its parts are not written in one place"
    return done[0], done[1], named.certainty, named.reason


def _span(found: NameMatch) -> Span | None:
    """The source from the first written character of a name to its last."""
    written = [
        p for p in found.spelled.cut(found.named.start, found.named.end) if p.start != ELSEWHERE
    ]
    if not written or any(a.end > b.start for a, b in pairwise(written)):
        return None
    return written[0].start, written[-1].end


def settle(found: list[NameMatch], renames: Renames) -> list[NameMatch]:
    """Nothing is dropped from a list that would be empty then."""
    dropped = Counter(f.drop.group for f in found if renames.moves[f.named.target] is DROP)
    full = {group for group, count in dropped.items() if count >= group[1] > 0}
    return [f._replace(drop=ONLY_ENTRY) if f.drop.group in full else f for f in found]
