"""A pattern for any of many words matches the longest of them, and nothing else."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.references.any_of import any_of

words = st.sets(st.text("ab.*é", min_size=1, max_size=4), max_size=8)


@settings(max_examples=400, deadline=None)
@given(words, st.text("ab.*é", max_size=8))
def test_at_each_place_the_longest_word_matches(known: set[str], text: str) -> None:
    pattern = re.compile(any_of(known))
    for at in range(len(text) + 1):
        here = [word for word in known if text.startswith(word, at)]
        match = pattern.match(text, at)
        assert (match.group() if match else None) == max(here, key=len, default=None)
