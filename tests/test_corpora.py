"""The engine agrees with other repositories' own loaders; skipped where the corpora are absent.

A sample of each corpus; `make corpora` checks every file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.corpora import corpora, folder_of_corpora, measure, roll_out, tokens

FOUND = {corpus.name: corpus for corpus in corpora(folder_of_corpora())}
EVERY = {"dfine": 5, "nemo-rl": 40, "detectron2": 12, "paddledetection": 60}
pytestmark = pytest.mark.skipif(not FOUND, reason="no corpora: set MIGRATE_CORPORA")


@pytest.mark.parametrize("name", EVERY)
def test_what_the_loader_of_the_repository_makes_is_what_we_make(name: str) -> None:
    score = measure(FOUND[name], EVERY[name])
    assert score.wrong == {}
    assert score.payload == score.flat == score.again == score.files - len(score.refused)
    assert all("unknown tag !!python/object/apply:eval" in why for why in score.refused.values())
    assert score.payload > 3


def test_init_apply_and_verify_need_no_hand_editing(tmp_path: Path) -> None:
    assert roll_out(FOUND["dfine"], tmp_path) == "ok"


def test_the_second_opinion_on_comments_and_scalars() -> None:
    comments, scalars = tokens(
        "# a\nk: &x 'b # c' # d\nl: |  # e\n  # no comment\nm: [*x, '#'] # f"
    )
    assert comments == ["# a", "# d", "# e", "# f"]
    assert scalars == ["k", "'b # c'", "l", "| # no comment", "m", "'#'"]
