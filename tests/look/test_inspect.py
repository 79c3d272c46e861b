"""`migrate inspect`: the chain and the payload, the same bytes each time, as PyYAML has them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from migrate.yaml_text.dump import dump
from tests.look.trees import BASE, PRESET, expected, write
from tests.support.cli import migrate

TREE = {
    "configs/base.yaml": BASE,
    "configs/train/sft.yaml": PRESET,
    "configs/train/o.yaml": "extends: sft.yaml\nmodel: { model: 模型 }\nlist: [no, 1e-4, 010]\n",
}
OVER = "configs/train/o.yaml"
MAIN = "from migrate.__main__ import main; main()"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path, TREE)


def test_the_payload_is_what_the_trainer_sees(root: Path) -> None:
    ran = migrate(root, "inspect", OVER, "--only", "payload")
    assert json.loads(ran.out) == expected(root, OVER)
    assert (ran.code, ran.err) == (0, "")


def test_the_payload_is_sorted_and_keeps_chinese_and_ends_with_one_line_feed(root: Path) -> None:
    ran = migrate(root, "inspect", OVER, "--only", "payload")
    value = expected(root, OVER)
    assert ran.out == json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_the_payload_is_the_same_bytes_under_any_hash_seed(root: Path) -> None:
    command = [sys.executable, "-c", MAIN, "--root", str(root), "inspect", OVER]
    runs = {
        subprocess.run(
            [*command, "--only", "payload"],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "123"
    }
    assert len(runs) == 1


def test_yaml_reads_back_as_the_same_config_in_the_trainers_order(root: Path) -> None:
    ran = migrate(root, "inspect", OVER, "--only", "payload", "--format", "yaml")
    read = yaml.safe_load(ran.out)
    assert read == expected(root, OVER)
    assert list(read) == list(expected(root, OVER))


@given(st.text("ab: #-'\"\\|>\n\t\u2028 é\x07", max_size=20))
@example("two\nlines")
@example("trailing \nspace")
@example(" leading\nspace\n\n")
@example("\n")
def test_any_text_reads_back_as_it_was(text: str) -> None:
    assert yaml.safe_load(dump({"a": [text], text: 1})) == {"a": [text], text: 1}


def test_a_text_of_several_lines_is_a_block() -> None:
    assert dump({"system": "Find parts.\nJSON only."}) == (
        "system: |-\n  Find parts.\n  JSON only.\n"
    )


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("configs/train/sfd.yaml", "did you mean configs/train/sft.yaml?"),
        ("confgs/base.yaml", "did you mean configs/base.yaml?"),
        ("configs/train/unlike.yaml", "paths are relative to here or to the root"),
    ],
)
def test_only_names_that_look_alike_are_proposed(root: Path, given: str, hint: str) -> None:
    ran = migrate(root, "inspect", given)
    assert ran.code == 3
    assert ran.err.splitlines()[1].startswith(f"hint: {hint}")


def test_json_has_the_chain_and_the_config(root: Path) -> None:
    data = json.loads(migrate(root, "--output", "json", "inspect", OVER).out)
    assert data["format_version"] == "1.0"
    assert data["chain"] == ["configs/base.yaml", "configs/train/sft.yaml", OVER]
    assert data["resolved"] == expected(root, OVER)


def test_only_the_chain(root: Path) -> None:
    ran = migrate(root, "inspect", OVER, "--only", "chain")
    assert [line.split()[-1] for line in ran.out.splitlines()[1:]] == [
        "configs/base.yaml",
        "configs/train/sft.yaml",
        OVER,
    ]


FUSION = {
    "configs/fusion/base.yaml": "targets: [{ name: a, ratio: 1.0 }, { name: b, ratio: 0.5 }]\n",
    "configs/fusion/v.yaml": "extends: base.yaml\ntargets: [{ name: b, ratio: 0.1, mode: x }]\n",
    "configs/f.yaml": "custom: { fusion_config: configs/fusion/v.yaml }\n",
}


def test_fusion_lists_merge_by_name_and_keep_the_order_of_the_base(tmp_path: Path) -> None:
    root = write(tmp_path, FUSION)
    data = json.loads(
        migrate(root, "--output", "json", "inspect", "configs/f.yaml", "--fusion").out
    )
    assert data["fusion"]["chain"] == ["configs/fusion/base.yaml", "configs/fusion/v.yaml"]
    targets = [{"name": "a", "ratio": 1.0}, {"name": "b", "ratio": 0.1, "mode": "x"}]
    assert data["fusion"]["resolved"] == {"targets": targets}
    assert data["fusion"]["findings"] == []


def test_a_fusion_config_is_its_own_dataset_layer(tmp_path: Path) -> None:
    root = write(tmp_path, FUSION)
    ran = migrate(root, "inspect", "configs/fusion/v.yaml", "--fusion", "--only", "payload")
    assert json.loads(ran.out)["fusion"]["targets"][1]["mode"] == "x"


BAD_FUSION = {
    "targets: 3\n": "not a list",
    "targets: [{ ratio: 1 }]\n": "has no name",
    "extends: base.yaml\ntargets: [{ name: bb }]\n": "no entry `bb`",
}


@pytest.mark.parametrize("text", BAD_FUSION)
def test_what_is_wrong_in_a_fusion_config_is_found_with_its_place(
    tmp_path: Path, text: str
) -> None:
    root = write(tmp_path, {**FUSION, "configs/fusion/v.yaml": text})
    ran = migrate(root, "inspect", "configs/f.yaml", "--fusion", "--only", "payload")
    assert ran.code == 1
    assert BAD_FUSION[text] in ran.err
    assert "error: configs/fusion/v.yaml:" in ran.err


BAD = {
    "missing": (["configs/train/oo.yaml"], "did you mean configs/train/o.yaml"),
    "no name": (["nosuchthing"], "error: nosuchthing: no such config"),
    "directory": (["notes"], "notes: is a folder that holds no config"),
    "cycle": (["configs/cycle.yaml"], "configs/cycle.yaml -> configs/cycle.yaml"),
    "list": (["configs/list.yaml"], "must be a mapping"),
    "bytes": (["configs/bytes.yaml"], "error: configs/bytes.yaml"),
    "inherit": (["configs/inherit.yaml"], "write `extends:` instead"),
    "two": (["configs/two.yaml"], "error: configs/two.yaml"),
    "outside": (["../" * 20 + "etc/passwd"], "outside the root"),
    "no fusion": ([OVER, "--fusion"], "names no fusion config"),
    "git folder": (["git:HEAD:configs/train/o.yaml"], "error: "),
    "git spelling": (["git:HEAD"], "write git:REV:PATH"),
    "legacy": (["legacy:sft"], "holds no plan"),
}


@pytest.mark.parametrize("fault", BAD)
def test_bad_input_gets_a_letter_and_exit_3(root: Path, fault: str) -> None:
    write(root, {"configs/cycle.yaml": "extends: cycle.yaml\n", "configs/list.yaml": "- 1\n"})
    write(root, {"configs/inherit.yaml": "inherit: a\n", "configs/two.yaml": "a: 1\n---\nb: 2\n"})
    write(root, {"notes/todo.md": "a\n"})
    (root / "configs/bytes.yaml").write_bytes(b"a: \xff\n")
    arguments, letter = BAD[fault]
    for verb in ("inspect", "explain"):
        if verb == "explain" and "--fusion" in arguments:
            continue
        ran = migrate(root, verb, *arguments)
        assert ran.code == 3, ran
        assert ran.err.startswith("error: ")
        assert letter in ran.err
        assert ran.out == ""


def test_what_the_trainer_cannot_load_is_not_shown(root: Path) -> None:
    """A value that is overridden is not seen, but the trainer's loader makes it all the same."""
    write(
        root, {"configs/odd.yaml": "a: !unknown 1\n", "configs/o.yaml": "extends: odd.yaml\na: 2\n"}
    )
    ran = migrate(root, "inspect", "configs/o.yaml")
    assert (ran.code, ran.out) == (3, "")
    assert "configs/odd.yaml" in ran.err
