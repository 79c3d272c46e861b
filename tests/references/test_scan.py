"""What is scanned, in which order, and what the edits leave as it was."""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from pathlib import Path

import pytest

from migrate.changes import Change
from migrate.errors import InputError, TreeMoved
from migrate.limits import Limits
from migrate.references import LIKELY, NOTE, IgnoredReference, Renames, rewrite, scan
from migrate.references.finder import Finder
from migrate.references.large import named_plainly
from migrate.references.python import check as check_python
from migrate.references.yaml_kind import check as check_yaml
from migrate.trees.tree import DiskTree, MemoryTree, Overlay
from migrate.workspace.parallel import workers
from tests.references.cases import Case, cases

OLD, NEW = "configs/train/a.yaml", "configs/train/b.yaml"
RENAMES = Renames({OLD: NEW})
NAMES_IT = b"cat configs/train/a.yaml\n"


def write(root: Path, files: dict[str, bytes]) -> DiskTree:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return DiskTree(str(root))


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


def found(tree: MemoryTree | DiskTree | Overlay) -> list[str]:
    return [reference.path for reference in scan(tree, RENAMES)]


@pytest.mark.parametrize(
    ("path", "above"), [("ci/jobs.yaml", "../configs"), ("configs/extra/x.yaml", "..")]
)
def test_a_config_that_is_no_utf_8_keeps_its_bytes(path: str, above: str) -> None:
    before = f"extends: {above}/train/a.yaml\na: &a ".encode() + b"caf\xe9\nb: *a\n"
    tree = MemoryTree({OLD: b"a: 1\n", path: before})
    (change,) = rewrite(tree, scan(tree, RENAMES), likely=True)
    assert change.after == before.replace(b"train/a.yaml", b"train/b.yaml")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252", "shift_jis", "koi8-r"])
def test_a_new_name_that_the_encoding_lacks_is_not_written(encoding: str) -> None:
    before = f"# coding: {encoding}\np = '{OLD}'\n".encode()
    tree = MemoryTree({OLD: b"a: 1\n", "x.py": before})
    (reference,) = scan(tree, Renames({OLD: "configs/训练/a.yaml"}))
    assert reference.edit is None
    assert reference.dangles
    assert reference.reason.endswith(" cannot write configs/训练/a.yaml")
    (reference,) = scan(tree, RENAMES)
    assert reference.edit == NEW


def test_a_notebook_whose_cells_share_an_id_is_rewritten_without_a_warning() -> None:
    cell: dict[str, object]
    cell = {"cell_type": "code", "id": "e", "execution_count": None, "metadata": {}, "outputs": []}
    cells = [{**cell, "source": f"p = '{OLD}'"}, {**cell, "source": ""}]
    before = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    tree = MemoryTree({OLD: b"a: 1\n", "n.ipynb": before.encode()})
    (change,) = rewrite(tree, scan(tree, RENAMES))
    assert change.after == before.replace(OLD, NEW).encode()


def test_in_a_repository_only_tracked_files_and_new_configs_are_scanned(tmp_path: Path) -> None:
    names = ["tracked.sh", "untracked.sh", "ignored.sh"]
    tree = write(tmp_path, dict.fromkeys(names, NAMES_IT))
    write(
        tmp_path, {".gitignore": b"ignored.sh\n", "configs/new.yaml": b"a: configs/train/a.yaml\n"}
    )
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "tracked.sh", ".gitignore")
    assert found(tree) == ["configs/new.yaml", "tracked.sh"]


def test_without_a_repository_ignore_files_are_obeyed(tmp_path: Path) -> None:
    files = {
        ".gitignore": b"*.tmp\n/out/\n!keep.tmp\n# a comment\n",
        "a.tmp": NAMES_IT,
        "keep.tmp": NAMES_IT,
        "out/b.sh": NAMES_IT,
        "sub/out/c.sh": NAMES_IT,
        "sub/.gitignore": b"d.sh\n",
        "sub/d.sh": NAMES_IT,
        "d.sh": NAMES_IT,
    }
    assert found(MemoryTree(files)) == ["d.sh", "keep.tmp", "sub/out/c.sh"]
    assert found(write(tmp_path, files)) == ["d.sh", "keep.tmp", "sub/out/c.sh"]


