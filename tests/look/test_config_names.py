"""What arguments stand for: paths, presets, folders, globs; nearest names for what is nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from migrate.errors import MigrateError
from migrate.workspace.config_names import config_names, config_paths
from migrate.workspace.view import View
from tests.look.trees import write

LOW, HIGH = "configs/train/sft/low.yaml", "configs/train/sft/high.yml"
DEBUG, FROZEN = "configs/debug.yaml", "configs/legacy/train/sft/low.yaml"
FILES = {
    LOW: "a: 1\n",
    HIGH: "a: 2\n",
    DEBUG: "a: 3\n",
    FROZEN: "a: 1\n",
    "configs/deepspeed/zero2.json": "{}\n",
    "configs/odd/a[1].yaml": "a: 4\n",
    "notes/todo.md": "a\n",
    "plans/p.yaml": (
        "version: 1\npresets:\n"
        "  sft_low: { from: train/sft/low.yaml, to: configs/train/sft/low.yaml }\n"
        "  sft_high: { from: train/sft/high.yml, to: configs/train/sft/high.yml }\n"
    ),
}


@pytest.fixture
def view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> View:
    monkeypatch.chdir(write(tmp_path, FILES))
    return View(str(tmp_path))


@pytest.mark.parametrize(
    ("given", "paths"),
    [
        (["configs/debug.yaml"], [DEBUG]),
        (["sft_low", LOW], [LOW]),
        (["configs/train"], [HIGH, LOW]),
        (["configs/train/", DEBUG, HIGH], [HIGH, LOW, DEBUG]),
        (["."], [DEBUG, "configs/odd/a[1].yaml", HIGH, LOW]),
        (["configs/**/*.yaml"], [DEBUG, "configs/odd/a[1].yaml", LOW]),
        (["configs/*"], [DEBUG]),
        (["configs/*/*/low.yaml"], [LOW]),
        (["configs/legacy"], [FROZEN]),
        (["configs/legacy/**/l*"], [FROZEN]),
        (["legacy:sft_low"], [FROZEN]),
        (["configs/deepspeed/*"], ["configs/deepspeed/zero2.json"]),
        (["configs/odd/a[1].yaml"], ["configs/odd/a[1].yaml"]),
        (["sft_*"], [LOW, HIGH]),
        (["*_high"], [HIGH]),
        ([], []),
    ],
)
def test_what_arguments_stand_for(view: View, given: list[str], paths: list[str]) -> None:
    assert config_paths(view, given) == paths


@pytest.mark.parametrize("given", ["*.yaml", "./l*", "../sft/low.yaml", "sft_low", "low.yaml"])
def test_paths_and_globs_are_read_from_where_one_stands(
    view: View, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("configs/train/sft")
    assert config_paths(view, [given]) == [LOW]
    assert config_paths(view, ["configs/train/**"]) == [HIGH, LOW]  # else from the root
    assert config_paths(view, [os.path.join(view.root, "configs/*.yaml")]) == [DEBUG]


def test_a_folder_whose_name_looks_like_a_glob_is_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"a[1]/x.yaml": "a: 1\n", "a1/x.yaml": "a: 2\n"})
    monkeypatch.chdir(tmp_path / "a[1]")
    view = View(str(tmp_path))
    assert config_paths(view, ["*.yaml"]) == ["a[1]/x.yaml"]
    assert config_paths(view, ["../a[1]/x.yaml"]) == ["a[1]/x.yaml"]


def test_who_was_named_alone_is_told_from_who_was_one_of_many(view: View) -> None:
    names = config_names(view, ["sft_low", "configs/train/sft/*", "git:HEAD:x.yaml", "legacy:a"])
    assert names == [
        ("sft_low", LOW, True),
        (HIGH, HIGH, False),
        ("git:HEAD:x.yaml", None, True),
        ("legacy:a", None, True),
    ]


@pytest.mark.parametrize(
    ("given", "what", "hint"),
    [
        ("sft_lo", "no such config, nor a preset of that name", "did you mean sft_low"),
        ("configs/train/sft/lo.yaml", "no such config", f"did you mean {LOW}"),
        ("configs/*.yml", "no config matches this", "`*` stays in a folder"),
        ("configs/leg*/**", "no config matches this", "`*` stays in a folder"),
        ("notes", "is a folder that holds no config", "paths are relative to here"),
        ("", "is a folder, not a config", "paths are relative to here"),
        ("..", "is outside the root", "see --root"),
        ("git:HEAD:x.yaml", "is a file of a revision, not of the tree", "check it out first"),
        ("legacy:sft_lo", "no preset is called `sft_lo`", "did you mean sft_low"),
    ],
)
def test_what_stands_for_nothing_is_a_letter(view: View, given: str, what: str, hint: str) -> None:
    with pytest.raises(MigrateError) as caught:
        config_paths(view, [given])
    assert caught.value.exit_code == 3
    assert what in caught.value.what
    assert hint in caught.value.hint


def test_every_argument_that_stands_for_nothing_is_told(view: View) -> None:
    with pytest.raises(MigrateError) as caught:
        config_paths(view, ["nope.yaml", LOW, "no*pe"])
    assert [str(fault.place) for fault in caught.value.faults()] == ["nope.yaml", "no*pe"]


def test_a_glob_sees_what_git_ignores(view: View) -> None:
    subprocess.run(["git", "init", "-q", view.root], check=True)
    Path(view.root, ".gitignore").write_text("configs/debug.yaml\n")
    assert config_paths(view, ["configs/*.yaml"]) == [DEBUG]
