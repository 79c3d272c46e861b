"""A root as an editor has it: which text counts, and what is too much."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrate.limits import DEFAULT
from migrate.lsp.folder import OPEN_BYTES, ConfigFolder, Options
from migrate.lsp.hover import hover
from migrate.lsp.open_tree import ParsedFiles
from migrate.yaml_text import Document
from tests.lsp.editor import Editor

BASE = "k: 1\n"
TOP = "extends: base.yaml\nown: 2\n"


def value(folder: ConfigFolder, path: str, key: str) -> object:
    look = folder.look(path)
    assert look.resolved is not None
    return look.resolved.python.get(key)


def test_a_text_counts_while_it_is_open_and_the_file_once_it_is_closed(tmp_path: Path) -> None:
    folder = Editor(tmp_path, {"base.yaml": BASE, "top.yaml": TOP}).folder
    folder.set_text("base.yaml", "k: 2\n")
    assert value(folder, "top.yaml", "k") == 2
    (tmp_path / "base.yaml").write_text("k: 3\n")
    assert value(folder, "top.yaml", "k") == 2
    folder.close("base.yaml")
    assert value(folder, "top.yaml", "k") == 3


def test_a_file_that_is_only_open_may_be_extended(tmp_path: Path) -> None:
    folder = Editor(tmp_path, {"top.yaml": "extends: new.yaml\n"}).folder
    assert folder.look("top.yaml").problem is not None
    folder.set_text("new.yaml", "k: 4\n")
    assert value(folder, "top.yaml", "k") == 4
    folder.close("new.yaml")
    problem = folder.look("top.yaml").problem
    assert problem is not None
    assert "new.yaml, which does not exist" in problem.what


def test_a_file_that_is_deleted_or_renamed_is_gone(tmp_path: Path) -> None:
    folder = Editor(tmp_path, {"base.yaml": BASE, "top.yaml": TOP}).folder
    assert value(folder, "top.yaml", "k") == 1
    os.rename(tmp_path / "base.yaml", tmp_path / "other.yaml")
    problem = folder.look("top.yaml").problem
    assert problem is not None
    assert "which does not exist" in problem.what
    folder.set_text("top.yaml", TOP.replace("base", "other"))
    assert value(folder, "top.yaml", "k") == 1


def test_a_file_written_again_in_the_same_moment_is_read_again(tmp_path: Path) -> None:
    folder = Editor(tmp_path, {"base.yaml": BASE, "top.yaml": TOP}).folder
    assert value(folder, "top.yaml", "k") == 1
    before = (tmp_path / "base.yaml").stat()
    (tmp_path / "base.yaml").write_text("k: 9\n")
    os.utime(tmp_path / "base.yaml", ns=(before.st_atime_ns, before.st_mtime_ns))
    folder.changed_on_disk(["base.yaml"], listed=False)
    assert value(folder, "top.yaml", "k") == 9


def test_the_dialect_follows_the_plans_and_stays_while_they_are_broken(tmp_path: Path) -> None:
    plan = "version: 1\ndialect: {keys: [parent], base_dirs: [root]}\npresets: {}\n"
    files = {"plans/tree.yaml": plan, "base.yaml": BASE, "sub/top.yaml": "parent: base.yaml\n"}
    folder = Editor(tmp_path, files).folder
    assert value(folder, "sub/top.yaml", "k") == 1
    folder.set_text("plans/tree.yaml", plan.replace("parent", "above").replace("version: 1", "v"))
    assert value(folder, "sub/top.yaml", "k") == 1
    folder.set_text("plans/tree.yaml", plan.replace("parent", "above"))
    assert value(folder, "sub/top.yaml", "k") is None


def test_a_dialect_that_is_named_beats_the_plans(tmp_path: Path) -> None:
    files = {"configs/base.yaml": BASE, "top.yaml": "defaults: configs/base.yaml\n"}
    folder = Editor(tmp_path, files, dialect="nemo-rl").folder
    assert value(folder, "top.yaml", "k") == 1


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        "a: " + "{a: " * 300 + "1" + "}" * 300,
        "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\na: &a [*b{n}, *b{n}]\n" for n in range(40)),
        "k: " + "x" * (OPEN_BYTES + 1),
        "\x00\x01\x02",
        "k: \ud800\n",
        "k: !!python/object/apply:os.system ['true']\n",
        "extends: top.yaml\n",
        "extends: [" + "base.yaml, " * 1500 + "]\n",
        "? [a, b]\n: 1\n",
        "- a\n",
        "--- {a: 1}\n--- {b: 2}\n",
    ],
)
def test_a_hostile_text_is_a_letter_and_leaves_the_last_good_one(tmp_path: Path, text: str) -> None:
    folder = Editor(tmp_path, {"base.yaml": BASE, "top.yaml": TOP}).folder
    folder.set_text("top.yaml", TOP)
    assert value(folder, "top.yaml", "own") == 2
    folder.set_text("top.yaml", text)
    hover(folder, "top.yaml", 1)
    look = folder.look("top.yaml")
    assert look.resolved is not None
    if look.problem is not None:
        assert "Traceback" not in look.problem.render()
        assert look.problem.what


def test_a_larger_file_is_read_where_the_command_line_says_so(tmp_path: Path) -> None:
    long = f"k: {'x' * OPEN_BYTES}\n"
    folder = Editor(tmp_path, {"base.yaml": long}).folder
    assert folder.look("base.yaml").problem is not None
    larger = Options(limits=DEFAULT._replace(file_bytes=4 * OPEN_BYTES))
    assert ConfigFolder(str(tmp_path), larger).look("base.yaml").problem is None


def test_of_each_file_one_parsed_text_is_kept_and_of_all_so_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("migrate.lsp.open_tree.PARSED_BYTES", 100)
    kept = ParsedFiles()
    for number in range(50):
        content = f"k: {number:02}\n".encode()
        kept["a", content] = Document("a", content)
        kept[f"b{number}", content] = Document(f"b{number}", content)
    assert [path for path, _ in kept].count("a") == 1
    assert sum(len(content) for _, content in kept) <= 100
    for key in list(kept):
        kept.pop(key, None)
    assert kept._bytes == 0


@pytest.mark.parametrize(
    ("path", "text", "ours"),
    [
        ("docker-compose.yaml", "services: {a: {extends: b}}\n", False),
        (".github/workflows/ci.yaml", "on: push\n", False),
        ("k8s.yaml", "a: 1\n---\nb: 2\n", False),
        ("anywhere/top.yaml", "# a config\nextends: base.yaml\n", True),
        ("plans/p.yaml", "version: 1\n", True),
        ("configs/legacy/a.yaml", "a: 1\n", True),
    ],
)
def test_only_configs_and_plans_are_any_business_of_ours(
    tmp_path: Path, path: str, text: str, ours: bool
) -> None:
    folder = Editor(tmp_path, {path: text}).folder
    folder.set_text(path, text)
    assert folder.concerns(path) is ours


def test_what_is_extended_or_below_the_planned_configs_is_our_business(tmp_path: Path) -> None:
    plan = "version: 1\npresets: {p: {from: p.yaml, to: configs/p.yaml, extends: []}}\n"
    folder = Editor(tmp_path, {"part.yaml": "a: 1\n", "configs/a.yaml": "a: 1\n"}).folder
    assert not folder.concerns("part.yaml")
    folder.family.learn({"top.yaml": ["part.yaml"]})
    assert folder.concerns("part.yaml")
    assert not folder.concerns("configs/a.yaml")
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans/p.yaml").write_text(plan)
    folder.tree.forget_list()
    assert folder.concerns("configs/a.yaml")
