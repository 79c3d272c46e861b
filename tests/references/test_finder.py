"""The check of bytes lets every file through that names a target; few others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.references import Renames, scan
from migrate.references.finder import Finder
from migrate.trees.tree import MemoryTree
from tests.support.naming import FILES, TARGETS, content_of, texts


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(FILES), texts)
def test_whatever_is_found_passes_the_check_of_bytes(path: str, parts: list[str]) -> None:
    content = content_of(path, parts)
    tree = MemoryTree({path: content, "configs/train/wide.yaml": b"a: 1\n"})
    renames = Renames(TARGETS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Finder, "may_name", lambda self, content, path: True)
        found = scan(tree, renames)
    assert Finder(renames).may_name(content, path) or not found


@pytest.mark.parametrize(
    "text",
    [
        "features that are enabled/dense in some terminals",
        "see https://forge.example/grammars/tree/debug or x/y/dense",
        "run(debug=debug, base=dense)",
        "logger.debug('a dense thing')",
        'import debug; print("debug")',
        "text = 'abc' + str(count/dense)",
        "open('sft/results.txt')",
    ],
)
def test_words_that_only_look_like_a_name_of_a_config_do_not_pass(text: str) -> None:
    assert not Finder(Renames(TARGETS)).may_name(text.encode(), "a.py")


@pytest.mark.parametrize(
    "text",
    [
        "train/dense",
        "configs/train/dense-2",
        "x = f'{folder}/debug'",
        "-cconfigs/debug",
        "**train/dense**",
        "\\ntrain/dense",
        "${V-train/dense}",
        "tr?in/dense",
        "../debug",
        "train\\\\dense",
        "X='debug'; run('--config=' + X)",
        "run --config=debug",
        "\\u53d8/\\u5bc6",
        "cd configs/train; ls sft/",
    ],
)
def test_a_name_in_any_of_its_forms_passes(text: str) -> None:
    assert Finder(Renames(TARGETS)).may_name(text.encode(), "a.py")


def test_a_placeholder_that_begins_a_path_ends_no_scan() -> None:
    text = b"configs/train/dense.yaml ./<x> ./<x>/dense.yaml ../<x>.yaml\n"
    for path in FILES[:3]:
        assert scan(MemoryTree({path: text}), Renames(TARGETS))
