"""Where a key or a file's name leads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.editor import Editor

TREE = {
    "configs/base.yaml": "training:\n  lr: 1\n  wd: 2\nlist: [1]\n",
    "configs/left.yaml": "extends: base.yaml\ntraining: {lr: 3}\n",
    "configs/right.yaml": "extends: base.yaml\ntraining: {lr: 4}\n",
    "configs/top.yaml": "extends:\n  - left.yaml\n  - right.yaml\n",
    "configs/fusion/dense.yaml": "targets: []\n",
    "configs/zero.json": "{}\n",
}
LINKS = {
    "configs/left.yaml": ["configs/base.yaml"],
    "configs/right.yaml": ["configs/base.yaml"],
    "configs/top.yaml": ["configs/left.yaml", "configs/right.yaml"],
}


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    made = Editor(tmp_path, TREE)
    made.folder.family.learn(LINKS)
    return made


TOP = TREE["configs/top.yaml"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (TOP.replace("left", "le|ft"), ["configs/left.yaml"]),
        ("extends: rig|ht.yaml\n", ["configs/right.yaml"]),
        ("extends: [left.yaml, 'rig|ht.yaml']\n", ["configs/right.yaml"]),
        ("extends: gone|.yaml\n", []),
        (TOP + "training:\n  l|r: 5\n", ["configs/right.yaml:2:12"]),
        (TOP + "training:\n  lr: |5\n", ["configs/right.yaml:2:12"]),
        (TOP + "tra|ining:\n  lr: 5\n", ["configs/right.yaml:2:1"]),
        (TOP + "own|: 5\n", ["configs/top.yaml:4:1"]),
        (TOP + "list: [2, |3]\n", ["configs/base.yaml:4:1"]),
        (
            TOP + "custom: {fusion_config: configs/fusion/de|nse.yaml}\n",
            ["configs/fusion/dense.yaml"],
        ),
        (TOP + "ds: 'configs/zer|o.json'\n", ["configs/zero.json"]),
        (TOP + "ds: ./zer|o.json\n", ["configs/zero.json"]),
        (TOP + "ds: ../../../../etc/pass|wd\n", ["configs/top.yaml:4:1"]),
        (TOP + "# no|thing\n", []),
        (TOP + "a: 1\na|: 2\n", ["configs/top.yaml:4:1"]),
        (TOP + "a|: 1\na: 2\n", ["configs/top.yaml:5:1"]),
    ],
)
def test_where_a_name_leads(editor: Editor, text: str, where: list[str]) -> None:
    assert editor.definition("configs/top.yaml", text) == where


def test_a_key_that_two_files_override_leads_from_one_to_the_next(editor: Editor) -> None:
    right = TREE["configs/right.yaml"]
    assert editor.definition("configs/right.yaml", right.replace("lr", "l|r")) == [
        "configs/base.yaml:2:3"
    ]


def test_a_text_that_does_not_parse_leads_by_the_key_of_the_line(editor: Editor) -> None:
    editor.definition("configs/top.yaml", "|" + TOP)
    text = TOP + "training:\n  l|r: [5\n"
    assert editor.definition("configs/top.yaml", text) == ["configs/right.yaml:2:12"]


def test_a_plan_leads_to_the_old_files_that_it_names(tmp_path: Path) -> None:
    plan = """\
version: 1
presets:
  p:
    from: train/p.yaml
    to: configs/p.yaml
    extends: [configs/base.yaml]
    inline:
      parts/a.yaml: [training]
"""
    files = {"configs/legacy/train/p.yaml": "a: 1\n", "configs/legacy/parts/a.yaml": "a: 1\n"}
    editor = Editor(tmp_path, {**files, "configs/base.yaml": "a: 1\n", "configs/p.yaml": "a: 1\n"})
    for word, where in {
        "train/|p": "configs/legacy/train/p.yaml",
        "parts/|a": "configs/legacy/parts/a.yaml",
        "configs/|base": "configs/base.yaml",
        "configs/|p": "configs/p.yaml",
    }.items():
        text = plan.replace(word.replace("|", ""), word, 1)
        assert editor.definition("plans/p.yaml", text) == [where]


def test_references_of_a_file_are_the_entries_that_name_it(editor: Editor) -> None:
    left = TREE["configs/left.yaml"]
    assert editor.references("configs/left.yaml", left.replace("base", "ba|se")) == [
        "configs/left.yaml:1:10",
        "configs/right.yaml:1:10",
    ]
    assert editor.references("configs/left.yaml", left.replace("extends", "ext|ends")) == [
        "configs/top.yaml:2:5"
    ]


def test_references_of_a_key_are_its_settings_above_and_below(editor: Editor) -> None:
    left = TREE["configs/left.yaml"]
    assert editor.references("configs/left.yaml", left.replace("lr", "l|r")) == [
        "configs/base.yaml:2:3",
        "configs/left.yaml:2:12",
    ]
    base = TREE["configs/base.yaml"]
    assert editor.implementations("configs/base.yaml", base.replace("lr", "l|r")) == [
        "configs/left.yaml:2:12",
        "configs/right.yaml:2:12",
    ]


def test_an_edited_extends_counts_at_once(editor: Editor) -> None:
    assert len(editor.implementations("configs/base.yaml", "# he|re\na: 1\n")) == 2
    editor.hover("configs/left.yaml", "|training: {lr: 3}\n")
    assert editor.implementations("configs/base.yaml", "# he|re\na: 1\n") == [
        "configs/right.yaml:1:10"
    ]
    assert editor.folder.family.heirs("configs/base.yaml") == ["configs/right.yaml"]
    editor.hover("configs/new.yaml", "extends: |base.yaml\n")
    assert editor.implementations("configs/base.yaml", "# he|re\na: 1\n") == [
        "configs/new.yaml:1:10",
        "configs/right.yaml:1:10",
    ]


def test_implementations_beside_a_key_are_the_configs_that_extend_the_file(editor: Editor) -> None:
    assert editor.implementations("configs/base.yaml", "# he|re\na: 1\n") == [
        "configs/left.yaml:1:10",
        "configs/right.yaml:1:10",
    ]
