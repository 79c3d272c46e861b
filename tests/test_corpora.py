"""The engine agrees with other repositories' own loaders, and `make corpora` says so.

The corpora are skipped where they are absent, and sampled; `make corpora` checks every file.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tools.corpora import corpora, expected, folder_of_corpora, main, measure, roll_out
from tools.corpora_check import tokens
from tools.corpora_retired import fates

FOUND = {corpus.name: corpus for corpus in corpora(folder_of_corpora())}
EVERY = {"dfine": 5, "nemo-rl": 40, "detectron2": 12, "paddledetection": 60, "lm-eval": 310}
DIALECT = {"dfine": "d-fine"}
there = pytest.mark.skipif(not FOUND, reason="no corpora: set MIGRATE_CORPORA")


@there
@pytest.mark.parametrize("name", EVERY)
def test_what_the_loader_of_the_repository_makes_is_what_we_make(name: str, tmp_path: Path) -> None:
    score = measure(FOUND[name], tmp_path, EVERY[name])
    assert score.wrong == {}
    there = len(score.outcomes) - score.absent
    assert score.dialect == DIALECT.get(name, name)
    # A file that names code beside itself cannot be written out in another folder.
    assert all("is a path relative to" in why for why in score.refused.values())
    right = there - len(score.refused)
    assert [score.right(step) for step in range(3)] == [there, right, right]
    assert right > 3


@there
def test_init_apply_and_verify_need_no_hand_editing(tmp_path: Path) -> None:
    assert roll_out(tmp_path, FOUND["dfine"]) == "ok"


@there
@pytest.mark.parametrize("name", EVERY)
def test_nothing_that_people_run_would_be_retired(tmp_path: Path, name: str) -> None:
    """Measured by what the repository's own loader makes of each file."""
    fate = fates(FOUND[name], expected(FOUND[name]), tmp_path)
    assert fate.runs == ()
    assert bool(fate.retired) is (name in ("dfine", "detectron2", "paddledetection"))


@there
def test_no_published_config_would_be_retired(tmp_path: Path) -> None:
    """Of a repository that says so by its names: what is not `Base-*.yaml` is a run."""
    fate = fates(FOUND["detectron2"], expected(FOUND["detectron2"]), tmp_path)
    assert [path for path in fate.retired if "/Base-" not in path] == []


@there
def test_a_tree_of_task_configs_is_told_that_it_is_shallow(tmp_path: Path) -> None:
    corpus = FOUND["lm-eval"]
    fate = fates(corpus, {}, tmp_path)
    assert (fate.is_shallow, fate.presets, fate.retired) == (True, 0, {})
    assert fate.shallow > 9000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus of four files: one right, one that we get wrong, one refused, one lone base."""
    tree = tmp_path / "small" / "tree"
    tree.mkdir(parents=True)
    texts = {
        "b.yaml": "n: 1  # one\n",
        "p.yaml": "_BASE_: b.yaml\nm: 2\n",
        "q.yaml": "_BASE_: b.yaml\nm: 3\n",
        "r.yaml": "_BASE_: b.yaml\nm: !env HOME\n",
    }
    for path, text in texts.items():
        (tree / path).write_text(text)
    answers = {"b.yaml": {"n": 1}, "p.yaml": {"n": 1, "m": 2}, "q.yaml": {"n": 1}, "r.yaml": {}}
    with gzip.open(tmp_path / "small" / "expected.json.gz", "wt") as file:
        json.dump(answers, file)
    return tmp_path


def test_the_score_names_every_file_that_is_wrong_or_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder)]) == 1
    head, row, *others = capsys.readouterr().out.splitlines()
    assert " ".join(head.split()) == (
        "corpus dialect payload flat again comments neighbours headers refused rollout"
    )
    assert row.split()[:9] == ["small", "detectron2", "2/4", "2/4", "2/4", "2", "0/0", "0/0", "1"]
    assert others == [
        "wrong: small/q.yaml: the payload differs",
        "refused: small/r.yaml: r.yaml:2:4: unknown tag !env",
    ]


def test_two_processes_print_what_one_prints(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(folder)])
    alone = capsys.readouterr().out
    main([str(folder), "--jobs", "2"])
    assert capsys.readouterr().out == alone


def test_without_corpora_there_is_no_score(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 3
    assert "make corpora ARGS=DIR" in capsys.readouterr().err


def test_the_second_opinion_on_comments_and_scalars() -> None:
    comments, scalars = tokens(
        "# a\nk: &x 'b # c' # d\nl: |  # e\n  # no comment\nm: [*x, '#'] # f"
    )
    assert comments == ["# a", "# d", "# e", "# f"]
    assert scalars == ["k", "'b # c'", "l", "| # no comment", "m", "'#'"]
