"""What a file over the limit of bytes names plainly: found without holding or parsing it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from migrate.trees.tree import Tree

_SUFFIX = re.compile(rb"\.ya?ml(?!\.?[A-Za-z0-9_])")
_WORD = re.compile(rb"[A-Za-z0-9_.\-+@~/\x80-\xff]*")
_BEHIND = 8
"""Bytes behind a name that may belong to it."""


class LargeFileName(NamedTuple):
    """The first place of a path in a file."""

    target: str
    line: int


def named_plainly(tree: Tree, path: str, targets: Iterable[str]) -> Iterator[LargeFileName]:
    """Each target whose path from the root stands in the file as a word of its own.

    Raises InputError for a file that cannot be read.
    """
    wanted = {target.encode("utf-8", "surrogateescape"): target for target in targets}
    longest = max(map(len, wanted), default=0) + 2
    lines, rest = 1, b""
    for part in (*tree.parts(path), b""):
        text = rest + part
        end = len(text) - _BEHIND if part else len(text)
        for match in _SUFFIX.finditer(text):
            word = _word_before(text, match.end(), longest)
            if match.end() <= end and word in wanted:
                yield LargeFileName(wanted.pop(word), lines + text.count(b"\n", 0, match.start()))
        kept = max(0, end - longest - _BEHIND)
        lines += text.count(b"\n", 0, kept)
        rest = text[kept:]


def _word_before(text: bytes, end: int, longest: int) -> bytes:
    """The word that ends there, without `./`; cut off where it is longer than any target."""
    backwards = text[max(0, end - longest) : end][::-1]
    match = _WORD.match(backwards)
    return match.group()[::-1].removeprefix(b"./") if match else b""
