"""Merge keys mean what the installed PyYAML makes of them, whichever release that is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.support import trees
from tests.support.cli import migrate

CONFIG = "configs/p.yaml"
TEXT = """\
x: &x {lr: 1, p: 1, q: 0}
y: &y {lr: 2, b: 2, p: 3}
z: &z
  <<: [*y, *x]
  own: 1
t: {<<: [*x, *y], k: 1}
u: {<<: *x, <<: *y}
v: {<<: *y, b: 9, <<: *x}
w: {<<: [*z, {lr: 5, "p": 8}], lr: 7}
"""


def by_identity(self: Any, node: Any) -> None:
    """What PyYAML 6.0.4 does: list items in their order, a key object only once."""
    merged: list[Any] = []
    seen: set[int] = set()
    own = []
    for key, value in node.value:
        if key.tag != "tag:yaml.org,2002:merge":
            own.append((key, value))
            continue
        sources = [value] if isinstance(value, yaml.MappingNode) else value.value
        for source in sources:
            self.flatten_mapping(source)
            for pair in source.value:
                if id(pair[0].value) not in seen:
                    seen.add(id(pair[0].value))
                    merged.append(pair)
    node.value = merged + own


@pytest.fixture(params=["installed", "by identity"])
def release(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param != "installed":
        monkeypatch.setattr(yaml.constructor.SafeConstructor, "flatten_mapping", by_identity)
    return str(request.param)


def test_inspect_and_explain_agree_with_the_loader(release: str, tmp_path: Path) -> None:
    root = trees.write(tmp_path, {CONFIG: TEXT.encode()})
    loaded = yaml.load(TEXT, Loader=yaml.CSafeLoader)
    if release != "installed":
        assert loaded["t"]["lr"] == 2
    shown = json.loads(migrate(root, "inspect", CONFIG, "--only", "payload").out)
    assert shown == loaded
    told = json.loads(migrate(root, "--output", "json", "explain", CONFIG).out)
    active = {one["key"]: one["value"] for one in told["settings"] if one["active"]}
    for name, mapping in loaded.items():
        for key, value in mapping.items():
            assert active[f"{name}.{key}"] == value, f"{name}.{key}"


def test_flattening_keeps_what_the_loader_makes(release: str, tmp_path: Path) -> None:
    over = "extends: p.yaml\nt: {new: 1}\nu: {new: 1}\nw:\n  new: 1\nx: 0\n"
    files = {CONFIG: TEXT.encode(), "configs/o.yaml": over.encode()}
    root = trees.write(tmp_path, files)
    new = yaml.load(migrate(root, "flatten", "configs/o.yaml").out, Loader=yaml.CSafeLoader)
    old = yaml.load(TEXT, Loader=yaml.CSafeLoader)
    for name in "tuw":
        old[name]["new"] = 1
    assert new == {**old, "x": 0}


keys = st.sampled_from(["a", "lr", "wd", "é"])
mappings = st.lists(st.tuples(keys, st.integers(0, 9)), min_size=1, max_size=3)


@given(
    st.lists(mappings, min_size=1, max_size=3), st.lists(st.integers(0, 2), max_size=4), mappings
)
def test_any_merge_is_the_loaders(
    anchored: list[list[tuple[str, int]]], named: list[int], own: list[tuple[str, int]]
) -> None:
    from migrate.resolve import Resolver
    from migrate.trees.tree import MemoryTree

    lines = []
    for number, pairs in enumerate(anchored):
        lines.append(f"m{number}: &m{number}")
        lines += [f"  {key}: {value}" for key, value in pairs]
    aliases = ", ".join(f"*m{number}" for number in named if number < len(anchored))
    lines += ["t:", *[f"  {key}: {value}" for key, value in own], f"  <<: [{aliases}]"]
    text = "\n".join(lines) + "\n"
    resolved = Resolver(MemoryTree({CONFIG: text.encode()})).resolve(CONFIG).python
    assert repr(resolved) == repr(yaml.load(text, Loader=yaml.CSafeLoader))
