"""What a key comes to, as an editor shows it; expected values come from the tests' own reader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.lsp.folder import ConfigFolder, Options
from migrate.lsp.hover import hover
from migrate.lsp.spot import own_keys
from tests.lsp.editor import Editor
from tests.support import reader, trees

ROOT = Path(__file__).resolve().parent.parent.parent

BASE = "training:\n  lr: 1.0e-4  # the first guess\n  wd: 0.1\nseed: 17\n"
MIDDLE = "extends: base.yaml\ntraining:\n  # what the sweep said\n  lr: 2.0e-4\n"
TOP = "extends: middle.yaml\ntraining:\n  lr: 3.0e-4\n"
TREE = {"configs/base.yaml": BASE, "configs/middle.yaml": MIDDLE, "configs/top.yaml": TOP}


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    return Editor(tmp_path, TREE)


def test_a_key_says_its_value_who_set_it_and_what_lost(editor: Editor) -> None:
    said = editor.hover("configs/top.yaml", TOP.replace("lr", "l|r"))
    assert "training.lr: 3.0e-4\n" in said
    assert "set in `configs/top.yaml:3:3`" in said
    lost = said.partition("instead of")[2]
    assert re.findall(r"(\S+)  (configs/\S+)", lost) == [
        ("2.0e-4", "configs/middle.yaml:4:3"),
        ("1.0e-4", "configs/base.yaml:2:3"),
    ]


def test_the_comment_of_the_active_setting_stands_above_it(editor: Editor) -> None:
    said = editor.hover("configs/middle.yaml", MIDDLE.replace("lr", "lr|"))
    assert "```yaml\n# what the sweep said\ntraining.lr: 2.0e-4\n```" in said


def test_a_value_says_what_its_key_says(editor: Editor) -> None:
    on_key = editor.hover("configs/top.yaml", TOP.replace("lr", "|lr"))
    assert editor.hover("configs/top.yaml", TOP.replace("3.0e-4", "3.0|e-4")) == on_key


def test_an_unsaved_edit_of_a_parent_counts(editor: Editor) -> None:
    editor.folder.set_text("configs/base.yaml", BASE.replace("1.0e-4", "9.0e-9"))
    assert "9.0e-9  configs/base.yaml:2:3" in editor.hover(
        "configs/top.yaml", TOP.replace("lr", "l|r")
    )
    editor.folder.close("configs/base.yaml")
    assert "1.0e-4  configs/base.yaml:2:3" in editor.hover(
        "configs/top.yaml", TOP.replace("lr", "l|r")
    )


def test_a_file_written_by_others_counts_without_being_told(editor: Editor) -> None:
    asked = TOP.replace("lr", "l|r")
    assert "1.0e-4" in editor.hover("configs/top.yaml", asked)
    (editor.root / "configs/base.yaml").write_text("training: {lr: 7.5e-5}\n")
    assert "7.5e-5  configs/base.yaml:1:12" in editor.hover("configs/top.yaml", asked)


@pytest.mark.parametrize("broken", ["training: [\n", "extends: nowhere.yaml\n", "a: b: c\n", "\0"])
def test_a_parent_that_is_broken_right_now_counts_as_it_was(editor: Editor, broken: str) -> None:
    asked = TOP.replace("lr", "l|r")
    whole = editor.hover("configs/top.yaml", asked)
    editor.folder.set_text("configs/base.yaml", broken)
    assert editor.hover("configs/top.yaml", asked) == whole


def test_a_text_that_does_not_parse_right_now_is_read_by_its_lines(editor: Editor) -> None:
    editor.hover("configs/top.yaml", TOP.replace("lr", "l|r"))
    broken = TOP.replace("lr", "l|r") + "  wd: [0.2\nx"
    assert "training.lr: 3.0e-4" in editor.hover("configs/top.yaml", broken)
    broken = TOP + "  w|d: [0.2\nx"
    assert "training.wd: 0.1" in editor.hover("configs/top.yaml", broken)


def test_the_key_that_composes_and_an_extended_file_show_their_chains(editor: Editor) -> None:
    said = editor.hover("configs/top.yaml", TOP.replace("extends", "ext|ends"))
    assert "1  configs/base.yaml\n2  configs/middle.yaml\n3  configs/top.yaml" in said
    said = editor.hover("configs/top.yaml", TOP.replace("middle", "mid|dle"))
    assert "1  configs/base.yaml\n2  configs/middle.yaml\n```" in said
    said = editor.hover("configs/top.yaml", TOP.replace("middle", "nowh|ere"))
    assert "no such file" in said


def test_a_section_says_how_many_of_its_keys_are_from_where(editor: Editor) -> None:
    said = editor.hover("configs/top.yaml", TOP.replace("training", "trai|ning"))
    assert "`training` has 2 keys" in said
    assert "1  configs/top.yaml\n1  configs/base.yaml" in said


def test_heirs_are_told_once_they_are_known(editor: Editor) -> None:
    asked = BASE.replace("lr", "l|r")
    assert "inherited" not in editor.hover("configs/base.yaml", asked)
    editor.folder.family.learn(
        {"configs/middle.yaml": ["configs/base.yaml"], "configs/top.yaml": ["configs/middle.yaml"]}
    )
    said = editor.hover("configs/base.yaml", BASE.replace("wd", "w|d"))
    assert "inherited by 2 of 2 configs that build on this file" in said
    said = editor.hover("configs/base.yaml", asked)
    assert "inherited by 0 of 2 configs that build on this file; set again in" in said
    assert "configs/middle.yaml:4:3  2.0e-4\nconfigs/top.yaml:3:3  3.0e-4" in said


def test_of_more_heirs_than_can_be_asked_in_a_moment_only_the_number_is_told(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrate.lsp.hover.SECONDS", -1.0)
    editor.folder.family.learn({f"configs/h{n}.yaml": ["configs/base.yaml"] for n in range(5000)})
    said = editor.hover("configs/base.yaml", BASE.replace("lr", "l|r"))
    assert said.endswith("extended by 5000 configs in all")


def test_what_strangers_wrote_is_code_and_never_markup(tmp_path: Path) -> None:
    hostile = "![x](https://example.org/x.png) `a` ```` <img src=x>"
    text = f"extends: base.yaml\n# {hostile}\n# ```\nk: '{hostile} \x1b[31m'\n"
    editor = Editor(tmp_path, {"base.yaml": "k: '`'\n"})
    said = editor.hover("top.yaml", text.replace("\x1b", "").replace("k:", "k|:", 1))
    outside = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$|(`+)[^`].*?\2", "", said)
    assert hostile in said
    assert "![" not in outside
    assert "<img" not in outside


def test_a_fence_in_a_value_or_a_name_closes_nothing(tmp_path: Path) -> None:
    text = "k: >\n  ```\n  <img src=x>\n  ````\n'a``b ![x](y)': {c: 1}\n"
    editor = Editor(tmp_path, {})
    said = editor.hover("configs/legacy/top.yaml", text.replace("k:", "k|:", 1))
    assert said.startswith("`````yaml\n")
    assert said.count("`````") == 2
    assert "<img" in said.split("`````")[1]
    said = editor.hover("configs/legacy/top.yaml", text.replace("``b", "``|b"))
    assert said.startswith('```"a``b ![x](y)"``` has 1 key')


def test_a_config_that_was_never_asked_about_builds_on_the_last_good_text(editor: Editor) -> None:
    editor.hover("configs/base.yaml", BASE.replace("1.0e-4", "|9.0e-9"))
    editor.folder.set_text("configs/base.yaml", "training: [\n")
    assert "9.0e-9  configs/base.yaml" in editor.hover("configs/top.yaml", TOP.replace("lr", "l|r"))


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_key_is_found_behind_text_beyond_the_basic_plane(tmp_path: Path, ends: str) -> None:
    text = "extends: base.yaml\n# 😀𝒳\nk😀: {a: '𝒳', b|: 2}\n".replace("\n", ends)
    editor = Editor(tmp_path, {"base.yaml": "k😀: {b: 1}\n"})
    assert 'k😀".b: 2' in editor.hover("top.yaml", text)


def test_a_key_of_the_dataset_layer_is_told_by_the_names_of_its_entries(tmp_path: Path) -> None:
    base = "targets:\n  - name: a\n    ratio: 1.0\n    most: 60\n  - name: b\n    ratio: 0.5\n"
    over = "extends: base.yaml\ntargets:\n  - name: b\n    ra|tio: 0.25\n"
    editor = Editor(tmp_path, {"fusion/base.yaml": base})
    editor.folder.fusion = frozenset({"fusion/over.yaml"})
    said = editor.hover("fusion/over.yaml", over)
    assert "ratio: 0.25\n" in said
    assert "`b`, set in `fusion/over.yaml:4:5`" in said


def test_every_key_of_the_frozen_tree_says_what_an_independent_reader_resolves() -> None:
    read = trees.read(ROOT / "configs")
    files = {f"configs/{path}": text for path, text in read.items() if path.endswith(".yaml")}
    folder = ConfigFolder(str(ROOT), Options())
    asked = 0
    for path in sorted(files):
        if "/fusion/" in path or "/legacy/train/" not in path:
            continue
        values = reader.resolve(files, path)
        document = folder.look(path).document
        assert document is not None
        for key, entry in own_keys(document):
            value: Any = values
            for part in key:
                value = value[part]
            if isinstance(value, (dict, list)) or "\n" in str(value):
                continue
            found = hover(folder, path, entry.key.start)
            assert found is not None, (path, key)
            shown = re.search(rf"(?m)^{re.escape('.'.join(map(str, key)))}: (.*)$", found.text)
            assert shown is not None, found.text
            assert yaml.load(shown[1], yaml.SafeLoader) == value, (path, key)
            asked += 1
    assert asked > 100
