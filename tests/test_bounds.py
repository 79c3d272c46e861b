"""What a look at a text lets pass keeps within the limits, counted level by level."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from migrate.limits import Limits
from migrate.yaml_text.bounds import surely_within

TIGHT = Limits(depth=12, nodes=200)

SIGNS = "[]{}:,-?#'\"|>&!\n\r\x85\u2028"
WORDS = ("  ", "- ", ": ", "a", "k]: [", "'a'", "k: ", "\n  ", "? ", "# x")
PIECES = st.sampled_from([*SIGNS, *WORDS])


def measured(text: str) -> tuple[int, int] | None:
    """Deepest level and number of values by PyYAML's own events; None for what is no YAML."""
    depth = deepest = values = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                deepest = max(deepest, depth)
            values += isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent))
            depth -= isinstance(event, yaml.CollectionEndEvent)
    except yaml.YAMLError:
        return None
    return deepest, values


@given(st.lists(PIECES, max_size=60).map("".join))
def test_what_passes_keeps_within_the_limits(text: str) -> None:
    found = measured(text)
    if found is not None and surely_within(text, TIGHT):
        assert found[0] <= TIGHT.depth
        assert found[1] <= TIGHT.nodes


DEEP = {
    "flow": "a: " + "[" * 13 + "]" * 13,
    "flow-over-lines": "a: " + "[\n" * 13 + "]" * 13,
    "text-in-front": "k]]]]]]]]]]]]]: [[[[[[[[[[[[[1]]]]]]]]]]]]]",
    "text-with-brackets-in-front": "k[]]]]]]]]]]]]]: [[[[[[[[[[[[[1]]]]]]]]]]]]]",
    "closed-in-quotes": "a: " + "[ ']',\n" * 13 + "]" * 13,
    "closed-in-comments": "a: " + "[ # ]\n" * 13 + "]" * 13,
    "closed-in-a-text-of-lines": "a: [[[[[[['\n]]]]]]]\n', [[[[[[1]]]]]]]]]]]]]",
    "dashes": "- " * 13 + "a",
    "dashes-and-keys": "".join(f"{'  ' * n}- k:\n" for n in range(7)),
    "questions": "? " * 13 + "a",
    "after-a-carriage-return": "x: 1\r" + "- " * 13 + "a",
    "indented": "".join(f"{' ' * n}k:\n" for n in range(13)),
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_is_too_deep_does_not_pass(text: str) -> None:
    assert not surely_within(text, TIGHT)


FLAT = {
    "a-mapping": "a: 1\nb: [1, 2]\nc: {d: [1]}\n",
    "many-lists": "".join(f"k{n}: [a, {{b: 1}}]\n" for n in range(20)),
    "some-quotes": "a: ['b', \"c\"]\n",
}


@pytest.mark.parametrize("text", FLAT.values(), ids=FLAT)
def test_what_is_flat_passes(text: str) -> None:
    assert measured(text) is not None
    assert surely_within(text, Limits(depth=12))
