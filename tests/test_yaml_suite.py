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
from migrate.tree import MemoryTree
from migrate.yaml_text import LOADERS, load, same
from tools.corpora import folder_of_corpora

FOLDER = Path(folder_of_corpora()) / "yaml-test-suite" / "src"
TAGS = "safe-tags"
REFUSALS = (
    "a list or mapping cannot be a key",
    "a tag on the whole document is not supported",
    "not valid YAML",
    "cannot be rewritten without a change",
)
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no YAML test suite")


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


def test_the_suite_is_re_emitted_or_refused() -> None:
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
    assert same_again >= 95
    assert [name for name, what in refused.items() if not what.startswith(REFUSALS)] == []
