"""`explain --from`: which configs get a value from a file or a line, judged by PyYAML's marks."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.look.test_routes import random_tree
from tests.look.trees import write
from tests.support.cli import migrate
from tests.test_origins import keys_of, leaves, resolved_marks

BASE, FRAGMENT = "configs/base.yaml", "configs/components/f.yaml"
P, Q = "configs/train/p.yaml", "configs/train/q.yaml"
TREE = {
    BASE: "x: 1\n",
    FRAGMENT: "# rates\nt:\n  lr: 1.0e-4\n  ops:\n    - a\n    - b\ns: {u: 1, v: 2}\n",
    P: "extends: [../base.yaml, ../components/f.yaml]\nm: 1\n",
    Q: "extends: [../base.yaml, ../components/f.yaml]\nm: 1\nt:\n  lr: 2.0e-4\ns: 0\n",
    "configs/train/alone.yaml": "extends: ../base.yaml\nm: 2\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path, TREE)


def told(root: Path, *arguments: str) -> Any:
    ran = migrate(root, "--output", "json", "explain", "--from", *arguments)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def keys(root: Path, *arguments: str) -> dict[str, tuple[list[str], list[Any]]]:
    return {
        one["key"]: (one["active"], [(at["to"], at["configs"]) for at in one["lost"]])
        for one in told(root, *arguments)["keys"]
    }


def test_it_is_what_pyyaml_finds_in_each_config(tmp_path: Path) -> None:
    compared = 0
    for seed in range(12):
        tree = random_tree(Random(f"from {seed}"))
        files = tree.files("extends")
        root = write(tmp_path / str(seed), {path: text.decode() for path, text in files.items()})
        marks = {path: dict(leaves(resolved_marks(files, path))) for path in files}
        for source in files:
            found = told(root, source, *files)
            own = dict(leaves(keys_of(source, files[source])))
            own.pop(("extends",), None)
            assert [one["line"] for one in found["keys"]] == [line for _, line in own.values()]
            for one, (path, (_, line)) in zip(found["keys"], own.items(), strict=True):
                expected = [config for config in files if marks[config].get(path) == (source, line)]
                assert one["active"] == expected, (path, line)
                compared += len(expected)
                losing = [config for at in one["lost"] for config in at["configs"]]
                assert sorted(losing + expected) == sorted(found["configs"])
    assert compared > 100


def test_of_every_preset_where_none_is_named(root: Path) -> None:
    found = told(root, FRAGMENT)
    assert (found["configs"], found["others"]) == ([P, Q], ["configs/train/alone.yaml"])
    lost_to_q = {"path": Q, "line": 4, "column": 3}
    assert keys(root, FRAGMENT)["t.lr"] == ([P], [(lost_to_q, [Q])])
    assert keys(root, FRAGMENT)["t.ops"] == ([P, Q], [])


def test_of_a_frozen_copy_the_old_presets_are_asked(root: Path) -> None:
    assert migrate(root, "init").code == 0
    assert migrate(root, "apply", "--all").code == 0
    old = ["configs/legacy/train/p.yaml", "configs/legacy/train/q.yaml"]
    assert told(root, "configs/legacy/components/f.yaml")["configs"] == old


def test_a_section_that_was_replaced_as_a_whole_lost_to_what_replaced_it(root: Path) -> None:
    where = {"path": Q, "line": 5, "column": 1}
    assert keys(root, FRAGMENT)["s.u"] == ([P], [(where, [Q])])


def test_it_lost_to_the_first_that_replaced_the_section(root: Path) -> None:
    """Not to a mapping that came into the empty place later."""
    over = "configs/train/over.yaml"
    write(root, {over: "extends: q.yaml\ns: {w: 1}\n"})
    write(root, {"configs/train/top.yaml": "extends: over.yaml\ns: {z: 1}\n"})
    found = keys(root, FRAGMENT, "configs/train/top.yaml")
    where = {"path": Q, "line": 5, "column": 1}
    assert found["s.u"] == ([], [(where, ["configs/train/top.yaml"])])


LINES = {2: {"t.lr", "t.ops"}, 3: {"t.lr"}, 4: {"t.ops"}, 6: {"t.ops"}, 7: {"s.u", "s.v"}}


@pytest.mark.parametrize("line", LINES)
def test_a_line_stands_for_the_keys_on_it(root: Path, line: int) -> None:
    assert set(keys(root, f"{FRAGMENT}:{line}")) == LINES[line]
    assert set(keys(root, f"{FRAGMENT}:{line}:3")) == LINES[line]  # as `explain` prints places


def test_a_line_that_sets_nothing_is_a_letter_with_the_nearest_key(root: Path) -> None:
    ran = migrate(root, "explain", "--from", f"{FRAGMENT}:1")
    assert ran.code == 3
    assert ran.err == (f"error: {FRAGMENT}:1: sets nothing there\nhint: line 3 sets `t.lr`\n")
    assert migrate(root, "explain", "--from", f"{FRAGMENT}:99").code == 3
    assert migrate(root, "explain", "--from", "configs/components/ff.yaml:3").code == 3


def test_a_key_narrows_it_and_an_unknown_one_is_a_letter(root: Path) -> None:
    assert set(keys(root, FRAGMENT, "--key", "t")) == {"t.lr", "t.ops"}
    ran = migrate(root, "explain", "--from", FRAGMENT, "--key", "nothing")
    assert ran.code == 3
    assert f"error: {FRAGMENT}: does not set `nothing`" in ran.err


def test_a_file_that_nobody_builds_on(root: Path) -> None:
    write(root, {"configs/components/idle.yaml": "a: 1\n"})
    ran = migrate(root, "explain", "--from", "configs/components/idle.yaml")
    assert (ran.code, ran.out) == (0, "configs/components/idle.yaml is in 0 of 3 configs\n")


def test_what_a_dialect_takes_out_is_lost_to_nobody(tmp_path: Path) -> None:
    plan = "version: 1\npresets: {}\ndialect: {keys: [extends], not_inherited: [k]}\n"
    files = {"configs/b.yaml": "k: 1\nl: 1\n", "configs/c.yaml": "extends: b.yaml\n"}
    write(tmp_path, {**files, "plans/tree.yaml": plan})
    found = keys(tmp_path, "configs/b.yaml", "configs/c.yaml")
    assert found == {"k": ([], [(None, ["configs/c.yaml"])]), "l": (["configs/c.yaml"], [])}


def test_a_key_that_is_taken_out_of_a_section_is_lost_to_nobody(tmp_path: Path) -> None:
    files = {"b.yaml": "s: {u: 1, v: 2}\n", "c.yaml": "_base_: [b.yaml]\ns: {u: ---}\n"}
    write(tmp_path, files)
    ran = migrate(
        *(tmp_path, "--dialect", "hcp-diffusion", "--output", "json"),
        *("explain", "--from", "b.yaml", "c.yaml"),
    )
    found = {one["key"]: (one["active"], one["lost"]) for one in json.loads(ran.out)["keys"]}
    assert found == {
        "s.u": ([], [{"to": None, "configs": ["c.yaml"]}]),
        "s.v": (["c.yaml"], []),
    }


def test_people_see_who_gets_it_and_where_it_lost(root: Path) -> None:
    assert migrate(root, "explain", "--from", f"{FRAGMENT}:3").out == (
        f"{FRAGMENT} is in 2 of 3 configs\n"
        "\n"
        f"t.lr  {FRAGMENT}:3:3  1.0e-4\n"
        f"  ->  1 of 2 get it: {P}\n"
        f"      lost to {Q}:4:3 in 1: {Q}\n"
    )


def test_a_config_that_cannot_be_read_is_told_beside_the_others(root: Path) -> None:
    write(root, {"configs/train/z.yaml": "extends: [gone.yaml, ../base.yaml]\n"})
    ran = migrate(root, "explain", "--from", BASE, P, "configs/train/z.yaml")
    assert ran.code == 3
    assert f"{BASE} is in 1 of 1 config" in ran.out
    assert "gone.yaml, which does not exist" in ran.err


def test_neither_a_config_nor_a_file_is_a_wrong_command_line(root: Path) -> None:
    ran = migrate(root, "explain")
    assert ran.code == 2
    assert "name a config, or --from FILE[:LINE]" in ran.err
