"""`migrate table`: every key in every preset, against the independent reader; which are odd."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.parity import ABSENT
from migrate.report.markdown import cut
from migrate.report.table import value_text
from tests.look.trees import BASE, PRESET, expected, leaves, write
from tests.support import reader
from tests.support.cli import migrate

REPOSITORY = Path(__file__).parents[2]
SFT, LOW, SMOKE = (f"configs/train/{name}.yaml" for name in ("sft", "low", "smoke"))
P, Q = "configs/train/p.yaml", "configs/train/q.yaml"
WITH_AN_OLD_BASE = {
    "configs/base.yaml": "x: 1\n",
    "configs/components/o.yaml": "t: { lr: 1, wd: 0.0 }\n",
    "configs/train/all_base.yaml": "extends: ../components/o.yaml\n",
    P: "extends: [../base.yaml, all_base.yaml]\n",
    Q: "extends: [../base.yaml, all_base.yaml]\nt: { lr: 2 }\n",
}
PLAN = (
    "version: 1\npresets:\n  sft: { from: train/sft.yaml, to: configs/train/sft.yaml }\n"
    "  tuned: { from: train/low.yaml, to: configs/train/low.yaml }\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "configs/base.yaml": BASE,
        SFT: PRESET,
        LOW: (
            "extends: ../base.yaml\nmodel: null\ntraining: { learning_rate: '1.0e-4' }\nops: [1]\n"
        ),
        SMOKE: "extends: sft.yaml\ntraining: { max_steps: 3 }\n",
        "plans/p.yaml": PLAN,
    }
    return write(tmp_path, files)


def told(root: Path, *arguments: str) -> Any:
    return json.loads(migrate(root, "--output", "json", "table", *arguments).out)


def values(found: Any) -> dict[tuple[str, str], Any]:
    """What the table says by key and config; null where a preset has no such key."""
    configs = [one["config"] for one in found["presets"]]
    return {
        (row["key"], config): cell
        for row in found["keys"]
        for config, cell in zip(configs, row["cells"], strict=True)
    }


def test_all_is_every_key_of_every_preset_as_the_reader_has_them(root: Path) -> None:
    found = told(root, "--all")
    assert [one["name"] for one in found["presets"]] == ["tuned", "sft", "smoke"]
    said = values(found)
    for path in (SFT, LOW, SMOKE):
        own = {
            key: cell["value"] for (key, config), cell in said.items() if config == path and cell
        }
        mapping = own.pop("model") if isinstance(own.get("model"), dict) else None
        assert reader.spelled(own) == reader.spelled(leaves(expected(root, path)))
        if mapping is not None:
            assert mapping == expected(root, path)["model"]


def test_the_keys_that_differ_are_those_in_which_the_reader_sees_two_values(root: Path) -> None:
    each = [leaves(expected(root, path)) for path in (SFT, LOW, SMOKE)]
    every = dict.fromkeys(key for one in each for key in one)
    differing = {
        key
        for key in every
        if len({repr(reader.spelled(one[key])) if key in one else "" for one in each}) > 1
    }
    found = told(root)
    assert {row["key"] for row in found["keys"]} == differing
    assert all(row["differs"] for row in found["keys"])


def test_this_repositorys_presets_are_as_the_reader_has_them() -> None:
    found = told(REPOSITORY, "--all")
    assert len(found["presets"]) == 18
    files = {
        path.relative_to(REPOSITORY).as_posix(): path.read_bytes()
        for path in (REPOSITORY / "configs").rglob("*.yaml")
    }
    said = values(found)
    for preset in found["presets"]:
        config = preset["config"]
        own = leaves(reader.resolve(files, config))
        shown = {key: cell["value"] for (key, one), cell in said.items() if one == config and cell}
        assert reader.spelled({key: shown[key] for key in own}) == reader.spelled(own)


def test_an_inherited_value_is_a_dot_where_its_preset_is_in_the_table(root: Path) -> None:
    said = values(told(root, "--all"))
    assert said["training.vit_lr", SMOKE]["inherited"]
    assert not said["training.max_steps", SMOKE]["inherited"]
    assert not said["model.torch_dtype", SFT]["inherited"]  # the base is no column
    alone = values(told(root, SMOKE, LOW, "--all"))
    assert not alone["training.vit_lr", SMOKE]["inherited"]


def test_a_restated_value_is_no_dot(root: Path) -> None:
    write(root, {SMOKE: "extends: sft.yaml\ntraining: { vit_lr: 1.0e-5 }\n"})
    assert not values(told(root, "--all"))["training.vit_lr", SMOKE]["inherited"]


def test_each_value_has_its_place(root: Path) -> None:
    said = values(told(root))
    assert said["training.max_steps", SMOKE]["origin"] == f"{SMOKE}:2:13"
    assert said["training.max_steps", SFT] is None
    assert said["training.learning_rate", SFT]["origin"] == f"{SFT}:9:3"


def test_odd_puts_first_where_few_leave_the_majority(root: Path) -> None:
    for number in range(5):
        text = f"a: 1\nb: {number}\nc: {int(number > 2)}\nd: {int(number == 4)}\n"
        write(root, {f"t/p{number}.yaml": text})
    found = told(root, "t", "--odd")
    assert [(row["key"], row["odd"]) for row in found["keys"]] == [("d", 1), ("c", 2), ("b", 4)]
    everything = told(root, "t", "--odd", "--all")
    assert [row["key"] for row in everything["keys"]] == ["d", "c", "b", "a"]
    assert [cell["odd"] for cell in found["keys"][0]["cells"]] == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (["training.vit_lr"], ["training.vit_lr"]),
        (["training.vit_lr", "ops"], ["training.vit_lr", "ops"]),
        (["**.learning_rate"], ["training.learning_rate"]),
        (["ops[0]"], ["ops[0]"]),
        (["model"], ["model", "model.torch_dtype", "model.model"]),
        (["training.vit_lr", "--differs"], ["training.vit_lr"]),
        (["global_max_length", "--differs"], ["global_max_length"]),
    ],
)
def test_a_key_that_is_asked_for_is_shown(root: Path, keys: list[str], shown: list[str]) -> None:
    words = [word for key in keys for word in ([key] if key[0] == "-" else ["--key", key])]
    found = told(root, *words)
    assert sorted(row["key"] for row in found["keys"]) == sorted(shown)


def test_keys_that_do_not_differ_are_shown_only_when_asked_for(root: Path) -> None:
    key = ("--key", "training.vit_lr")
    assert [row["key"] for row in told(root, SFT, SMOKE, *key)["keys"]] == ["training.vit_lr"]
    assert told(root, SFT, SMOKE, *key, "--differs")["keys"] == []
    ran = migrate(root, "table", SFT, SMOKE, *key, "--differs")
    assert (ran.code, ran.out) == (0, "2 presets: no key differs, of 1 key\n")


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("training.learning_rat", "did you mean training.learning_rate?"),
        ("learning_rate", "did you mean training.learning_rate?"),
        ("nothing.like.it", f"`migrate explain {LOW}` lists the keys of one of them"),
        ("nothing.**", f"`migrate explain {LOW}` lists the keys of one of them"),
    ],
)
def test_a_key_that_no_preset_has_is_an_error_with_the_nearest_names(
    root: Path, key: str, hint: str
) -> None:
    ran = migrate(root, "table", "--key", "ops", "--key", key)
    assert ran.code == 3
    assert ran.err == f"error: no preset has the key `{key}`\nhint: {hint}\n"


def test_what_is_no_pattern_is_an_error(root: Path) -> None:
    ran = migrate(root, "table", "--key", "a*b")
    assert ran.code == 3
    assert "`*` stands for a whole level" in ran.err


def test_a_preset_that_cannot_be_read_is_told_after_the_others(root: Path) -> None:
    write(root, {"configs/train/bad.yaml": "a: [\n"})
    ran = migrate(root, "--output", "json", "table")
    assert ran.code == 3
    assert len(json.loads(ran.out)["presets"]) == 3
    assert ran.err.startswith("error: configs/train/bad.yaml:2:1: ")


def test_values_of_two_types_are_two_values(root: Path) -> None:
    write(root, {"t/a.yaml": "k: 1\nn: null\n", "t/b.yaml": "k: true\n", "t/c.yaml": "k: '1'\n"})
    out = migrate(root, "table", "t", "--output", "csv").out
    assert out == 'key,a,b,c\nk,1,true,"""1"""\nn,null,,\n'
    assert '\nk  1     true  "1"\nn  null  -     -\n' in migrate(root, "table", "t").out


def test_keys_of_two_types_are_two_keys(root: Path) -> None:
    write(root, {"t/a.yaml": "1: x\n", "t/b.yaml": "true: x\n"})
    assert [row["key"] for row in told(root, "t")["keys"]] == ["<int>1", "<bool>true"]


def test_a_section_over_a_value_keeps_both_rows(root: Path) -> None:
    write(root, {"t/a.yaml": "k: { x: 1 }\n", "t/b.yaml": "k: null\n", "t/c.yaml": "k: {}\n"})
    said = values(told(root, "t"))
    assert said["k", "t/a.yaml"]["value"] == {"x": 1}
    assert said["k", "t/b.yaml"]["value"] is None
    assert said["k", "t/c.yaml"]["value"] == {}
    assert said["k.x", "t/b.yaml"] is None


# Without plans, other dialects, other sides.


def test_a_tree_without_plans_shows_what_init_would_take_for_presets(root: Path) -> None:
    (root / "plans/p.yaml").unlink()
    write(root, {"configs/fusion/f.yaml": "extends: g.yaml\n", "configs/fusion/g.yaml": "a: 1\n"})
    write(root, {SMOKE: "extends: sft.yaml\ncustom: { fusion_config: configs/fusion/f.yaml }\n"})
    configs = [one["config"] for one in told(root)["presets"]]
    assert configs == [LOW, SFT, SMOKE]


def test_another_dialect_is_read_by_its_own_rules(tmp_path: Path) -> None:
    files = {
        "configs/a.yaml": "_BASE_: b.yml\nk: 1\n",
        "configs/b.yml": "k: 2\nm: 1\n",
        "configs/c.yml": "_BASE_: b.yml\n",
    }
    root = write(tmp_path, files)
    said = values(told(root, "configs/a.yaml", "configs/c.yml"))
    assert said["k", "configs/a.yaml"]["value"] == 1
    assert said["k", "configs/c.yml"]["value"] == 2


def test_an_empty_tree_says_what_to_name(tmp_path: Path) -> None:
    ran = migrate(tmp_path, "table")
    assert ran.code == 3
    assert "there is no preset to lay out" in ran.err


def test_what_presets_are_made_of_is_no_column(tmp_path: Path) -> None:
    root = write(tmp_path, WITH_AN_OLD_BASE)
    assert [one["config"] for one in told(root)["presets"]] == [P, Q]  # by discovery
    assert migrate(root, "init").code == 0
    assert [one["config"] for one in told(root)["presets"]] == [P, Q]
    for name in ("p", "q"):
        assert migrate(root, "apply", "--preset", name).code == 0
        assert [one["config"] for one in told(root)["presets"]] == [P, Q]


# How it looks.


def cells(text: str) -> int:
    wide = (unicodedata.east_asian_width(char) in "WF" for char in text)
    return sum(1 + one for one in wide)


@pytest.mark.parametrize("arguments", [(), ("--odd",), ("--all",), ("--key", "training.vit_lr")])
def test_this_repositorys_table_fits_into_80_cells(arguments: tuple[str, ...]) -> None:
    lines = migrate(REPOSITORY, "table", *arguments).out.splitlines()
    assert max(map(cells, lines)) <= 80
    assert lines[-1].startswith("18 presets: ")


def test_a_long_key_has_a_line_of_its_own_and_a_longer_one_is_cut(root: Path) -> None:
    for number in range(2):
        write(root, {f"t/{number}.yaml": f"{'k' * 50}: {number}\n{'m' * 900}: {number}\n"})
    lines = migrate(root, "table", "t").out.splitlines()
    assert "k" * 50 in lines
    assert max(map(cells, lines)) <= 80


def test_two_values_never_look_the_same(root: Path) -> None:
    for number in range(9):
        text = f"k: {'x' * 60}{number}{'y' * 60}\nl: [{number}, {'1, ' * 40} 2]\n"
        more = "".join(f"m{other}: {number}\n" for other in range(40))  # too many to be columns
        write(root, {f"t/preset_{number}.yaml": text + more})
    lines = [line.split() for line in migrate(root, "table", "t").out.splitlines() if line]
    for key in "kl":
        shown = [cell for line in lines if line[0] == key for cell in line[1:]]
        assert len({cell for cell in shown if "#" in cell}) == 9


def test_few_keys_of_many_presets_are_columns(root: Path) -> None:
    for number in range(30):
        write(root, {f"t/preset_{number:02}.yaml": f"k: {number}\n"})
    lines = migrate(root, "table", "t").out.splitlines()
    assert lines[0].split() == ["k"]
    assert [line.split() for line in lines[1:31]] == [
        [f"preset_{number:02}", str(number)] for number in range(30)
    ]


def test_a_table_of_one_preset_shows_all_of_it_when_asked(root: Path) -> None:
    assert migrate(root, "table", SFT).out == "1 preset: no key differs, of 10 keys\n"
    assert "learning_rate" in migrate(root, "table", SFT, "--all").out


# For spreadsheets and pull requests.


def test_csv_holds_every_value_in_full(root: Path) -> None:
    long = "x " * 200
    write(root, {"t/a.yaml": f"k: '{long}'\n", "t/b.yaml": "extends: a.yaml\nm: 1\n"})
    ran = migrate(root, "table", "t", "--all", "--output", "csv")
    assert list(csv.reader(ran.out.splitlines())) == [
        ["key", "a", "b"],
        ["k", json.dumps(long), json.dumps(long)],
        ["m", "", "1"],
    ]


@pytest.mark.parametrize(
    "text", ["=1+2", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C x'!A0"]
)
def test_no_text_is_a_formula_to_a_spreadsheet(root: Path, text: str) -> None:
    config = json.dumps({"k": text, text: 1})
    write(root, {"t/a.yaml": config, "t/b.yaml": "k: 1\n"})
    (root / "t" / f"{text.strip().replace('/', '')}.yaml").write_text("k: 2\n")
    ran = migrate(root, "table", "t", "--output", "csv")
    for row in csv.reader(ran.out.splitlines()):
        assert [cell for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []
    assert json.dumps(text) in {cell for row in csv.reader(ran.out.splitlines()) for cell in row}


@given(st.text(min_size=1, max_size=8))
def test_a_text_reads_back_from_its_spelling(text: str) -> None:
    spelled = value_text(text)
    assert spelled[:1] not in ("=", "+", "-", "@", "\t", "\r", "")
    if spelled != text:
        assert spelled.startswith(('"', '{"<str>'))
    else:
        assert value_text(reader.load(f"[{spelled}]".encode())[0]) == spelled


@given(st.text(max_size=30), st.integers(1, 12))
def test_what_is_cut_fits(text: str, limit: int) -> None:
    assert cells(cut(text, limit)) <= max(limit, 0)
    if cells(text) <= limit:
        assert cut(text, limit) == text


@pytest.mark.parametrize("word", ["null", "true", "False", "no", "On", "y", "nan", "Inf", "1", "-"])
def test_a_word_that_could_be_another_value_is_quoted(word: str) -> None:
    assert value_text(word) == f'"{word}"'


def test_an_absent_value_and_an_empty_text_are_two_things() -> None:
    assert (value_text(ABSENT), value_text(""), value_text(None)) == ("", '""', "null")


def test_markdown_is_one_table_whatever_the_values_hold(root: Path) -> None:
    config = json.dumps({"k": "a|b`c``d", "`|": "<script>", "@team": "# head\n- list"})
    write(root, {"t/a.yaml": config, "t/b|c.yaml": "k: 1\n"})
    lines = migrate(root, "table", "t", "--output", "md").out.splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 + 3
    for line in table:
        assert len(re.findall(r"(?<!\\)\|", line)) == 4
    for line in table[2:]:
        for cell in re.split(r"(?<!\\)\|", line)[1:-1]:
            assert not cell.strip() or re.fullmatch(r" (`+) ?.* ?\1 ", cell)


def test_markdown_stays_short_enough_for_a_comment(root: Path) -> None:
    keys = "".join(f"key_{number}_{'x' * 50}: " + "{}\n" for number in range(900))
    for number in range(4):
        write(root, {f"t/{number}.yaml": keys.replace("{}", f"value-{number}-{'y' * 30}")})
    out = migrate(root, "table", "t", "--output", "md").out
    assert len(out.encode()) < 61_000
    assert re.search(r"\nand \d+ more keys\n", out)


@pytest.mark.parametrize("output", ["text", "json", "csv", "md"])
def test_output_means_the_same_before_and_behind_the_verb(root: Path, output: str) -> None:
    before = migrate(root, "--output", output, "table")
    assert before.code == 0
    assert migrate(root, "table", "--output", output) == before


@pytest.mark.parametrize(
    ("verb", "output", "has"),
    [
        *(("inspect", output, "text or json") for output in ("csv", "md", "sarif")),
        *(("status", output, "text or json") for output in ("csv", "md", "github")),
        ("explain", "csv", "text or json"),
        ("lint", "csv", "text, json, sarif, github or md"),
        ("verify", "csv", "text, json, sarif, github or md"),
        ("table", "sarif", "text, json, csv or md"),
    ],
)
def test_a_verb_without_that_output_says_who_has_it(
    root: Path, verb: str, output: str, has: str
) -> None:
    ran = migrate(root, "--output", output, verb)
    assert (ran.code, ran.out) == (2, "")
    who = {"csv": "table", "md": "table, diff, lint and verify"}.get(output, "lint and verify")
    assert f"--output {output} is for {who}; {verb} prints {has}\n" in ran.err


@pytest.mark.parametrize("output", ["text", "json", "csv", "md"])
def test_nothing_that_a_terminal_obeys_is_printed(root: Path, output: str) -> None:
    write(
        root, {"t/a.yaml": '{"\\e[2Jk": "\\e]0;x\\a", "\\u202e": 1}\n', "t/b\x1b[1m.yaml": "k: 1\n"}
    )
    ran = migrate(root, "table", "t", "--output", output)
    assert ran.code == 0
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", ran.out)
