"""`migrate explain`: who said what, checked against the text of the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.look.trees import BASE, PRESET, expected, write
from tests.support.cli import migrate

OVER = "configs/train/o.yaml"
PRESET_AT = "configs/train/sft.yaml"
TEXT = """\
extends: sft.yaml
training:
  learning_rate: 1.0e-6  # low
  vit_lr: null
model: null
ops:
  - name: a
  - name: b  # second
    prob: 0.5
1: one
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {"configs/base.yaml": BASE, "configs/train/sft.yaml": PRESET, OVER: TEXT}
    return write(tmp_path, files)


def told(root: Path, *arguments: str) -> Any:
    return json.loads(migrate(root, "--output", "json", "explain", OVER, *arguments).out)


def test_the_winner_and_every_loser_with_their_lines(root: Path) -> None:
    (one,) = told(root, "training.learning_rate")["settings"]
    assert one["value"] == 1e-6
    assert (one["origin"]["path"], one["origin"]["line"]) == (OVER, 3)
    assert one["origin"]["text"] == "1.0e-6"
    assert one["origin"]["comments"] == ["# low"]
    (lost,) = one["overridden"]
    assert (lost["path"], lost["line"], lost["value"]) == ("configs/train/sft.yaml", 9, 1e-4)


def test_everything_is_every_leaf_of_the_resolved_config(root: Path) -> None:
    settings = told(root)["settings"]
    assert {one["key"]: one["value"] for one in settings} == {
        **{f"training.{key}": value for key, value in expected(root, OVER)["training"].items()},
        "model": None,
        "global_max_length": 2048,
        "ops": [{"name": "a"}, {"name": "b", "prob": 0.5}],
        "<int>1": "one",
    }


def test_every_origin_is_a_line_of_its_file_that_names_the_key(root: Path) -> None:
    for one in told(root)["settings"]:
        origin = one["origin"]
        line = (root / origin["path"]).read_text().splitlines()[origin["line"] - 1]
        key = one["key"].split(".")[-1].removeprefix("<int>")
        assert line[origin["column"] - 1 :].startswith(f"{key}:")


def test_a_section_with_all_below_it(root: Path) -> None:
    keys = [one["key"] for one in told(root, "training")["settings"]]
    assert keys == [f"training.{key}" for key in expected(root, OVER)["training"]]


def test_a_value_inside_a_list_has_its_own_line(root: Path) -> None:
    (one,) = told(root, "ops[1].prob")["settings"]
    assert (one["value"], one["origin"]["line"]) == (0.5, 9)
    (one,) = told(root, "ops[1].name")["settings"]
    assert one["origin"]["comments"] == ["# second"]


def test_an_integer_key_may_be_spelled_as_it_stands_in_the_file(root: Path) -> None:
    assert told(root, "1")["settings"] == told(root, "<int>1")["settings"]


def test_a_key_lost_with_its_section_says_what_replaced_it(root: Path) -> None:
    (one,) = told(root, "model.model")["settings"]
    assert (one["active"], one["origin"]) == (False, None)
    assert [(lost["path"], lost["line"]) for lost in one["overridden"]] == [
        ("configs/train/sft.yaml", 3),
        (OVER, 5),
    ]
    assert [lost["replaces"] for lost in one["overridden"]] == [None, "model"]


LISTS = "h: [{c: 1}, {c: 1}]\np: [a]\n"


