"""The outline of a file, and the files that it names."""

from __future__ import annotations

from pathlib import Path

from migrate.lsp.symbols import Symbol, links, symbols
from tests.lsp.editor import Editor

TEXT = """\
extends: [base.yaml, gone.yaml]
a: &x {b: 1}
list:
  - name: c
on: true
3: '*'
copy: *x
file: sub/zero.json
away: ../../etc/passwd
"""


def outline(found: list[Symbol]) -> list[object]:
    return [(one.name, one.kind, outline(one.children)) for one in found]


def test_the_outline_has_every_key_with_the_kind_of_its_value(tmp_path: Path) -> None:
    editor = Editor(tmp_path, {"base.yaml": "k: 1\n", "top.yaml": TEXT})
    found = symbols(editor.folder, "top.yaml")
    assert outline(found) == [
        ("extends", "list", []),
        ("a", "section", [("b", "int", [])]),
        ("list", "list", []),
        ("<bool>true", "bool", []),
        ("<int>3", "str", []),
        ("copy", "str", []),
        ("file", "str", []),
        ("away", "str", []),
    ]
    assert all(one.whole[0] <= one.key[0] <= one.key[1] <= one.whole[1] for one in found)
    assert [TEXT[slice(*one.key)] for one in found][:3] == ["extends", "a", "list"]


def test_a_text_that_does_not_parse_has_no_outline(tmp_path: Path) -> None:
    editor = Editor(tmp_path, {"top.yaml": "a: [\n"})
    assert symbols(editor.folder, "top.yaml") == []
    assert links(editor.folder, "top.yaml") == []


def test_links_are_files_that_are_there_and_below_the_root(tmp_path: Path) -> None:
    files = {"base.yaml": "k: 1\n", "top.yaml": TEXT, "sub/zero.json": "{}"}
    found = links(Editor(tmp_path, files).folder, "top.yaml")
    assert [(TEXT[one.start : one.end], one.path) for one in found] == [
        ("base.yaml", "base.yaml"),
        ("sub/zero.json", "sub/zero.json"),
    ]
