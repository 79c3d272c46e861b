"""Whether a path matches a glob, in time that no glob can blow up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

_PIECE = re.compile(r"(?:\*\*/)+|\*{2,}|\*|\?|\[[^\]/]+\]|.", re.DOTALL)
_HEAD = re.compile(r"[^*?\[]*")
_FEW_STEPS = 10_000_000
"""A regular expression tries up to path length to the power of stars; so many take 0.1 s."""
_AT_ONCE = 16
"""So many globs become one regular expression."""


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a path matches any glob: `*` stays in a folder, `**` crosses folders."""
    return _matcher(tuple(globs))(path)


def literal(path: str) -> str:
    """A glob that matches one path only."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in path)


def matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """`matches` for many paths or many globs: those that name one path alone are looked up."""
    return _matcher(tuple(globs))


@lru_cache(maxsize=256)
def _matcher(globs: tuple[str, ...]) -> Callable[[str], bool]:
    exact = frozenset(glob for glob in globs if not is_glob(glob))
    open_globs = tuple(glob for glob in globs if glob not in exact)
    heads = tuple(_head(glob) for glob in open_globs)
    whole, longest = _together(open_globs)

    def matched(path: str) -> bool:
        if path in exact:
            return True
        if not path.startswith(heads):
            return False
        if len(path) < longest:
            return whole.match(path) is not None
        return any(_matches(path, glob) for glob in open_globs)

    return matched


def _together(globs: tuple[str, ...]) -> tuple[re.Pattern[str], int]:
    """One pattern for a few globs, and how long a path is too long for it."""
    read = [_read(glob) for glob in globs[: _AT_ONCE + 1]]
    if len(read) == 1:
        return read[0][2], int(_FEW_STEPS ** (1 / max(read[0][1], 1)))
    if not read or len(read) > _AT_ONCE:
        return re.compile(r"(?!)"), 0
    longest = int(_FEW_STEPS ** (1 / max(1, *(stars for _, stars, _, _ in read))))
    return re.compile("|".join(pattern.pattern for _, _, pattern, _ in read), re.DOTALL), longest


def is_glob(glob: str) -> bool:
    """Whether a text has a wildcard in it, and may match more than itself."""
    return "*" in glob or "?" in glob or "[" in glob


def _matches(path: str, glob: str) -> bool:
    pieces, stars, pattern, head = _read(glob)
    if not path.startswith(head):
        return False
    if max(len(path), 2) ** min(stars, 30) < _FEW_STEPS:
        return pattern.match(path) is not None
    return _simulated(path, pieces)


@lru_cache(maxsize=512)
def _read(glob: str) -> tuple[tuple[str, ...], int, re.Pattern[str], str]:
    """The pieces, how many of them are stars, the pattern, and the plain text it begins with."""
    pieces = tuple(_PIECE.findall(glob))
    text = "".join(map(_expression, pieces))
    stars = sum("*" in piece for piece in pieces)
    return pieces, stars, re.compile(text + r"\Z", re.DOTALL), _head(glob)


def _head(glob: str) -> str:
    """The plain text that a glob begins with."""
    head = _HEAD.match(glob)
    return head.group() if head else ""


@lru_cache(maxsize=4096)
def _expression(piece: str) -> str:
    if piece.startswith("**"):
        return "(?:.*/)?" if piece.endswith("/") else ".*"
    if piece in ("*", "?"):
        return "[^/]*" if piece == "*" else "[^/]"
    return _class(piece) if len(piece) > 1 else re.escape(piece)


def _class(piece: str) -> str:
    """A class such as `[a-z]` or `[!a]`, as a regular expression that warns of nothing.

    Each character is written as its number: no set operation, no nested set, no escape is left. A
    range that runs backwards holds nothing, as in a shell.
    """
    negated = piece[1] in "!^" and len(piece) > 3
    inner, spans, at = piece[1 + negated : -1], "", 0
    while at < len(inner):
        ranged = inner[at + 1 : at + 2] == "-" and at + 2 < len(inner)
        first, last = ord(inner[at]), ord(inner[at + 2 if ranged else at])
        spans += f"\\U{first:08x}-\\U{last:08x}" if first <= last else ""
        at += 3 if ranged else 1
    if not spans:
        return "[^/]" if negated else "(?!)"
    return f"[{'^/' if negated else ''}{spans}]"


def _simulated(path: str, pieces: tuple[str, ...]) -> bool:
    """The same with all places in the glob followed at once: path length times glob length.

    An even number 2n is the place before piece n; 2n + 1 is inside of `**/`, which only a `/` ends.
    """
    at = _freed({0}, pieces)
    for char in path:
        at = _freed({after for place in at for after in _step(place, pieces, char)}, pieces)
    return 2 * len(pieces) in at


def _freed(places: set[int], pieces: tuple[str, ...]) -> set[int]:
    """With the places behind stars, each of which may stand for nothing."""
    found: set[int] = set()
    for place in places:
        current = place
        while current not in found:
            found.add(current)
            if current % 2 or current // 2 == len(pieces) or "*" not in pieces[current // 2]:
                break
            current += 2
    return found


def _step(place: int, pieces: tuple[str, ...], char: str) -> Iterable[int]:
    """Where one character leads."""
    if place // 2 == len(pieces):
        return ()
    piece, behind = pieces[place // 2], place + 2 - place % 2
    if piece.startswith("**"):
        if not piece.endswith("/"):
            return (place,)
        inside = place | 1
        return (inside, behind) if char == "/" else (inside,)
    if piece == "*":
        return (place,) if char != "/" else ()
    return (behind,) if re.fullmatch(_expression(piece), char, re.DOTALL) else ()