def test_binary_files_and_links_are_skipped(tmp_path: Path) -> None:
    tree = write(tmp_path, {"a.bin": b"\0" + NAMES_IT, "real.sh": NAMES_IT})
    os.symlink("real.sh", tmp_path / "link.sh")
    assert found(tree) == ["real.sh"]


def test_a_file_that_cannot_be_read_is_a_note(tmp_path: Path) -> None:
    write(tmp_path, {"big.py": b"cat train/a\n" * 10, "big.bin": NAMES_IT * 10})
    notes = scan(DiskTree(str(tmp_path), Limits(file_bytes=50)), RENAMES)
    assert [(note.path, note.certainty) for note in notes] == [("big.py", NOTE)]
    assert "too large" in notes[0].reason


PADDING = b"x" * 99 + b"\n"


@pytest.mark.parametrize("before", [0, 1, 10_480, 10_485, 10_486, 30_000])
@pytest.mark.parametrize("path", ["big.py", "big.json", "big.sh"])
def test_what_a_file_over_the_limit_names_plainly_holds(
    tmp_path: Path, before: int, path: str
) -> None:
    content = PADDING * before + b'y = "./configs/train/a.yaml"\n' + PADDING + NAMES_IT
    tree = DiskTree(str(write(tmp_path, {path: content}).root), Limits(file_bytes=100))
    note, one = scan(tree, RENAMES)
    assert (note.certainty, note.target) == (NOTE, "")
    assert (one.target, one.line, one.dangles) == (OLD, before + 1, True)
    assert "too large" in one.reason
    assert rewrite(tree, [note, one]) == []
    (_, ignored) = scan(tree, Renames({OLD: IgnoredReference("nobody reads it")}))
    assert not ignored.dangles


def test_a_name_across_two_parts_is_one_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = DiskTree(str(write(tmp_path, {"a.sh": b"\ncat " + OLD.encode() + b" x\n"}).root))
    monkeypatch.setattr(DiskTree, "parts", lambda _, path: iter(map(bytes, _bytes_of(tree, path))))
    assert list(named_plainly(tree, "a.sh", [OLD])) == [(OLD, 2)]


def _bytes_of(tree: DiskTree, path: str) -> list[list[int]]:
    return [[one] for one in tree.read(path)]


@pytest.mark.parametrize(
    "text",
    [
        b"configs/train/a.yaml.bak",
        b"xconfigs/train/a.yaml",
        b"other/configs/train/a.yaml",
        b"configs/train/a.yamlx",
        b"s3://b/configs/train/a.yaml",
    ],
)
def test_what_a_large_file_names_otherwise_is_only_the_note(tmp_path: Path, text: bytes) -> None:
    tree = DiskTree(str(write(tmp_path, {"a.sh": PADDING + text + b"\n"}).root), Limits(100))
    assert [one.certainty for one in scan(tree, RENAMES)] == [NOTE]


def test_a_large_document_and_a_large_log_hold_nothing(tmp_path: Path) -> None:
    files = {"big.md": NAMES_IT * 9, "run.log": NAMES_IT * 9}
    found = scan(DiskTree(str(write(tmp_path, files).root), Limits(file_bytes=100)), RENAMES)
    assert [(one.path, one.target, one.dangles) for one in found] == [
        ("big.md", "", False),
        ("big.md", OLD, False),
    ]


def test_what_a_step_has_just_written_is_scanned() -> None:
    below = MemoryTree({"a.sh": NAMES_IT, "b.sh": NAMES_IT})
    changes = [Change("a.sh", NAMES_IT, None), Change("c.sh", None, NAMES_IT)]
    assert found(Overlay(below, changes)) == ["b.sh", "c.sh"]


