"""A fusion config resolves by the names of its entries, and becomes lists that ms-swift reads."""

from __future__ import annotations

import pytest

from migrate.trees.tree import MemoryTree
from src.fusion import datasets, resolve_fusion
from src.validation import Config, validate
from tests.training.trees import PRESET, contents, line_at

TINY = "configs/fusion/tiny.yaml"
DENSE = "configs/fusion/dense.yaml"


def findings_with(text: bytes) -> list[tuple[str, str]]:
    tree = MemoryTree({**contents(), DENSE: text})
    found = validate(Config.load(tree, PRESET))
    assert all(finding.place.path == DENSE for finding in found)
    return [(finding.what, line_at(tree, DENSE, finding.place.line).strip()) for finding in found]


def test_entries_merge_by_name_through_the_whole_chain() -> None:
    fusion = resolve_fusion(MemoryTree(contents()), TINY)
    assert [entry["name"] for entry in fusion.targets] == ["cabinet", "terminal_closeup"]
    cabinet = fusion.targets[0]
    assert cabinet["train_jsonl"] == "data/tiny/train.jsonl"  # tiny
    assert cabinet["max_objects_per_image"] == 60  # dense
    assert cabinet["template"] == "target_dense"  # base
    assert fusion.faults == []


def test_ratios_sample_rows_and_zero_leaves_out() -> None:
    fusion = resolve_fusion(MemoryTree(contents()), DENSE)
    train, val = datasets(fusion, lambda path: 1000)
    assert train == [
        "data/cabinet/train.jsonl",
        "data/terminal/train.jsonl#500",
        "data/lvis_parts/train.jsonl#150",
        "data/nameplate/train.jsonl#50",
        "data/chat_zh/train.jsonl#50",
    ]
    assert val == ["data/cabinet/val.jsonl", "data/terminal/val.jsonl"]
    assert datasets(resolve_fusion(MemoryTree(contents()), TINY), lambda path: 64) == (
        ["data/tiny/train.jsonl"],
        ["data/tiny/val.jsonl"],
    )


@pytest.mark.parametrize(
    ("said", "what", "line"),
    [
        (
            b"targets:\n  - name: cabinett\n    ratio: 1.0\n",
            "`targets` of what it extends has no entry `cabinett`",
            "- name: cabinett",
        ),
        (b"targets:\n  - ratio: 1.0\n", "an entry of `targets` has no name", "- ratio: 1.0"),
        (b"target:\n  - name: cabinet\n", "`target` is no list of a fusion config", "target:"),
        (b"sources: {}\n", "`sources` is {}, not a list", "sources: {}"),
        (
            b"sources:\n  - name: chat_zh\n    ratio: 5e-2\n",
            "sources entry chat_zh: ratio is '5e-2', but must be a number",
            "ratio: 5e-2",
        ),
        (
            b"sources:\n  - name: chat_zh\n    ration: 0.1\n",
            "sources entry chat_zh holds ration, which is not known",
            "ration: 0.1",
        ),
    ],
)
def test_a_fault_inside_is_found_where_it_is(said: bytes, what: str, line: str) -> None:
    found = findings_with(b"extends: base.yaml\n" + said)
    assert (what, line) in found


def test_a_fusion_config_that_extends_a_missing_one_is_a_finding() -> None:
    tree = MemoryTree({**contents(), DENSE: b"extends: gone.yaml\n"})
    (finding,) = validate(Config.load(tree, PRESET))
    assert finding.what.startswith(
        "custom.fusion_config does not resolve: configs/fusion/dense.yaml:1:10: extends"
    )
