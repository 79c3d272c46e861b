"""A short seeded run of the fuzzer; `tools/fuzz.py --seconds N` takes its time."""

from __future__ import annotations

from tools.fuzz import fuzz


def test_spoiled_files_are_answered_by_a_letter() -> None:
    done = fuzz(seconds=2, seed=7)
    assert done.inputs > 0
    assert done.failed == []
