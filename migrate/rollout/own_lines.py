"""The lines that a step wrote into a shared file: recorded, found again, taken back.

A merge of whole lines between three texts: what the step wrote, what stands there now, what stood
there before. Of the first only digests are kept, which is enough to compare by.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from migrate.changes import sha256

WIDTH = 6
"""Bytes kept of a line's digest: two lines of one file that differ never agree by chance."""

MOST_PAIRS = 2_000_000
"""Of texts with more pairs of equal lines (100,000 times the same) the middle is one edit."""

Range = tuple[int, int]
"""Lines of a text, from 0, the second one not included."""

_Block = tuple[int, int, int, int]
"""A stretch of the applied text and the stretch of today's text that took its place."""


class Hunk(NamedTuple):
    """Lines that a step wrote, where they stood in the text that it left, and the old ones."""

    lines: Range
    new: tuple[bytes, ...]
    old: tuple[bytes, ...]
    start: int = 0
    """The offset of the first line in that text, in bytes."""


class WrittenLines(NamedTuple):
    """All that a step wrote into one file, and the digest of each line of the text it left."""

    hunks: tuple[Hunk, ...]
    digests: tuple[bytes, ...]


class Clash(NamedTuple):
    """Lines of a step that somebody edited since: where that is today, and what stands there."""

    lines: Range
    hunk: Hunk
    found: tuple[bytes, ...]

    @property
    def ambiguous(self) -> bool:
        """Whether the lines do stand there, and equal ones beside them."""
        return _bare(self.found) == _bare(self.hunk.new)

    def diff(self, path: str) -> Iterator[str]:
        """What the step wrote, and what stands there now."""
        first, count = self.hunk.lines[0] + 1, len(self.hunk.new)
        yield f"--- {path} (as the step wrote it)"
        yield f"+++ {path} (now)"
        yield f"@@ -{first},{count} +{self.lines[0] + 1},{len(self.found)} @@"
        yield from (f"-{_shown(line)}" for line in self.hunk.new)
        yield from (f"+{_shown(line)}" for line in self.found)


def written_lines(before: bytes, after: bytes) -> WrittenLines:
    """What turns one text into another, as whole lines."""
    old, new = _lines(before), _lines(after)
    starts = [0, *accumulate(map(len, new))]
    hunks = tuple(
        Hunk((j1, j2), tuple(new[j1:j2]), tuple(old[i1:i2]), starts[j1])
        for i1, i2, j1, j2 in _changed(old, new)
    )
    return WrittenLines(hunks, tuple(map(_digest, new)))


def packed(written: WrittenLines) -> str:
    """The digests as a text for a record."""
    return b64encode(b"".join(written.digests)).decode()


def unpacked(text: str) -> tuple[bytes, ...]:
    """The digests of a record. Raises ValueError for a text that is none of `packed`."""
    whole = b64decode(text, validate=True)
    if len(whole) % WIDTH:
        raise ValueError("digests of lines are cut short")
    return tuple(whole[start : start + WIDTH] for start in range(0, len(whole), WIDTH))


def text_lines(text: str) -> list[bytes]:
    """The lines of a text from a record; what is not text in it comes back as the bytes it was."""
    return _lines(text.encode("utf-8", "surrogateescape"))


def places(written: WrittenLines, now: bytes) -> list[Range | Clash | None]:
    """Where each hunk stands today; None for one that somebody took back already.

    The texts are matched from the top and from the bottom: where the two disagree, equal lines
    stand side by side, and which of them the step wrote is not guessed.
    """
    lines = _lines(now)
    digests = [_digest(line) for line in lines]
    whole = _agreed(written.hunks, written.digests, digests)
    if all(fits for fits, _ in whole):
        return [place for _, place in whole]
    back = _agreed(*_turned_back(written), digests)
    return [
        place if fits else None if hunk.old and restored else _clash(hunk, place, lines)
        for hunk, (fits, place), (restored, _) in zip(written.hunks, whole, back, strict=True)
    ]


def _clash(hunk: Hunk, place: Range, lines: Sequence[bytes]) -> Clash:
    return Clash(place, hunk, tuple(lines[slice(*place)]))


def _turned_back(written: WrittenLines) -> tuple[list[Hunk], list[bytes]]:
    """The old lines as hunks, and the digests of the text in which they stood."""
    hunks: list[Hunk] = []
    digests: list[bytes] = []
    done = 0
    for hunk in written.hunks:
        digests += written.digests[done : hunk.lines[0]]
        hunks.append(Hunk((len(digests), len(digests) + len(hunk.old)), hunk.old, hunk.new))
        digests += map(_digest, hunk.old)
        done = hunk.lines[1]
    return hunks, [*digests, *written.digests[done:]]