@pytest.mark.parametrize(
    ("text", "key", "lines"),
    [
        (
            "h: [{c: 2}, {c: 2}]\n",
            "h[1].c",
            [(PRESET_AT, 1, None), (OVER, 2, "h"), (OVER, 2, None)],
        ),
        ("h: []\n", "h[1].c", [(PRESET_AT, 1, None), (OVER, 2, "h")]),
        ("p: {n: 1}\n", "p[0]", [(PRESET_AT, 2, None), (OVER, 2, "p")]),
        ("p: {n: 1}\n", "p.n", [(OVER, 2, None)]),
        ("p: 1\n", "p[0]", [(PRESET_AT, 2, None), (OVER, 2, "p")]),
        ("p: [b, c]\n", "p[1]", [(OVER, 2, None)]),
    ],
)
def test_each_loser_inside_a_list_is_told_once_with_what_replaced_the_list(
    root: Path, text: str, key: str, lines: list[tuple[str, int, str | None]]
) -> None:
    write(root, {PRESET_AT: LISTS, OVER: f"extends: sft.yaml\n{text}"})
    (one,) = told(root, key)["settings"]
    said = [*one["overridden"], *([one["origin"]] if one["origin"] else [])]
    assert [(it["path"], it["line"], it.get("replaces")) for it in said] == lines


def test_a_missing_key_has_near_names_and_a_home_and_exit_3(root: Path) -> None:
    ran = migrate(root, "--output", "json", "explain", OVER, "training.vit_rl")
    data = json.loads(ran.out)
    assert ran.code == 3
    assert data["near"][0] == "training.vit_lr"
    assert data["home"] == {"path": OVER, "line": 2}


def test_a_bare_name_finds_its_section(root: Path) -> None:
    ran = migrate(root, "explain", OVER, "aligner_lr")
    assert "did you mean training.aligner_lr?" in ran.err


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("ops[2]", "`ops` is a list of 2, counted from 0; see {}:1:1"),
        ("ops[0].nmae", "did you mean ops[0].name? `ops[0]` has name, prob; see {}:1:1"),
        ("ops[1].x", "`ops[1]` is 'b'; see {}:1:1"),
        ("ops.x", "`ops` is a list of 2, counted from 0; see {}:1:1"),
        (
            "extends",
            f"`extends` composes files and is no value; `migrate inspect {OVER}` shows the chain",
        ),
    ],
)
def test_what_a_list_does_not_hold_is_told_by_what_it_holds(
    root: Path, key: str, hint: str
) -> None:
    write(root, {OVER: "ops:\n  - { name: a, prob: 1 }\n  - b\n"})
    assert migrate(root, "explain", OVER, key).err.splitlines()[1] == f"hint: {hint.format(OVER)}"


@pytest.mark.parametrize("key", ["a..b", ".a", "a[", "a[x]", '"a', "[", "ops[99]", "ops.x"])
def test_no_spelling_of_a_key_is_a_bug(root: Path, key: str) -> None:
    ran = migrate(root, "explain", OVER, key)
    assert (ran.code, ran.err.startswith("error: ")) == (3, True)


def test_a_long_value_is_cut_in_the_middle_unless_full(root: Path) -> None:
    write(root, {OVER: f"text: {'x' * 50}{'y' * 50}\n"})
    cut = migrate(root, "explain", OVER, "text").out
    assert "x ... y" in cut
    assert "x" * 50 + "y" * 50 in migrate(root, "explain", OVER, "text", "--full").out


def test_the_items_of_a_list_that_is_cut_stand_below_it(root: Path) -> None:
    items = [{"name": name * 12, "prob": 0.5} for name in "abc"]
    write(root, {OVER: f"ops: {items}\n"})
    lines = migrate(root, "explain", OVER, "ops").out.splitlines()
    assert lines[2:] == [
        f"      [{number}]  {json.dumps(item)}" for number, item in enumerate(items)
    ]
    assert len(migrate(root, "explain", OVER, "ops", "--full").out.splitlines()) == 2
    assert len(migrate(root, "explain", OVER).out.splitlines()) == 2


def test_terminal_escapes_in_a_config_are_not_passed_on(root: Path) -> None:
    write(root, {OVER: 'a: "\\e[31mred"\n'})
    assert "\x1b" not in migrate(root, "explain", OVER).out


def test_an_empty_config_has_nothing_to_explain(root: Path) -> None:
    write(root, {OVER: "# nothing yet\n"})
    assert migrate(root, "explain", OVER).out == "nothing is set\n"
