"""The YAML test suite: what can be re-emitted unchanged is, everything else is refused.

Skipped where the suite is absent; it stands beside the corpora.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from migrate.dialect import EXTENDS
from migrate.errors import MigrateError
from migrate.flatten import Onto, flatten
from migrate.resolve import Resolver
from migrate.trees.tree import MemoryTree
from migrate.yaml_text import LOADERS, load, same
from tools.corpora import folder_of_corpora

FOLDER = Path(folder_of_corpora()) / "yaml-test-suite" / "src"
TAGS = "safe-tags"
ROOT_TAG = "a tag on the whole document is not supported"
KEY = "a list or mapping cannot be a key"
TAB = "not valid YAML: found character '\\t' that cannot start any token"
REFUSED = {
    # A tag on the root would have to go to the file that builds on this one, and could clash there.
    "2XXW-0": ROOT_TAG,  # !!set: the loader makes a set of it, which is not a config
    "EHF6-0": ROOT_TAG,  # !!map: says nothing, and is refused all the same: it can be deleted
    "UGM3-0": ROOT_TAG,  # a tag of its own: the loader knows no such thing
    # No loader can make these: a list or mapping is no key of a dict, however it is written.
    "6BFJ-0": KEY,  # an anchored list
    "6PBE-0": KEY,  # `?` with a block list
    "KK5P-0": KEY,  # below the top level
    "LX3P-0": KEY,  # a flow list as a simple key
    "M2N8-1": KEY,  # a mapping whose own key is a list
    "M5DY-0": KEY,  # block and flow lists
    "Q9WF-0": KEY,  # a flow mapping
    "RZP5-0": KEY,  # a block list with comments around it
    "SBG9-0": KEY,  # a flow list inside a flow mapping
    "X38W-0": KEY,  # anchored, and named again as an alias
    "XW4D-0": KEY,  # as RZP5, with the anchor on a line of its own
    # Pure PyYAML, which is what `safe_load` runs, refuses a tab where a token may begin.
    "6HB6-0": TAB,  # before a comment
    "DC7X-0": TAB,  # behind values
    "DK95-5": TAB,  # on a line of its own
    "J3BT-0": TAB,  # behind the header of a block scalar
    "NB6Z-0": TAB,  # between the lines of a plain scalar
    "UV7Q-0": TAB,  # at the begin of a continuation line
}
"""Every case that is refused, and why; all others are re-emitted."""
there = pytest.mark.skipif(not FOLDER.is_dir(), reason="no YAML test suite")


def decoded(text: str) -> str:
    """A case's input: the suite spells white space with visible characters."""
    for shown, meant in (("␣", " "), ("←", "\r"), ("⇔", "\ufeff"), ("↵", "")):
        text = text.replace(shown, meant)
    text = re.sub("—*»", "\t", text)
    return text.removesuffix("∎\n")


def texts(path: Path) -> list[dict[str, str]]:
    """The cases of one file of the suite, everything as text."""
    loaded: list[dict[str, str]] = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506
    return loaded


def mappings() -> Iterator[tuple[str, str]]:
    """Every valid case that libyaml reads as one document with a mapping at its root."""
    for path in sorted(FOLDER.glob("*.yaml")):
        said: dict[str, str] = {}
        for number, case in enumerate(texts(path)):
            said = {**{key: said[key] for key in said if key != "fail"}, **case}
            if said.get("fail") == "true" or "skip" in case or "yaml" not in case:
                continue
            text = decoded(said["yaml"])
            try:
                nodes = list(yaml.compose_all(text, yaml.CSafeLoader))
            except yaml.YAMLError:
                continue
            if len(nodes) == 1 and isinstance(nodes[0], yaml.MappingNode):
                yield f"{path.stem}-{number}", text


def emitted(text: str) -> bytes:
    """The text as the only component of a preset, inlined."""
    tree = MemoryTree({"b.yaml": text.encode(), "p.yaml": b"extends: b.yaml\n"})
    resolver = Resolver(tree, EXTENDS._replace(loader=TAGS))
    return flatten(resolver, resolver.resolve("p.yaml"), Onto()).content


@there
def test_the_suite_is_re_emitted_but_for_these_twenty() -> None:
    same_again, refused = 0, {}
    for name, text in mappings():
        try:
            written = emitted(text)
        except MigrateError as error:
            refused[name] = error.what
            continue
        want = load(text, "b.yaml", LOADERS[TAGS])
        assert same(want, load(written.decode(), "p.yaml", LOADERS[TAGS])), name
        same_again += 1
    assert refused == REFUSED
    assert same_again == 92


@there
def test_what_is_refused_for_its_keys_no_loader_reads() -> None:
    texts_by_name = dict(mappings())
    for name in (name for name, why in REFUSED.items() if why == KEY):
        with pytest.raises(yaml.constructor.ConstructorError, match="unhashable key"):
            yaml.safe_load(texts_by_name[name])


@there
def test_what_is_refused_for_a_tab_pure_pyyaml_refuses_too() -> None:
    texts_by_name = dict(mappings())
    for name in (name for name, why in REFUSED.items() if why == TAB):
        with pytest.raises(yaml.YAMLError, match="cannot start any token"):
            yaml.safe_load(texts_by_name[name])


# Apart from the suite, so that they are tried everywhere.


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("? a # none\n? b\n: 1\n", "? a # none\n? b\n: 1\n"),
        ("{? a: 1, ?}\n", "a: 1\n?\n:\n"),
        ("{a : !!str, !!str : b}\n", "a: !!str\n!!str : b\n"),
    ],
)
def test_keys_and_values_that_are_nothing_are_re_emitted(text: str, written: str) -> None:
    assert emitted(text).decode() == written
    assert same(load(written, "p.yaml", LOADERS[TAGS]), load(text, "b.yaml", LOADERS[TAGS]))