def _agreed(
    hunks: Sequence[Hunk], digests: Sequence[bytes], now: Sequence[bytes]
) -> list[tuple[bool, Range]]:
    """For each hunk whether it stands in a text, and where, by matching from both ends."""
    size, length = len(digests), len(now)
    turned = [
        Hunk((size - hunk.lines[1], size - hunk.lines[0]), hunk.new, hunk.old)
        for hunk in reversed(hunks)
    ]
    downwards = _placed(hunks, digests, now)
    upwards = _placed(turned, digests[::-1], now[::-1])[::-1]
    return [
        (fits and again and place == (length - last, length - first), place)
        for (fits, place), (again, (first, last)) in zip(downwards, upwards, strict=True)
    ]


def taken_back(written: WrittenLines, now: bytes) -> bytes | Clash:
    """Today's text with the old lines in place of the step's; the last clash, if there is one."""
    text, clashes = _turned(written, now)
    return clashes[0] if clashes else text


def carried_over(before: bytes, after: bytes, ours: bytes) -> bytes:
    """A third text with the lines that changed between two others. What was edited there too, or
    has no certain place, stays as it is."""
    return _turned(written_lines(after, before), ours)[0]


def _turned(written: WrittenLines, now: bytes) -> tuple[bytes, list[Clash]]:
    """A text with the old lines of each hunk that stands there, and the hunks that do not."""
    lines = _lines(now)
    clashes: list[Clash] = []
    for hunk, place in reversed(list(zip(written.hunks, places(written, now), strict=True))):
        if place is None:
            continue
        if isinstance(place, Clash):
            clashes.append(place)
            continue
        first, last = place
        if first == last and first and not _end(lines[first - 1]):
            clashes.append(Clash(place, hunk, ()))  # nothing can follow a line without an end
            continue
        lines[first:last] = _with_ends(hunk, lines[first:last])
    return b"".join(lines), clashes


def _with_ends(hunk: Hunk, stand: Sequence[bytes]) -> Iterable[bytes]:
    """The old lines; if the line ends were converted since, with the ends that are there now."""
    if [_end(line) for line in hunk.new] == [_end(line) for line in stand]:
        return hunk.old
    end = _end(stand[-1])
    return [_strip(line) + (end if _end(line) or end else b"") for line in hunk.old]


def _placed(
    hunks: Sequence[Hunk], digests: Sequence[bytes], now: Sequence[bytes]
) -> list[tuple[bool, Range]]:
    """For each hunk whether no edit touches it, and where it stands, or what took its place."""
    blocks = list(_changed(digests, now))
    return [_place(hunk.lines, blocks) for hunk in hunks]


def _place(lines: Range, blocks: Sequence[_Block]) -> tuple[bool, Range]:
    first, last = lines
    hit = [block for block in blocks if _meet(block, lines)]
    begin = min(first, *(block[0] for block in hit)) if hit else first
    end = max(last, *(block[1] for block in hit)) if hit else last
    above = sum(_growth(block) for block in blocks if block[1] <= begin and block not in hit)
    start = begin + above
    return not hit, (start, start + end - begin + sum(map(_growth, hit)))


def _meet(block: _Block, lines: Range) -> bool:
    """Whether an edit touches a hunk. Lines beside it do not; but where the step only took lines
    away, nobody knows on which side of the new ones they belong."""
    (begin, end, n1, n2), (first, last) = block, lines
    if first == last:
        return begin < first < end or (first in (begin, end) and n2 > n1)
    if begin == end:
        return first < begin < last
    return begin < last and first < end


def _growth(block: _Block) -> int:
    """By how many lines an edit made the text longer."""
    begin, end, n1, n2 = block
    return (n2 - n1) - (end - begin)


def _changed(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[_Block]:
    """The stretches that differ. What both begin and end with need not be searched."""
    from difflib import SequenceMatcher  # only for edits

    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    ours, theirs = old[head : len(old) - tail], new[head : len(new) - tail]
    if _pairs(ours, theirs) > MOST_PAIRS:
        yield head, len(old) - tail, head, len(new) - tail
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag != "equal":
            yield i1 + head, i2 + head, j1 + head, j2 + head


def _pairs(old: Sequence[bytes], new: Sequence[bytes]) -> int:
    """How many pairs of equal lines a search would look at."""
    counts = Counter(new)
    return sum(counts[line] for line in old)


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _strip(line: bytes) -> bytes:
    return line.rstrip(b"\r\n")


def _end(line: bytes) -> bytes:
    return line[len(_strip(line)) :]


def _bare(lines: Iterable[bytes]) -> list[bytes]:
    return [_strip(line) for line in lines]


def _digest(line: bytes) -> bytes:
    """A line by its text; how it ends is no edit."""
    return bytes.fromhex(sha256(_strip(line)))[:WIDTH]


def _shown(line: bytes) -> str:
    return _strip(line).decode("utf-8", "backslashreplace")
