"""A pattern for any of many words, in which each letter that several begin with stands once."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(words: Iterable[str]) -> str:
    """The pattern, without a group; at a place the longest word matches. No word: nothing does.

    A plain alternation asks for each word at each place, one after another.
    """
    known = sorted(set(words))
    return _branches(known, 0) if known else r"(?!)"


def _branches(words: list[str], depth: int) -> str:
    """What follows the letters that all these words, which are sorted, begin with."""
    ended = len(words[0]) == depth
    by_letter: dict[str, list[str]] = {}
    for word in words[ended:]:
        by_letter.setdefault(word[depth], []).append(word)
    branches = [_branch(group, depth) for group in by_letter.values()]
    if not branches:
        return ""
    if len(branches) == 1 and not ended:
        return branches[0]
    return f"(?:{'|'.join(branches)})" + "?" * ended


def _branch(words: list[str], depth: int) -> str:
    """The letters that a group shares, and what follows."""
    first, last = words[0], words[-1]
    end = depth + 1
    while end < len(first) and end < len(last) and first[end] == last[end]:
        end += 1
    return re.escape(first[depth:end]) + _branches(words, end)
