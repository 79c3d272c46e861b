"""What is asked of every answer to hostile input."""

from __future__ import annotations

import re

from tests.hostile.bounded import Ran

MOST_SECONDS = 8
"""A few on a quiet machine; tests run on busy ones."""
MOST_MEGABYTES = 700
_RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def check(ran: Ran, codes: tuple[int, ...] = (3, 4)) -> None:
    """A letter, soon, in bounded memory, with nothing in it that a terminal obeys."""
    assert ran.code in codes, f"exit {ran.code}: {ran.err[-2000:]}"
    assert "Traceback" not in ran.err
    assert ran.seconds < MOST_SECONDS
    assert ran.megabytes < MOST_MEGABYTES
    for text in (ran.out, ran.err):
        raw = _RAW.search(text)
        assert raw is None, f"{raw.group()!r} in {text[max(0, raw.start() - 60) : raw.end()]!r}"
    if ran.code in (2, 3, 4):
        assert ran.err.startswith("error: ") or "\nerror: " in ran.err
        assert len(ran.err) < 200_000
