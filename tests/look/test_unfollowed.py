"""A key that looks as if it composed files, and names one that is there, is told by every verb."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.tree import START, ok
from tests.support import trees
from tests.support.cli import migrate

ODD = "configs/train/odd.yaml"
KEYS = (
    *("include", "inherits", "parent", "_parent_", "base", "configs", "_BASE", "import"),
    *("includes", "__extends__", "Imports", "BASE", "dataset", "my-data", "数据"),
)


def told(root: Path, *arguments: str) -> list[str]:
    lines = migrate(root, *arguments).err.splitlines()
    return [line for line in lines if "is not followed" in line]


def line(key: str, name: str, place: str = "1:1") -> str:
    return f"{ODD}:{place}: `{key}: {name}` is not followed by dialect extends"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A tree with plans, so that nothing is guessed of its dialect."""
    trees.write(tmp_path, START)
    ok(migrate(tmp_path, "init"))
    return tmp_path


@pytest.mark.parametrize("key", KEYS)
def test_any_such_key_is_told(root: Path, key: str) -> None:
    trees.write(root, {ODD: f"{key}: ../base.yaml\ny: 1\n".encode()})
    assert told(root, "inspect", ODD) == [line(key, "../base.yaml")]


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("y: 1\n# ours\ninclude: ['../base.yaml']\n", "../base.yaml", "3:1"),
        ("include:\n  # ours\n  - gone.yaml\n  - ../base.yaml  # theirs\n", "../base.yaml", "1:1"),
        ("include: [\n  ../base.yaml,\n  gone.yaml]\n", "../base.yaml", "1:1"),
        ('"include": configs/base.yaml\n', "configs/base.yaml", "1:1"),
        ("include: ../base\n", "../base", "1:1"),
        ("include: ../components/low\n", "../components/low", "1:1"),
        ("include: [gone.yaml, ../components/_low_yaml]\n", "../components/_low_yaml", "1:1"),
        ("\ufeffinclude: ../base.yaml\r\n", "../base.yaml", "1:1"),
        ("include:\r\n- ../base.yaml\r\n", "../base.yaml", "1:1"),
    ],
    ids=[
        "flow",
        "block",
        "lines",
        "from-the-root",
        "no-suffix",
        "fragment",
        "named",
        "bom",
        "crlf",
    ],
)
def test_however_it_is_written(root: Path, text: str, name: str, place: str) -> None:
    fragments = {"configs/components/low": b"n: 1\n", "configs/components/_low_yaml": b"n: 1\n"}
    trees.write(root, {ODD: text.encode(), **fragments})
    key = '"include"' if text.startswith('"') else "include"
    assert told(root, "inspect", ODD) == [line(key.strip('"'), name, place)]


@pytest.mark.parametrize(
    "text",
    [
        "include: gone.yaml\n",
        "include: {a: ../base.yaml}\n",
        "x:\n  include: ../base.yaml\n",
        "dataset: gone.yaml\n",
        "dataset: ../base\n",
        "dataset: odd.yaml\n",
        "run: python train.py --config ../base.yaml\n",
        "# include: ../base.yaml\n",
        "text: |\n  include: ../base.yaml\n",
        "include: true\n",
        "include: ../../../base.yaml\n",
        "extends: ../base.yaml\n",
    ],
)
def test_what_names_no_config_or_is_no_such_key_is_not_told(root: Path, text: str) -> None:
    trees.write(root, {ODD: text.encode()})
    assert told(root, "inspect", ODD) == []


@pytest.mark.parametrize(
    "command",
    [
        ["inspect", ODD],
        ["explain", ODD],
        ["diff", ODD, "configs/base.yaml"],
        ["flatten", ODD],
        ["lint"],
        ["plan"],
        ["apply", "--all"],
        ["verify"],
        ["verify", "--fresh"],
        ["--output", "json", "verify"],
        ["init", "--force"],
    ],
    ids=" ".join,
)
def test_every_verb_that_reads_it_tells_it_once(root: Path, command: list[str]) -> None:
    odd = b"extends: ../base.yaml\ninclude: ../components/z.yaml\n"
    trees.write(root, {ODD: odd, "configs/train/more.yaml": odd})
    (first, *more) = told(root, *command)
    assert more == []
    assert "`include: ../components/z.yaml` is not followed by dialect extends" in first


def test_what_a_fragment_without_suffix_names_is_told(root: Path) -> None:
    trees.write(root, {"configs/train/_low_yaml": b"parent: ../base.yaml\n"})
    trees.write(root, {ODD: b"extends: _low_yaml\n"})
    (only,) = told(root, "inspect", ODD)
    assert only.startswith("configs/train/_low_yaml:1:1: `parent: ../base.yaml` is not followed")


def test_the_dataset_layer_that_the_rules_know_is_not_told(root: Path) -> None:
    trees.write(root, {"plans/rules.yaml": b"version: 1\nrules: {fusion_key: fusion}\n"})
    trees.write(root, {ODD: b"fusion: configs/base.yaml\n"})
    assert told(root, "lint") == []


def test_a_gate_that_recalls_tells_it_again(root: Path) -> None:
    trees.write(
        root, {ODD: b"include: ../base.yaml\n", "configs/train/n.yaml": b"extends: odd.yaml\n"}
    )
    first = told(root, "verify")
    assert first == [line("include", "../base.yaml")]
    ran = migrate(root, "verify")
    assert "from the cache: no file has changed" in ran.err
    assert first[0] in ran.err


def test_many_files_are_one_line(root: Path) -> None:
    more = {f"configs/train/r{n}.yaml": b"include: ../base.yaml\n" for n in range(3)}
    trees.write(root, {ODD: b"include: ../base.yaml\n", **more})
    (only,) = told(root, "diff", ODD, "configs/train/r0.yaml")
    assert only == line("include", "../base.yaml") + " (nor in 1 other file)"


def test_quiet_is_quiet(root: Path) -> None:
    trees.write(root, {ODD: b"include: ../base.yaml\n"})
    assert told(root, "-q", "inspect", ODD) == []
