"""What stands in a text that names a target, in one stretch or put together of parts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Set

from migrate.references.any_of import any_of
from migrate.references.tokens import ANCHOR, stem

_OTHERS = (
    rf"\.\.(?<!\.\.\.)(?![.\w])|{ANCHOR}"
    r"|\*[/{%\"'\\]"  # `**/p.yaml`, in one string or in two
    # `{{a/b}}`: its first part is taken for a folder. The start may end one string, or a line here.
    r"|\{(?:\{|[\"']+(?:\n|\Z))|\$(?:[({]|[\"']+(?:\n|\Z))"
    r"|\\[xuUN0-7]|\\\r?\n"  # a letter that is written as another text
)
_ODD = re.compile(r"[\s\"'\\{}%*]")


class Traces:
    """The segments of the targets' paths, and what else a path may begin with.

    A name ends with the stem of a target. A pattern begins with a folder of one, the folder of
    configs, a `..`, a `*/`, or the place of the file that holds it.
    """

    def __init__(self, targets: Iterable[str], root: str) -> None:
        paths = [path.split("/") for path in (*targets, root)]
        # A folder may end like a config; the stem of what does not is the whole of it.
        every = {one for path in paths for part in path[:-1] for one in (part, stem(part))}
        every = (every | {stem(path[-1]) for path in paths}) - {"."}
        self.anywhere = not all(every) or any(map(_ODD.search, every))
        """Whether any text may hold one: a segment is empty, or written with escapes."""
        self.segments = frozenset(every)
        # Each alternative begins with a letter, which `re` asks for first.
        self.pattern = re.compile(f"{any_of(self.segments)}|{_OTHERS}")
        self._begins = _Starts()
        self._ends = _Starts()
        for one in self.segments:
            for length in range(1, len(one)):
                self._begins.add(one[:length][::-1], one)
                self._ends.add(one[length:], one)

    def seams(self, parts: Set[str]) -> set[str]:
        """What to look for where these texts, one behind another, may make a trace.

        Each is the end or the start of a part with what stands beside it: of the parts that make
        one trace, one is enough to find the others by.
        """
        found = {edge + "./" for edge in _EDGES} if any(map(_HERE.match, parts)) else set()
        first = {one[::-1] for one in self._begins.of([one[::-1] for one in parts])}
        last = self._ends.of(parts) if first else set()
        for segment in self._begins.among(one[::-1] for one in first) & self._ends.among(last):
            found.update(_seams(segment, first, last, parts))
        return found


_HERE = re.compile(r"\./")
_EDGES = ('"', "'", "{", "}", "%s")
"""What stands beside a part: the quotes of its string, or a place that is filled in."""


class _Starts:
    """Parts of the segments, and which of them some texts begin with."""

    def __init__(self) -> None:
        self._whole: dict[str, set[str]] = {}
        self._pairs: set[str] = set()
        self._by_length: dict[int, set[str]] = {}

    def add(self, part: str, whole: str) -> None:
        """Look for a part of a segment too."""
        self._whole.setdefault(part, set()).add(whole)
        self._pairs.add(part[:2])
        self._by_length.setdefault(len(part), set()).add(part)

    def among(self, parts: Iterable[str]) -> set[str]:
        """The segments that these are parts of."""
        return {whole for part in parts for whole in self._whole[part]}

    def of(self, texts: Collection[str]) -> set[str]:
        """The words that some text begins with."""
        found = {text[:1] for text in texts} & self._pairs
        likely = [text for text in texts if text[:2] in self._pairs]
        for length, words in self._by_length.items():
            found |= {text[:length] for text in likely} & words
        return found


def _seams(segment: str, first: Set[str], last: Set[str], parts: Set[str]) -> Iterator[str]:
    """Where a segment may be the end of a part, perhaps some whole parts, and the start of one."""
    size = len(segment)
    starts = [n for n in range(1, size) if segment[:n] in first]
    ends = [n for n in range(1, size) if segment[n:] in last]
    for start in starts:
        for end in ends:
            if start == end or (start < end and _filled(segment[start:end], parts)):
                if start >= size - end:
                    yield from (segment[:start] + edge for edge in _EDGES)
                else:
                    yield from (edge + segment[end:] for edge in _EDGES)


def _filled(gap: str, parts: Set[str]) -> bool:
    """Whether whole parts one behind another make a text."""
    reached = {0}
    for end in range(1, len(gap) + 1):
        if any(gap[start:end] in parts for start in reached):
            reached.add(end)
    return len(gap) in reached
