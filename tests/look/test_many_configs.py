"""One answer for many configs: explain groups, the other looking verbs take globs and folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.look.trees import BASE, PRESET, expected, write
from tests.support.cli import migrate
from tests.support.trees import read

SFT, LOW, LOWER = (f"configs/train/{name}.yaml" for name in ("sft", "low", "lower"))
PLAN = "version: 1\npresets:\n  tiny: { from: train/sft.yaml, to: configs/train/sft.yaml }\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "configs/base.yaml": BASE,
        SFT: PRESET,
        LOW: "extends: sft.yaml\ntraining: { learning_rate: 1.0e-6 }\nops: [1]\n",
        LOWER: "extends: low.yaml\ntraining: { learning_rate: 1.0e-4 }\n",
        "plans/p.yaml": PLAN,
    }
    return write(tmp_path, files)


def told(root: Path, *arguments: str) -> Any:
    return json.loads(migrate(root, "--output", "json", "explain", *arguments).out)


def test_configs_with_the_same_value_from_the_same_place_are_one_group(root: Path) -> None:
    (key,) = told(root, "configs/train", "training.vit_lr")["keys"]
    assert key["unset"] == []
    (group,) = key["groups"]
    assert group["configs"] == [LOW, LOWER, SFT]
    assert (group["value"], group["origin"]["path"]) == (1e-5, SFT)


def test_the_same_value_from_another_place_is_another_group(root: Path) -> None:
    (key,) = told(root, "configs/train", "training.learning_rate")["keys"]
    values = {config: group["value"] for group in key["groups"] for config in group["configs"]}
    assert values == {
        path: expected(root, path)["training"]["learning_rate"] for path in (LOW, LOWER, SFT)
    }
    assert [group["configs"] for group in key["groups"]] == [[LOW], [LOWER], [SFT]]


def test_who_lacks_the_key_is_told(root: Path) -> None:
    (key,) = told(root, "configs/train/*", "ops")["keys"]
    assert key["unset"] == [SFT]
    ran = migrate(root, "explain", "configs/train", "ops")
    assert ran.out == (
        "ops = [1]  in 2 of 3 configs\n"
        "  ->  configs/train/low.yaml:3:1  [1]\n"
        "      of configs/train/low.yaml, configs/train/lower.yaml\n"
        "ops is not set in 1 of 3 configs\n"
        "      of configs/train/sft.yaml\n"
    )


def test_what_lost_in_some_of_a_group_says_in_how_many(root: Path) -> None:
    top = "extends: [{}]\n"
    write(root, {"a.yaml": "k: 1\n", "b.yaml": "k: 2\n", "c.yaml": "k: 3\n"})
    write(root, {"x.yaml": top.format("a.yaml, c.yaml"), "y.yaml": top.format("b.yaml, c.yaml")})
    ran = migrate(root, "explain", "x.yaml", "y.yaml", "k")
    assert ran.out == (
        "k = 3  in all 2 configs\n"
        "      a.yaml:1:1  1  in 1 of these\n"
        "      b.yaml:1:1  2  in 1 of these\n"
        "  ->  c.yaml:1:1  3\n"
    )


def test_values_of_two_types_are_two_groups(root: Path) -> None:
    write(root, {"b.yaml": "k: 1\n", "c/x.yaml": "k: 1\n", "c/y.yaml": "k: true\n"})
    (key,) = told(root, "c", "k")["keys"]
    assert [group["value"] for group in key["groups"]] == [1, True]


def test_everything_is_every_key_of_every_config(root: Path) -> None:
    found = told(root, SFT, LOW)
    assert [one["config"] for one in found["configs"]] == [SFT, LOW]
    said = {
        (key["key"], config): group["value"]
        for key in found["keys"]
        for group in key["groups"]
        for config in group["configs"]
    }
    for path in (SFT, LOW):
        training = expected(root, path)["training"]
        assert {k: v for (k, c), v in said.items() if c == path and k.startswith("training.")} == {
            f"training.{key}": value for key, value in training.items()
        }


def test_a_config_that_cannot_be_read_is_told_after_the_others(root: Path) -> None:
    write(root, {"configs/train/bad.yaml": "a: [\n"})
    ran = migrate(root, "explain", "configs/train", "ops")
    assert ran.code == 3
    assert ran.out.startswith("ops = [1]  in 2 of 3 configs")
    assert ran.err.startswith("error: configs/train/bad.yaml:2:1: ")


def test_a_key_that_no_config_has_is_an_error_with_near_names(root: Path) -> None:
    ran = migrate(root, "explain", "configs/train/*.yaml", "training.vit_l")
    assert ran.code == 3
    assert "did you mean training.vit_lr?" in ran.err


# Which word is the key?


@pytest.mark.parametrize(
    ("words", "configs", "key"),
    [
        ([SFT, "training"], 1, "training"),
        ([SFT, LOW, "training"], 2, "training"),
        ([SFT, LOW], 2, None),
        (["tiny", LOW], 2, None),
        ([LOW, "tiny"], 2, None),
        ([LOW, "ops[0]"], 1, "ops[0]"),
        ([SFT, "--key", "training"], 1, "training"),
        ([SFT, LOW, "--key", "training"], 2, "training"),
    ],
)
def test_the_last_word_is_the_key_where_it_is_no_config(
    root: Path, words: list[str], configs: int, key: str | None
) -> None:
    found = told(root, *words)
    assert found["key"] == key
    assert ("configs" in found) is (configs > 1)


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("training", "write --key training, or for the config ./training"),
        ("training/x.yaml", "write --key training, or for the config training/"),
    ],
)
def test_a_word_that_is_a_key_and_a_config_is_refused(
    root: Path, path: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    write(root, {path: "a: 1\n"})
    ran = migrate(root, "explain", SFT, "training")
    assert (ran.code, ran.out) == (3, "")
    assert hint in ran.err
    assert migrate(root, "explain", SFT, "--key", "training").code == 0
    assert told(root, SFT, f"./{path}")["key"] is None


def test_a_preset_that_is_called_like_a_key_is_refused(root: Path) -> None:
    write(root, {"plans/p.yaml": PLAN.replace("tiny", "training")})
    ran = migrate(root, "explain", LOW, "training")
    assert ran.code == 3
    assert f"write --key training, or for the config {SFT}" in ran.err


def test_a_folder_without_configs_is_no_config(root: Path) -> None:
    write(root, {"training/run.py": "pass\n"})
    assert told(root, SFT, "training")["key"] == "training"


@pytest.mark.parametrize(
    ("word", "letter"),
    [
        ("configs/train/lo.yaml", "no such config"),
        ("confgs/*", "no config matches this"),
        ("legacy:tin", "no preset is called `tin`"),
        ("tin", "did you mean tiny?"),
        ("training.lr", "no file of the chain sets `training.lr`"),
        ("trainin", "did you mean training?"),
    ],
)
def test_a_misspelt_last_word_is_told_as_what_it_looks_like(
    root: Path, word: str, letter: str
) -> None:
    ran = migrate(root, "explain", SFT, word)
    assert ran.code == 3
    assert letter in ran.err


# The other verbs.


def test_inspect_of_a_folder_is_one_object_by_config(root: Path) -> None:
    ran = migrate(root, "inspect", "configs/train", "--only", "payload")
    assert json.loads(ran.out) == {path: expected(root, path) for path in (LOW, LOWER, SFT)}


def test_lint_of_a_glob_looks_at_what_it_matches(root: Path) -> None:
    found = json.loads(migrate(root, "lint", "configs/train/low*", "--output", "json").out)
    assert found["configs"] == 2


@pytest.mark.parametrize("verb", ["inspect", "explain", "lint", "refs", "flatten"])
@pytest.mark.parametrize("given", ["configs/nope*", "nothing*"])
def test_a_glob_that_matches_nothing_is_an_error(root: Path, verb: str, given: str) -> None:
    ran = migrate(root, verb, given)
    assert ran.code == 3
    assert f"error: {given}: no config matches this" in ran.err


def test_refs_of_a_glob_and_of_a_preset(root: Path) -> None:
    for given in ("configs/train/s*", "tiny"):
        found = json.loads(migrate(root, "--output", "json", "refs", given).out)
        assert found["targets"] == [SFT]
        assert LOW in {one["file"] for one in found["references"]}


def test_flatten_writes_many_into_a_folder_and_each_resolves_as_before(root: Path) -> None:
    ran = migrate(root, "flatten", "configs/train/**", "-o", "flat/")
    assert ran.code == 0
    for path in (LOW, LOWER, SFT):
        assert expected(root, path.replace("configs/train", "flat")) == expected(root, path)
    again = migrate(root, "flatten", "configs/train/**", "-o", "flat/")
    assert again.out.startswith("left as it was: flat/low.yaml")


def test_flatten_of_many_needs_a_folder_and_writes_over_nothing(root: Path) -> None:
    before = read(root)
    assert migrate(root, "flatten", SFT, LOW).code == 3
    assert migrate(root, "flatten", SFT, LOW, "-o", "one.yaml").code == 3
    ran = migrate(root, "flatten", SFT, LOW, "-o", "configs/train/")
    assert ran.code == 3
    assert f"error: {LOW}: is there already, and is another file" in ran.err
    assert read(root) == before


@pytest.mark.parametrize("verb", ["table", "inspect", "explain"])
def test_a_fault_of_a_file_that_many_extend_is_told_once(tmp_path: Path, verb: str) -> None:
    heirs = {f"configs/train/p{number}.yaml": "extends: ../c.yaml\n" for number in range(3)}
    other = {"configs/train/q.yaml": "extends: ../d.yaml\n", "configs/train/ok.yaml": "a: 1\n"}
    broken = {"configs/c.yaml": "a: {\n", "configs/d.yaml": "a: [\n"}
    ran = migrate(write(tmp_path, {**heirs, **other, **broken}), verb, "configs/train")
    assert ran.code == 3
    assert ran.err.count("error: ") == 2
    assert "error: configs/c.yaml:2:1: " in ran.err
    assert "error: configs/d.yaml:2:1: " in ran.err