def test_include_and_exclude_are_globs() -> None:
    tree = MemoryTree({"a.sh": NAMES_IT, "x/b.sh": NAMES_IT, "x/y/c.py": b"'configs/train/a.yaml'"})
    assert [r.path for r in scan(tree, RENAMES, include=["x/**"])] == ["x/b.sh", "x/y/c.py"]
    assert [r.path for r in scan(tree, RENAMES, exclude=["**/*.sh"])] == ["x/y/c.py"]


def test_looking_for_paths_proposes_no_edit() -> None:
    references = scan(MemoryTree({"a.sh": NAMES_IT}), [OLD])
    assert [(r.target, r.edit, r.line, r.column, r.span) for r in references] == [
        (OLD, None, 1, 5, (4, 24))
    ]


def test_processes_find_what_one_finds() -> None:
    files = {f"{n}/a.sh": NAMES_IT for n in range(2100)}
    tree = MemoryTree(files)
    with workers(2) as crew:
        assert scan(tree, RENAMES, workers=crew) == scan(tree, RENAMES)


def test_a_file_edited_since_is_not_written_over() -> None:
    references = scan(MemoryTree({"a.sh": NAMES_IT}), RENAMES)
    with pytest.raises(TreeMoved, match=r"a\.sh:1:5"):
        rewrite(MemoryTree({"a.sh": b"x" * 50}), references)


def test_what_holds_a_step_back() -> None:
    tree = MemoryTree(
        {
            "a.sh": NAMES_IT
            + b"# configs/train/a.yaml\ncat configs/*/*.yaml /x/configs/train/a.yaml\n"
        }
    )
    assert [r.dangles for r in scan(tree, Renames({OLD: None}))] == [True, False, False, False]
    assert [r.dangles for r in scan(tree, RENAMES)] == [False, False, False, False]
    assert not any(
        r.dangles for r in scan(tree, Renames({OLD: IgnoredReference("kept on purpose")}))
    )


def test_another_folder_of_configs() -> None:
    renames = Renames({"conf/x/a.yaml": "conf/y/a.yaml"}, config_root="conf", composing=("_BASE_",))
    tree = MemoryTree(
        {"conf/b.yaml": b"_BASE_: x/a.yaml\n", "r.sh": b"run config=x/a conf/x/a.yaml\n"}
    )
    assert [r.edit for r in scan(tree, renames)] == ["y/a.yaml", "y/a", "conf/y/a.yaml"]


def test_a_name_that_needs_quotes_is_not_written() -> None:
    [reference] = scan(MemoryTree({"a.sh": NAMES_IT}), Renames({OLD: "configs/my file.yaml"}))
    assert reference.edit is None
    assert "quotes" in reference.reason


def test_non_ascii_names_are_found_whole() -> None:
    renames = Renames({"configs/训练/密集.yaml": "configs/训练/新.yaml"})
    tree = MemoryTree({"a.md": "见 configs/训练/密集.yaml。\n".encode()})
    assert [r.edit for r in scan(tree, renames)] == ["configs/训练/新.yaml"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.folder.name)
def test_the_bytes_check_never_skips_a_file_with_a_reference(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = MemoryTree(case.before)
    checked = scan(tree, case.renames)
    monkeypatch.setattr(Finder, "may_name", lambda self, content, path: True)
    assert scan(tree, case.renames) == checked


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.folder.name)
def test_each_edit_by_itself_leads_to_the_same_files(case: Case) -> None:
    references = [r for r in scan(MemoryTree(case.before), case.renames) if r.edit is not None]
    whole = rewrite(MemoryTree(case.before), references, case.likely)
    random.Random(7).shuffle(references)
    assert rewrite(MemoryTree(case.before), references, case.likely) == whole


def test_an_edit_that_breaks_the_file_is_refused() -> None:
    with pytest.raises(InputError, match="would not parse"):
        check_python("a.py", "x = 'a'\n", "x = 'a\n")
    with pytest.raises(InputError, match="same tree"):
        check_python("a.py", "x = 'a'\n", "y = 'a'\n")
    with pytest.raises(InputError, match=r"a\.yaml:2:1"):
        check_yaml("a.yaml", "a: b\n", "a: [b\n")


