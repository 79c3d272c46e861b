"""`migrate init`: what it drafts holds, on the tree as it is and as it is spelled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from ruamel.yaml import YAML

from migrate.legacy import live_path, read_manifest
from migrate.tree import DiskTree
from migrate.yaml_text.spelling import spell
from tests.support import trees
from tests.support.cli import Ran, migrate

REPOSITORY = Path(__file__).parents[1]

SMALL = {
    "configs/base.yaml": b"x: 1\n",
    "configs/components/o.yaml": b"t: {lr: 1}\n",
    "configs/train/p.yaml": b"extends: [../base.yaml, ../components/o.yaml]\n",
}


def ok(root: Path, *arguments: str) -> Ran:
    ran = migrate(root, *arguments)
    assert ran.code == 0, ran.out + ran.err
    return ran


# The parity profile.


def before_the_rollout(root: Path) -> Path:
    """A copy of this repository as it was before its presets were migrated, without plans."""
    tree = DiskTree(str(REPOSITORY))
    for frozen in read_manifest(tree):
        live = live_path(frozen, "configs")
        trees.write(root, {live: tree.read(frozen)})
    fusion = trees.read(REPOSITORY / "configs" / "fusion")
    return trees.write(root / "configs" / "fusion", fusion).parents[1]


def test_a_fresh_rollout_passes_the_strict_gate(tmp_path: Path) -> None:
    trees.write(tmp_path, {**SMALL, "configs/train/q.yaml": SMALL["configs/train/p.yaml"]})
    ok(tmp_path, "init")
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify", "--strict")


def test_a_fresh_rollout_of_this_repository_passes_the_strict_gate(tmp_path: Path) -> None:
    root = before_the_rollout(tmp_path)
    ok(root, "init")
    ok(root, "apply", "--all")
    ran = ok(root, "verify", "--strict")
    assert "16 presets compared; the gate is open" in ran.out


# Names.

WORDS = ("null", "yes", "No", "~", "123", "0o17", "1e3", "1_000", "2026-01-01", "1:30", "=", "<<")
SIGNS = (
    "🙂",
    "a: b",
    "a #b",
    "#c",
    "it's",
    'say "so"',
    "[x]",
    "{y}",
    "a, b",
    "*d",
    "&e",
    "!f",
    "-",
)


@pytest.mark.parametrize("word", [*WORDS, *SIGNS, "-x", "%g", "@h", "`i`", "é", " sp ace "])
@pytest.mark.parametrize("where", ["{0}", "{0}/p", "{0}/{0}"])
def test_any_name_that_yaml_reads_as_something_else_is_migrated(
    word: str, where: str, tmp_path: Path
) -> None:
    inner = where.format(word)
    up = "../" * (inner.count("/") + 1)
    chain = json.dumps([f"{up}base.yaml", f"{up}components/{word}.yaml"], ensure_ascii=False)
    trees.write(
        tmp_path,
        {
            "configs/base.yaml": b"x: 1\n",
            f"configs/components/{word}.yaml": json.dumps(
                {"t": {word: 1}}, ensure_ascii=False
            ).encode(),
            f"configs/train/{inner}.yaml": f"extends: {chain}\n".encode(),
        },
    )
    ok(tmp_path, "init")
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify", "--strict")
    files = trees.theirs(trees.read(tmp_path))
    resolved = yaml.safe_load(files[f"configs/train/{inner}.yaml"])
    assert resolved["t"] == {word: 1}


@pytest.mark.parametrize("text", [*WORDS, *SIGNS, "a\u2028b", "a\u0085b", "\ufeffa", "a\x7f", "y"])
def test_a_spelled_text_is_that_text_to_both_kinds_of_reader(text: str) -> None:
    for line in (f"{spell(text)}: [{spell(text)}]", f"? {spell(text)}\n: [{spell(text)}]\n"):
        assert yaml.safe_load(line) == {text: [text]}
        assert YAML(typ="safe", pure=True).load(line) == {text: [text]}


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("train/a\u2028b.yaml", "train/a_b.yaml"),
        ("train/a\u0085/b.yaml", "train/a_/b.yaml"),
        ("train/a\nb.yaml", "train/a_b.yaml"),
        ("train/a\\b.yaml", "train/a_b.yaml"),
        ("~/p.yaml", "_/p.yaml"),
        ("C:/p.yaml", "_/p.yaml"),
    ],
)
def test_a_name_that_no_plan_can_hold_is_refused_with_one_that_can(
    name: str, better: str, tmp_path: Path
) -> None:
    up = "../" * name.count("/")
    text = f"extends: [{up}base.yaml, {up}components/o.yaml]\n".encode()
    files = {**SMALL, f"configs/{name}": text}
    trees.write(tmp_path, files)
    refused = migrate(tmp_path, "init")
    assert (refused.code, f"rename it, for example to configs/{better}\n" in refused.err) == (
        3,
        True,
    )
    assert trees.read(tmp_path) == dict(sorted(files.items()))
    (tmp_path / "configs" / better).parent.mkdir(exist_ok=True)
    (tmp_path / "configs" / name).rename(tmp_path / "configs" / better)
    ok(tmp_path, "init")
    ok(tmp_path, "apply", "--all")
    ok(tmp_path, "verify", "--strict")
