"""What is shown beside a text: what is inherited, and what a value replaces."""

from __future__ import annotations

from pathlib import Path

from migrate.lsp.inlay import inlays
from tests.lsp.editor import Editor

BASE = """\
model: {name: m, dtype: bf16}
training:
  lr: 1.0e-4
  wd: 0.1
  run: null
  text: |
    one
    two
  deep: {a: 1, b: 2}
extra: 1
seed: 17
"""
TOP = """\
extends: base.yaml  # the base
model:   # which
  name: other    # note
training:
  lr: 2.0e-4
  wd: 0.1
  run: top
  text: >
    three
  deep: {a: 1}
own: {a: 1}
seed: 17
"""


def labelled(editor: Editor, path: str, text: str) -> list[tuple[str, str]]:
    """Each hint with the part of its line that stands before it."""
    editor.folder.set_text(path, text)
    found = inlays(editor.folder, path, 0, len(text))
    return [(text[: one.offset].rpartition("\n")[2], one.label) for one in found]


def test_sections_say_what_they_inherit_and_values_what_they_replace(tmp_path: Path) -> None:
    assert labelled(Editor(tmp_path, {"base.yaml": BASE}), "top.yaml", TOP) == [
        ("extends: base.yaml", "+ 1 inherited key"),
        ("model:", "+ 1 inherited key"),
        ("  name: other", "replaces m"),
        ("  lr: 2.0e-4", "replaces 1.0e-4"),
        ("  text:", "replaces 'one\\ntwo\\n'"),
        ("  deep: {a: 1}", "+ 1 inherited key"),
    ]


def test_a_hint_lists_the_keys_with_their_values_and_places(tmp_path: Path) -> None:
    editor = Editor(tmp_path, {"base.yaml": BASE})
    editor.folder.set_text("top.yaml", TOP)
    found = {one.label: one.more for one in inlays(editor.folder, "top.yaml", 0, 70)}
    assert "model.dtype  bf16  base.yaml:1:18" in found["+ 1 inherited key"]
    assert "m  base.yaml:1:9" in found["replaces m"]


def test_only_the_stretch_that_was_asked_for_has_hints(tmp_path: Path) -> None:
    editor = Editor(tmp_path, {"base.yaml": BASE})
    editor.folder.set_text("top.yaml", TOP)
    at = TOP.index("  lr")
    assert [one.label for one in inlays(editor.folder, "top.yaml", at, at + 12)] == [
        "replaces 1.0e-4"
    ]


def test_a_file_that_builds_on_nothing_or_is_broken_has_no_hints(tmp_path: Path) -> None:
    editor = Editor(tmp_path, {"base.yaml": BASE})
    assert labelled(editor, "base.yaml", BASE) == []
    assert labelled(editor, "top.yaml", TOP + "x: [") == []
    assert labelled(editor, "top.yaml", "extends: gone.yaml\nseed: 1\n") == []


def test_a_list_of_bases_has_its_hint_at_the_key(tmp_path: Path) -> None:
    editor = Editor(tmp_path, {"base.yaml": BASE})
    text = "extends:  # two\n  - base.yaml\nseed: 18\n"
    assert labelled(editor, "top.yaml", text)[0] == ("extends:", "+ 3 inherited keys")
