"""What is offered where somebody types, and what the text is once an offer was taken."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.lsp.editor import Editor
from tests.support import reader

BASE = """\
model: {dtype: bf16}
training:
    lr: 1.0e-4
    use_it: true
    deep: {a: 1}
"""
TWO = """\
extends: ../base.yaml
training:
  lr: 3.0e-4
  file: configs/fusion/a.yaml
"""
TREE = {
    "configs/base.yaml": BASE,
    "configs/train/one.yaml": "extends: ../base.yaml\ntraining:\n  lr: 2.0e-4\n  extra: 1\n",
    "configs/train/two.yaml": TWO,
    "configs/fusion/a.yaml": "targets: []\n",
    "configs/fusion/b.yaml": "targets: []\n",
    "configs/legacy/base.yaml": "old: 1\n",
    "plans/p.yaml": "version: 1\n",
    "notes.txt": "",
}
NEW = "configs/train/new.yaml"
HEAD = "extends: ../base.yaml\n"


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    return Editor(tmp_path, TREE, dialect="extends")


def labels(editor: Editor, text: str) -> list[str]:
    return [one.label for one in editor.complete(NEW, text)]


def test_a_section_offers_the_keys_that_the_chain_has_there_then_its_neighbours(
    editor: Editor,
) -> None:
    assert labels(editor, HEAD + "training:\n  |\n") == ["lr", "use_it", "deep", "extra", "file"]
    offers = {one.label: one for one in editor.complete(NEW, HEAD + "training:\n  |\n")}
    assert offers["lr"].detail == "1.0e-4  configs/base.yaml:3"
    assert offers["extra"].detail == "as in configs/train/one.yaml:4"


def test_what_the_file_has_already_is_not_offered(editor: Editor) -> None:
    text = HEAD + "training:\n  lr: 5\n  |\n"
    assert "lr" not in labels(editor, text)
    assert "training" not in labels(editor, text.replace("  |", "mo|"))
    assert "model" in labels(editor, text.replace("  |", "mo|"))


def test_a_file_without_bases_is_offered_the_key_that_composes(editor: Editor) -> None:
    assert labels(editor, "|")[0] == "extends"
    assert "extends" not in labels(editor, HEAD + "|")


@pytest.mark.parametrize(
    ("text", "label", "after"),
    [
        ("training:\n  l|\n", "lr", "training:\n  lr: \n"),
        ("training:\n  l|: 5\n", "lr", "training:\n  lr: 5\n"),
        ("training:\n  |xy: 5\n", "lr", "training:\n  lr: 5\n"),
        ("tr|", "training", "training:\n  "),
        ("training:\n      d|\n", "deep", "training:\n      deep:\n            \n"),
        (
            "a:\n    b: 1\ntraining:\n    d|\n",
            "deep",
            "a:\n    b: 1\ntraining:\n    deep:\n        \n",
        ),
        ("training:\n  lr: |\n", "1.0e-4", "training:\n  lr: 1.0e-4\n"),
        ("training:\n  lr: 9|9 # why\n", "2.0e-4", "training:\n  lr: 2.0e-4 # why\n"),
        ("training:\n  lr: '9|'\n", "3.0e-4", "training:\n  lr: 3.0e-4\n"),
        ("training:\n  use_it: |\n", "false", "training:\n  use_it: false\n"),
    ],
)
def test_an_offer_replaces_the_word_and_stands_right(
    editor: Editor, text: str, label: str, after: str
) -> None:
    assert editor.written(NEW, HEAD + text, label) == HEAD + after


def test_a_section_that_was_taken_holds_what_is_typed_next(editor: Editor) -> None:
    text = editor.written(NEW, HEAD + "tr|", "training")
    text = editor.written(NEW, text + "|", "deep")
    text = editor.written(NEW, text + "|", "a") + "2\n"
    assert yaml.safe_load(text) == {"extends": "../base.yaml", "training": {"deep": {"a": 2}}}
    files = {path: text.encode() for path, text in TREE.items()}
    whole = reader.resolve({**files, NEW: text.encode()}, NEW)
    assert whole["training"] == {"lr": 1.0e-4, "use_it": True, "deep": {"a": 2}}


def test_an_offer_is_found_by_what_is_typed(editor: Editor) -> None:
    # An editor keeps the offers that begin as the text does which they replace.
    for word, quote in (("2", ""), ("'2", "'"), ('"2', '"')):
        offers = editor.complete(NEW, HEAD + f"training:\n  lr: {word}|\n")
        assert "2.0e-4" in [one.label for one in offers]
        assert [one.typed for one in offers] == [quote + one.text for one in offers]


def test_values_are_those_of_the_chain_and_of_neighbours(editor: Editor) -> None:
    assert labels(editor, HEAD + "training:\n  lr: |\n") == ["1.0e-4", "2.0e-4", "3.0e-4"]
    assert labels(editor, HEAD + "training:\n  file: |\n") == [
        "configs/fusion/a.yaml",
        "configs/fusion/b.yaml",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "extends: |\n",
        "extends:\n  - |\n",
        "extends:\n- |\n",
        "extends: [../base.yaml, |]\n",
        "extends: '|'\n",
    ],
)
def test_what_may_be_extended_are_live_configs_nearest_first(editor: Editor, text: str) -> None:
    assert labels(editor, text) == [
        "one.yaml",
        "two.yaml",
        "../base.yaml",
        "../fusion/a.yaml",
        "../fusion/b.yaml",
    ]
    after = editor.written(NEW, text, "one.yaml")
    assert "one.yaml" in yaml.safe_load(after)["extends"]


def test_nothing_that_builds_on_the_file_may_be_extended(editor: Editor) -> None:
    editor.folder.family.learn({"configs/train/two.yaml": [NEW]})
    assert "two.yaml" not in labels(editor, "extends: |\n")
    assert labels(editor, "extends: ../fu|\n") == ["../fusion/a.yaml", "../fusion/b.yaml"]


def test_comments_and_plans_offer_nothing(editor: Editor) -> None:
    assert labels(editor, HEAD + "# tr|") == []
    assert labels(editor, HEAD + "a: 1 # tr|") == []
    assert editor.complete("plans/p.yaml", "ver|") == []


def test_a_text_that_is_broken_elsewhere_offers_what_it_came_to_before(editor: Editor) -> None:
    editor.complete(NEW, HEAD + "training:\n  |\n")
    assert "use_it" in labels(editor, HEAD + "bad: [\ntraining:\n  |\n")
