"""The landings of this repository's own rollout, forwards and backwards, with some faults each.

`make matrix` tries every fault at every step.
"""

from __future__ import annotations

import pytest

from benchmarks.faults import Landing, landings_of_rollout, tried
from tests.support.crashes import crash_at_some_steps, near


@pytest.fixture(scope="module")
def landings() -> list[Landing]:
    return list(landings_of_rollout())


def test_some_faults_at_some_steps_of_the_rollout_leave_whole_trees(
    landings: list[Landing],
) -> None:
    assert len(landings) >= 2 * 13, "a landing for each preset, and one back"
    for name, tree, changes in landings:
        assert crash_at_some_steps(near(tree, changes), changes, name, steps=2) == [], name


@pytest.mark.fuzz_long
def test_every_fault_at_every_step_of_the_rollout_leaves_whole_trees(
    landings: list[Landing],
) -> None:
    for landing in landings:
        _, matrix = tried(landing, limit=1)
        assert matrix.complete
        assert matrix.mixed == []
