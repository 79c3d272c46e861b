"""A path spelled over several literals: which source text says which part of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from migrate.references.reference import Span

ELSEWHERE = -1


class SpelledPiece(NamedTuple):
    """Text and where it is written; `start` is `ELSEWHERE` for what is not written here.

    A piece whose source is not as long as its text (an escape) cannot be divided; one whose source
    is empty begins there, and nobody knows which part of it stands where. `joint` is the slash that
    `os.path.join` and `Path / name` put between two operands.
    """

    text: str
    start: int = ELSEWHERE
    end: int = ELSEWHERE
    joint: bool = False

    @property
    def plain(self) -> bool:
        """Whether each character stands in the source as it is."""
        return self.start != ELSEWHERE and self.end - self.start == len(self.text)

    @property
    def whole(self) -> bool:
        """Whether its source can be replaced: it is plain, or one escaped character."""
        return self.plain or (self.start < self.end and len(self.text) == 1)


class SpelledString:
    """The pieces of one string, in order, and the string they make."""

    def __init__(self, pieces: Sequence[SpelledPiece]) -> None:
        self.pieces = [piece for piece in pieces if piece.text]
        self.text = "".join(piece.text for piece in self.pieces)
        self._ends = list(accumulate(len(piece.text) for piece in self.pieces))

    @classmethod
    def plain(cls, text: str, start: int = 0) -> SpelledString:
        """A text that stands in the source as it is."""
        return cls([SpelledPiece(text, start, start + len(text))])

    def cut(self, start: int, end: int) -> list[SpelledPiece]:
        """The parts of the pieces between two offsets; escapes are taken whole."""
        found: list[SpelledPiece] = []
        first = bisect_right(self._ends, start)
        for number in range(first, len(self.pieces)):
            piece, position = self.pieces[number], self._ends[number - 1] if number else 0
            if position >= end:
                break
            low, high = max(start - position, 0), min(end - position, len(piece.text))
            if piece.plain:
                part = SpelledPiece(piece.text[low:high], piece.start + low, piece.start + high)
            else:
                part = SpelledPiece(piece.text[low:high], piece.start, piece.end, piece.joint)
            found.append(part)
        return found

    def where(self, start: int, end: int) -> int:
        """The source offset of the first written character in a stretch; `ELSEWHERE` if none is."""
        written = [piece.start for piece in self.cut(start, end) if piece.start != ELSEWHERE]
        return written[0] if written else ELSEWHERE


def edit(
    source: str, spelled: SpelledString, start: int, end: int, new: str
) -> tuple[Span, str] | None:
    """The one edit of the source that makes the stretch say `new`; None if that cannot be done.

    What both spellings share stays untouched, so that only literals with a difference change.
    """
    parts = spelled.cut(start, end)
    if len(parts) == 1 and parts[0].plain:
        return (parts[0].start, parts[0].end), new
    head, tail = _shared(spelled.text[start:end], new)
    changed = spelled.cut(start + head, end - tail)
    wanted = new[head : len(new) - tail]
    if not all(part.whole or part.joint for part in changed):
        return None
    operands = _operands(changed)
    texts = _distribute(operands, wanted)
    if texts is None:
        return None
    return _splice(source, [part for operand in operands for part in operand], texts)


def _shared(old: str, new: str) -> tuple[int, int]:
    """How many characters of whole path segments agree in front, and of the suffix behind."""
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    head = old.rfind("/", 0, same) + 1
    dot = old.rfind(".", head)
    tail = len(old) - dot if dot >= 0 and new.endswith(old[dot:]) and "/" not in old[dot:] else 0
    return head, min(tail, len(old) - head, len(new) - head)


def _operands(parts: Sequence[SpelledPiece]) -> list[list[SpelledPiece]]:
    """The pieces of each operand of a join."""
    operands: list[list[SpelledPiece]] = [[]]
    for part in parts:
        if part.joint:
            operands.append([])
        else:
            operands[-1].append(part)
    return [operand for operand in operands if operand]


def _distribute(operands: list[list[SpelledPiece]], wanted: str) -> list[str] | None:
    """What each piece is to say; None if there are more operands than path segments."""
    segments = wanted.split("/")
    if not operands or len(segments) < len(operands) or "" in segments:
        return None
    texts: list[str] = []
    for number, operand in enumerate(operands):
        count = "".join(part.text for part in operand).count("/") + 1
        left = len(operands) - number - 1
        take = min(count, len(segments) - left) if left else len(segments)
        texts += _within(operand, "/".join(segments[:take]))
        segments = segments[take:]
    return texts


def _within(operand: list[SpelledPiece], text: str) -> list[str]:
    """Divide an operand's text over its concatenated pieces: folders first, the name last."""
    if len(operand) == 1:
        return [text]
    folder, slash, name = text.rpartition("/")
    middle = [""] * (len(operand) - 2)
    if operand[-2].text.endswith("/"):
        return [folder + slash, *middle, name]
    return [text, *middle, ""]


def _splice(source: str, parts: list[SpelledPiece], texts: list[str]) -> tuple[Span, str] | None:
    if any(a.end > b.start for a, b in pairwise(parts)):
        return None
    out = ""
    position = parts[0].start
    for part, text in zip(parts, texts, strict=True):
        out += source[position : part.start] + text
        position = part.end
    return (parts[0].start, position), out