def test_escaped_names_in_a_notebook_are_found() -> None:
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    notebook = {"cells": [cell | {"source": ["x = 'configs/密集.yaml'\n"]}], "metadata": {}}
    text = json.dumps(notebook | {"nbformat": 4, "nbformat_minor": 4})
    renames = Renames({"configs/密集.yaml": "configs/dense.yaml"})
    tree = MemoryTree({"a.ipynb": text.encode()})
    [change] = rewrite(tree, scan(tree, renames))
    assert change.after == text.encode().replace(b"\\u5bc6\\u96c6", b"dense")


def test_likely_edits_wait_to_be_asked_for() -> None:
    tree = MemoryTree({"a.sh": b"cat /srv/configs/train/a.yaml\n"})
    references = scan(tree, RENAMES)
    assert [r.certainty for r in references] == [LIKELY]
    assert rewrite(tree, references) == []
    [change] = rewrite(tree, references, likely=True)
    assert change.after == b"cat /srv/configs/train/b.yaml\n"


def test_python_with_a_byte_that_is_no_text_is_edited_byte_for_byte() -> None:
    before = b"# caf\xe9\np = 'configs/train/a.yaml'  # \xff\n"
    tree = MemoryTree({"x.py": before})
    [change] = rewrite(tree, scan(tree, RENAMES))
    assert change.after == before.replace(b"a.yaml", b"b.yaml")


def test_a_class_of_a_pattern_is_read_as_a_shell_reads_it() -> None:
    """Beside it: Python's `re` warns of `[[`, `--` and `&&`, and refuses `[z-a]` and `[\\]`."""
    cases = {"[a-c]": True, "[!b-z]": True, "[z-a]": False, "[a-]": True, "[]-a]": False}
    odd = [
        "[[a]",
        "[a&&b]",
        "[a--b]",
        "[a||b]",
        "[\\]",
        "[\\d]",
        "[[:alpha:]",
        "[9-0]",
        "[^",
        "[!]",
    ]
    for written, hit in {**cases, **dict.fromkeys(odd, None)}.items():
        tree = MemoryTree({"a.sh": f"cat configs/train/{written}.yaml\n".encode(), OLD: b"a: 1\n"})
        found = scan(tree, RENAMES)
        if hit is not None:
            assert [one.certainty for one in found] == [NOTE] * hit, written


@pytest.mark.parametrize(
    ("written", "hit"),
    [
        ("configs/{train,eval}/{a,b}.yaml", True),
        ("configs/{eval,test}/{a,b}.yaml", False),
        ("configs/" + "{a,b,t}" * 30 + "/a.yaml", True),  # too many spellings: any text
        ("configs/" + "*" * 200 + "/a.yaml", True),
        ("configs/" + "**/" * 50 + "a.yaml", True),
        ("configs/train/" + "{x}" * 20 + "a.yaml", True),
        ("configs/train/" + "{x}" * 20 + "b.yaml", False),
    ],
)
def test_a_pattern_of_any_size_is_held_against_paths_at_once(written: str, hit: bool) -> None:
    paths = {f"configs/train/{'a' * n}.yaml": b"a: 1\n" for n in range(2, 200)}
    tree = MemoryTree({"a.sh": f"cat {written}\n".encode(), OLD: b"a: 1\n", **paths})
    start = time.process_time()
    assert [one.target for one in scan(tree, RENAMES)] == [OLD] * hit
    assert time.process_time() - start < 1


def test_more_patterns_than_are_looked_into_are_told() -> None:
    lines = "".join(f"cat configs/train/x{n}*.yaml\n" for n in range(3000))
    files = {f"configs/train/c{n}.yaml": b"a: 1\n" for n in range(1000)}
    tree = MemoryTree({"a.sh": NAMES_IT + lines.encode(), OLD: b"a: 1\n", **files})
    reasons = [one.reason for one in scan(tree, RENAMES)]
    assert reasons[0] == "not scanned to the end: it holds too many patterns"
